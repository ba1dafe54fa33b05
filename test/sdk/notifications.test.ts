// Notifications that arrive: at a web server, a mail server and queues, late if need be, and never unseen.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { confirmationLinkIn, startMailServer, type MailServer } from "../support/mail-server.ts";
import { startTestServer, testAccount, type TestServer } from "../support/server.ts";
import {
  isGenuine,
  startSubscriber,
  type NotificationFields,
  type Subscriber,
} from "../support/subscriber.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwatch-notifications-"));
let server: TestServer;
let sns: SNS;
let web: Subscriber;
let mail: MailServer;

beforeAll(async () => {
  [web, mail] = await Promise.all([startSubscriber(), startMailServer()]);
  server = await startTestServer({ data: folder, smtpUrl: mail.url, smtpFrom: "alarms@example.com" });
  sns = new SNS(server.clientConfig());
});

afterAll(async () => {
  await server?.stop();
  await Promise.all([web?.stop(), mail?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const newName = () => `t-${randomUUID()}`;
const newTopic = async (Attributes: Record<string, string> = {}) =>
  (await sns.createTopic({ Name: newName(), Attributes })).TopicArn!;
const fieldsOf = ({ body }: { readonly body: string }) => JSON.parse(body) as NotificationFields;

async function attemptsOf(MessageId: string, { endpoint } = server) {
  const credentials = server.clientConfig().credentials;
  const groundwatch = new GroundwatchClient({ endpoint, credentials });
  return (await groundwatch.listDeliveryAttempts({ MessageId })).DeliveryAttempts.toReversed();
}

/** Subscribes the web server, which confirms; resolves with the subscription's ARN. */
async function subscribeWeb(TopicArn: string, Attributes: Record<string, string> = {}): Promise<string> {
  const { SubscriptionArn } = await sns.subscribe({
    TopicArn,
    Protocol: "http",
    Endpoint: `${web.url}/${newName()}`,
    Attributes,
    ReturnSubscriptionArn: true,
  });
  await server.advance(0);
  const question = fieldsOf(web.posts.pop()!);
  await fetch(question["SubscribeURL"]!);
  return SubscriptionArn!;
}

test("a web server is asked, confirms, gets what is published, and leaves by the link", async () => {
  const TopicArn = await newTopic({ SignatureVersion: "2" });
  const Endpoint = web.url.replace("//", "//me:pa%20ss@");
  const { SubscriptionArn } = await sns.subscribe({
    TopicArn,
    Protocol: "http",
    Endpoint,
    ReturnSubscriptionArn: true,
  });
  await server.advance(0);
  const [question] = web.posts.splice(0);
  expect(question!.headers).toMatchObject({
    "x-amz-sns-message-type": "SubscriptionConfirmation",
    "x-amz-sns-topic-arn": TopicArn,
    "content-type": "text/plain; charset=UTF-8",
    authorization: `Basic ${Buffer.from("me:pa ss").toString("base64")}`,
  });
  const asked = fieldsOf(question!);
  expect(await isGenuine(asked)).toBe(true);
  await sns.publish({ TopicArn, Message: "too early" });
  await server.advance(0);
  expect(web.posts).toEqual([]);

  const confirmed = await fetch(asked["SubscribeURL"]!);
  expect(await confirmed.text()).toContain(`<SubscriptionArn>${SubscriptionArn}</SubscriptionArn>`);
  const { MessageId } = await sns.publish({ TopicArn, Subject: "Disk", Message: "90 % full ☃" });
  await server.advance(0);
  const [notification] = web.posts.splice(0);
  expect(notification!.headers).toMatchObject({
    "x-amz-sns-message-type": "Notification",
    "x-amz-sns-message-id": MessageId,
    "x-amz-sns-subscription-arn": SubscriptionArn,
  });
  const told = fieldsOf(notification!);
  expect(told).toMatchObject({ Type: "Notification", Subject: "Disk", Message: "90 % full ☃", MessageId });
  expect(await isGenuine(told)).toBe(true);
  expect(await isGenuine({ ...told, Message: "10 % full" })).toBe(false);

  expect((await fetch(told["UnsubscribeURL"]!)).status).toBe(200);
  await server.advance(0);
  const [ending] = web.posts.splice(0);
  expect(ending!.headers).toMatchObject({
    "x-amz-sns-message-type": "UnsubscribeConfirmation",
    "x-amz-sns-subscription-arn": SubscriptionArn,
  });
  const ended = fieldsOf(ending!);
  expect(ended["Message"]).toBe(
    `You have chosen to deactivate subscription ${SubscriptionArn}.\n` +
      "To cancel this operation and restore the subscription, visit the SubscribeURL included in this " +
      "message.",
  );
  expect(await isGenuine(ended)).toBe(true);
  await sns.publish({ TopicArn, Message: "nobody hears" });
  await server.advance(0);
  expect(web.posts).toEqual([]);
  const attempts = await attemptsOf(MessageId!);
  expect(attempts).toMatchObject([
    { Attempt: 1, Outcome: "Succeeded", Detail: "HTTP 200", TargetArn: SubscriptionArn, SourceArn: TopicArn },
  ]);
  expect(attempts[0]!.Endpoint).toContain("//me:****@127.0.0.1");
});

test("a raw message is delivered as it is, with the content type that the policy asks for", async () => {
  const TopicArn = await newTopic();
  await subscribeWeb(TopicArn, {
    RawMessageDelivery: "true",
    DeliveryPolicy: JSON.stringify({ requestPolicy: { headerContentType: "application/json" } }),
  });
  await sns.publish({ TopicArn, Message: '{"a":1}' });
  await server.advance(0);
  const [post] = web.posts.splice(0);
  expect(post!.body).toBe('{"a":1}');
  expect(post!.headers).toMatchObject({
    "x-amz-sns-rawdelivery": "true",
    "content-type": "application/json",
  });
});

test("who is down for an hour is asked again and again, and gets it in the end", async () => {
  const TopicArn = await newTopic();
  await subscribeWeb(TopicArn, {
    DeliveryPolicy: JSON.stringify({
      healthyRetryPolicy: { numRetries: 12, minDelayTarget: 300, maxDelayTarget: 300 },
    }),
  });
  web.answerWith(503);
  const { MessageId } = await sns.publish({ TopicArn, Message: "patience" });
  await server.advance(3_599_999);
  expect(web.posts.splice(0)).toHaveLength(12);
  web.answerWith(200);
  await server.advance(1);
  expect(web.posts.splice(0).map((post) => fieldsOf(post)["Message"])).toEqual(["patience"]);
  const attempts = await attemptsOf(MessageId!);
  expect(attempts.map(({ Outcome }) => Outcome)).toEqual([
    ...Array.from({ length: 12 }, () => "Failed"),
    "Succeeded",
  ]);
  const [first, second] = attempts;
  expect(first).toMatchObject({ Detail: "HTTP 503: no thanks", NextAttemptAt: first!.AttemptedAt + 300_000 });
  expect(second!.AttemptedAt).toBe(first!.NextAttemptAt);
});

test("what never arrives goes to the dead-letter queue, at once if retries are useless", async () => {
  const sqs = new SQS(server.clientConfig());
  const name = newName();
  const { QueueUrl } = await sqs.createQueue({ QueueName: name });
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${testAccount}:${name}`;
  const buried = async () => {
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    return Messages.map(({ Body }) => (JSON.parse(Body!) as { Message: string }).Message);
  };
  const TopicArn = await newTopic();
  await subscribeWeb(TopicArn, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn }) });

  web.answerWith(500);
  const late = await sns.publish({ TopicArn, Message: "retried" });
  await server.advance(59_999);
  expect(await buried()).toEqual([]);
  await server.advance(1);
  expect(await buried()).toEqual(["retried"]);
  expect((await attemptsOf(late.MessageId!)).at(-1)).toMatchObject({
    Attempt: 4,
    Outcome: "GivenUp",
    DeadLetterArn: deadLetterTargetArn,
  });

  web.answerWith(403);
  const refused = await sns.publish({ TopicArn, Message: "refused" });
  await server.advance(0);
  expect(await buried()).toEqual(["refused"]);
  expect(await attemptsOf(refused.MessageId!)).toMatchObject([{ Attempt: 1, Outcome: "GivenUp" }]);
  web.answerWith(200);
  web.posts.splice(0);
});

test("retries end with the subscription", async () => {
  const TopicArn = await newTopic();
  const SubscriptionArn = await subscribeWeb(TopicArn);
  web.answerWith(500);
  const { MessageId } = await sns.publish({ TopicArn, Message: "x" });
  await server.advance(0);
  await sns.unsubscribe({ SubscriptionArn });
  await server.advance(60_000);
  const types = web.posts.splice(0).map((post) => fieldsOf(post).Type);
  expect(types).toEqual(["Notification", ...Array.from({ length: 4 }, () => "UnsubscribeConfirmation")]);
  expect((await attemptsOf(MessageId!)).map(({ Outcome }) => Outcome)).toEqual(["Failed", "GivenUp"]);
  web.answerWith(200);
});

test("functions and queues that are not there are given up at once, with the reason", async () => {
  const TopicArn = await newTopic();
  const endpoints = {
    sqs: `arn:aws:sqs:us-east-1:${testAccount}:nowhere`,
    lambda: `arn:aws:lambda:us-east-1:${testAccount}:function:f`,
  };
  for (const [Protocol, Endpoint] of Object.entries(endpoints)) {
    await sns.subscribe({ TopicArn, Protocol, Endpoint });
  }
  const { MessageId } = await sns.publish({ TopicArn, Message: "x" });
  await server.advance(0);
  const details = (await attemptsOf(MessageId!)).map(({ Outcome, Detail }) => `${Outcome}: ${Detail}`);
  expect(details.toSorted()).toEqual([
    "GivenUp: No endpoint of lambda is configured: set --service-endpoints.",
    "GivenUp: The specified queue does not exist.",
  ]);
});

test("functions are invoked where Lambda is said to be", async () => {
  const file = join(folder, "services.json");
  writeFileSync(file, JSON.stringify({ lambda: web.url.replace("/hook", "") }));
  const other = await startTestServer({ serviceEndpoints: file });
  try {
    const client = new SNS(other.clientConfig());
    const { TopicArn } = await client.createTopic({ Name: "functions" });
    const Endpoint = `arn:aws:lambda:us-east-1:${testAccount}:function:f`;
    const { SubscriptionArn } = await client.subscribe({ TopicArn, Protocol: "lambda", Endpoint });
    await client.publish({ TopicArn, Message: "run" });
    await other.advance(0);
    const [post] = web.posts.splice(0);
    expect(post!.headers).toMatchObject({ "x-amz-invocation-type": "Event" });
    expect(post!.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*\/us-east-1\/lambda\/aws4_request/);
    expect(JSON.parse(post!.body)).toMatchObject({
      Records: [
        {
          EventSource: "aws:sns",
          EventSubscriptionArn: SubscriptionArn,
          Sns: { Type: "Notification", Message: "run", Subject: null, MessageAttributes: {} },
        },
      ],
    });
  } finally {
    await other.stop();
  }
});

test("e-mail asks, tells, and is tried again while the mail server is busy", async () => {
  const TopicArn = await newTopic({ DisplayName: "Shop alarms" });
  for (const Protocol of ["email", "email-json"]) {
    await sns.subscribe({ TopicArn, Protocol, Endpoint: "ops@example.com" });
  }
  await server.advance(0);
  const questions = mail.mails.splice(0);
  expect(questions).toHaveLength(2);
  for (const question of questions) {
    const text = question.replaceAll("=\r\n", "").replaceAll("=3D", "=");
    expect(text).toContain("To: ops@example.com");
    expect((await fetch(await confirmationLinkIn(text))).status).toBe(200);
  }
  mail.refuseWith(451);
  await sns.publish({ TopicArn, Subject: "Disk full", Message: "Act now" });
  await server.advance(0);
  expect(mail.mails).toEqual([]);
  mail.refuseWith(0);
  await server.advance(10_000);
  const told = mail.mails.splice(0).toSorted((left, right) => left.length - right.length);
  expect(told).toHaveLength(2);
  expect(told[0]).toMatch(/From: Shop alarms <alarms@example.com>/);
  expect(told[0]).toMatch(/Subject: Disk full/);
  expect(told[0]).toMatch(/\r\n\r\nAct now/);
  expect(told[0]).toMatch(/List-Unsubscribe:\s+<http/);
  expect(told[1]!.replaceAll("=\r\n", "")).toContain('"Message":"Act now"');
});

test("what waits is delivered by the server that is started next", async () => {
  const TopicArn = await newTopic();
  await subscribeWeb(TopicArn);
  web.answerWith(500);
  const { MessageId } = await sns.publish({ TopicArn, Message: "after the restart" });
  await server.advance(0);
  web.posts.splice(0);
  const startAt = server.clock.now();
  await server.stop();
  web.answerWith(200);
  server = await startTestServer({ data: folder }, { startAt });
  sns = new SNS(server.clientConfig());
  await server.advance(19_999);
  expect(web.posts).toEqual([]);
  await server.advance(1);
  const [post] = web.posts.splice(0);
  expect(fieldsOf(post!)).toMatchObject({ Message: "after the restart", MessageId });
  expect(await isGenuine(fieldsOf(post!))).toBe(true);
});

test("after a reset another key signs", async () => {
  const other = await startTestServer();
  try {
    const publish = async () => {
      const client = new SNS(other.clientConfig());
      const { TopicArn } = await client.createTopic({ Name: "signed" });
      await client.subscribe({ TopicArn, Protocol: "http", Endpoint: web.url });
      await other.advance(0);
      return fieldsOf(web.posts.pop()!);
    };
    const before = await publish();
    await new GroundwatchClient({ endpoint: other.endpoint }).reset();
    const after = await publish();
    expect(after["SigningCertURL"]).not.toBe(before["SigningCertURL"]);
    expect(await isGenuine(after)).toBe(true);
    expect((await fetch(before["SigningCertURL"]!)).status).toBe(404);
  } finally {
    await other.stop();
  }
});

test("links work where everything else must be signed, unless the subscriber wants them not to", async () => {
  const accessKey = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret", account: testAccount };
  const accessKeys = [{ ...accessKey, userName: undefined }];
  const startAt = Date.now(); // the client signs by the machine's time
  const secured = await startTestServer({ auth: "iam", account: testAccount, accessKeys }, { startAt });
  try {
    const { endpoint, region } = secured.clientConfig();
    const signed = new SNS({ endpoint, region, credentials: accessKey, maxAttempts: 1 });
    const { TopicArn } = await signed.createTopic({ Name: "secured" });
    await signed.subscribe({ TopicArn, Protocol: "http", Endpoint: web.url });
    await secured.advance(0);
    const question = fieldsOf(web.posts.pop()!);
    const textOf = async (link: string) => (await fetch(link)).text();
    for (const action of ["ListTopics", "ListTopics&Action=ConfirmSubscription"]) {
      const link = `${endpoint}/?Action=${action}&Version=2010-03-31&TopicArn=${TopicArn}`;
      expect(await textOf(link)).toContain("MissingAuthenticationToken");
    }
    expect(await textOf(`${question["SubscribeURL"]}&AuthenticateOnUnsubscribe=true`)).toContain(
      "AuthorizationError",
    );
    await signed.confirmSubscription({
      TopicArn,
      Token: question["Token"],
      AuthenticateOnUnsubscribe: "true",
    });
    await signed.publish({ TopicArn, Message: "x" });
    await secured.advance(0);
    const leave = fieldsOf(web.posts.pop()!)["UnsubscribeURL"]!;
    expect(await textOf(leave)).toContain("AuthorizationError");
    const { Subscriptions } = await signed.listSubscriptionsByTopic({ TopicArn });
    expect(Subscriptions).toHaveLength(1);
  } finally {
    await secured.stop();
  }
});

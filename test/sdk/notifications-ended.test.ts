// What those who unsubscribe are told, and their way back.
import { SNS } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, expect, test } from "vitest";
import { confirmationLinkIn, startMailServer, type MailServer } from "../support/mail-server.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { startSubscriber, type NotificationFields, type Subscriber } from "../support/subscriber.ts";

let server: TestServer;
let sns: SNS;
let web: Subscriber;
let mail: MailServer;

beforeAll(async () => {
  [web, mail] = await Promise.all([startSubscriber(), startMailServer()]);
  server = await startTestServer({ smtpUrl: mail.url, smtpFrom: "alarms@example.com" });
  sns = new SNS(server.clientConfig());
});

afterAll(async () => {
  await server?.stop();
  await Promise.all([web?.stop(), mail?.stop()]);
});

const newTopic = async (Name: string) => (await sns.createTopic({ Name })).TopicArn!;
const fieldsOf = ({ body }: { readonly body: string }) => JSON.parse(body) as NotificationFields;

test("who left may come back for two days, and is the same subscription then", async () => {
  const TopicArn = await newTopic("web");
  const asked = { TopicArn, Protocol: "http", Endpoint: web.url, ReturnSubscriptionArn: true };
  const { SubscriptionArn } = await sns.subscribe(asked);
  await server.advance(0);
  await fetch(fieldsOf(web.posts.pop()!)["SubscribeURL"]!);
  const leave = async () => {
    await sns.unsubscribe({ SubscriptionArn });
    await server.advance(0);
    return fieldsOf(web.posts.pop()!)["SubscribeURL"]!;
  };
  const shown = async () => (await sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions!;
  const back = await leave();
  expect(await shown()).toMatchObject([{ SubscriptionArn: "Deleted" }]);
  const { Attributes } = await sns.getTopicAttributes({ TopicArn });
  expect(Attributes).toMatchObject({
    SubscriptionsConfirmed: "0",
    SubscriptionsPending: "0",
    SubscriptionsDeleted: "1",
  });
  await expect(sns.getSubscriptionAttributes({ SubscriptionArn })).rejects.toThrow(/does not exist/);
  expect(await (await fetch(back)).text()).toContain(SubscriptionArn!);
  expect(await shown()).toMatchObject([{ SubscriptionArn }]);
  await sns.publish({ TopicArn, Message: "again" });
  await server.advance(0);
  expect(web.posts.splice(0).map((post) => fieldsOf(post)["Message"])).toEqual(["again"]);

  const late = await leave();
  await server.advance(2 * 86_400_000);
  expect((await fetch(late)).status).toBe(400);
  expect(await shown()).toEqual([]);
});

test("whom a link in a mail has unsubscribed is told so, with the way back", async () => {
  const TopicArn = await newTopic("mail");
  await sns.subscribe({ TopicArn, Protocol: "email", Endpoint: "ops@example.com" });
  await server.advance(0);
  const plain = (text: string) => text.replaceAll("=\r\n", "").replaceAll("=3D", "=");
  expect((await fetch(await confirmationLinkIn(plain(mail.mails.pop()!)))).status).toBe(200);
  const { Subscriptions } = await sns.listSubscriptionsByTopic({ TopicArn });
  const { SubscriptionArn } = Subscriptions![0]!;
  const link = `${server.clientConfig().endpoint}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn!}`;
  expect((await fetch(link)).status).toBe(200);
  await server.advance(0);
  const told = plain(mail.mails.pop()!);
  expect(told).toMatch(/Subject: AWS Notification - Unsubscribe Confirmation/);
  expect((await fetch(await confirmationLinkIn(told))).status).toBe(200);
  expect((await sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions).toMatchObject([
    { SubscriptionArn },
  ]);
  await sns.unsubscribe({ SubscriptionArn });
  await server.advance(0);
  expect(mail.mails).toEqual([]);
});

// An incident from its first datapoint to its end, on a clock that the test moves: a healthy machine is too
// busy, alarms fire, people and programs hear of it, the machine falls silent.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { confirmationLinkIn, startMailServer, type MailServer } from "../support/mail-server.ts";
import { startTestServer, testAccount, testStartAt, type TestServer } from "../support/server.ts";
import {
  isGenuine,
  startSubscriber,
  type NotificationFields,
  type Subscriber,
} from "../support/subscriber.ts";

const minuteMs = 60_000;
const metric = { Namespace: "CWAgent", MetricName: "cpu_usage_active" };
const Dimensions = [{ Name: "host", Value: "web-1" }];

let server: TestServer;
let web: Subscriber;
let mail: MailServer;
let cloudwatch: CloudWatch;
let sns: SNS;
let sqs: SQS;
let groundwatch: GroundwatchClient;
let topic: { readonly TopicArn: string; readonly QueueUrl: string };

beforeAll(async () => {
  [web, mail] = await Promise.all([startSubscriber(), startMailServer()]);
  server = await startTestServer({ smtpUrl: mail.url, smtpFrom: "alarms@example.com" });
  cloudwatch = new CloudWatch(server.clientConfig());
  sns = new SNS(server.clientConfig());
  sqs = new SQS(server.clientConfig());
  groundwatch = new GroundwatchClient(server.clientConfig());
  topic = await topicWithSubscribers();
  await defineAlarms(topic.TopicArn);
  for (const value of [20, 30, 25]) await minute(value);
});

afterAll(async () => {
  await server?.stop();
  await Promise.all([web?.stop(), mail?.stop()]);
});

/** A topic that the web server, the mail server and a queue have subscribed to and confirmed. */
async function topicWithSubscribers(): Promise<typeof topic> {
  const { TopicArn = "" } = await sns.createTopic({ Name: "operators" });
  const { QueueUrl = "" } = await sqs.createQueue({ QueueName: "operators" });
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
  await sns.subscribe({ TopicArn, Protocol: "http", Endpoint: web.url });
  await sns.subscribe({ TopicArn, Protocol: "email", Endpoint: "on-call@example.com" });
  await sns.subscribe({
    TopicArn,
    Protocol: "sqs",
    Endpoint: Attributes!["QueueArn"],
    Attributes: { RawMessageDelivery: "true" },
  });
  await server.advance(0);
  const question = JSON.parse(web.posts.splice(0)[0]!.body) as NotificationFields;
  await fetch(question["SubscribeURL"]!);
  const letter = mail.mails.splice(0)[0]!.replaceAll("=\r\n", "").replaceAll("=3D", "=");
  await fetch(await confirmationLinkIn(letter));
  return { TopicArn, QueueUrl };
}

async function defineAlarms(TopicArn: string): Promise<void> {
  await cloudwatch.putMetricAlarm({
    ...metric,
    Dimensions,
    AlarmName: "web-1 is busy",
    Statistic: "Average",
    Period: 60,
    EvaluationPeriods: 3,
    Threshold: 90,
    ComparisonOperator: "GreaterThanThreshold",
    InsufficientDataActions: [TopicArn],
  });
  await cloudwatch.putCompositeAlarm({
    AlarmName: "the shop is in trouble",
    AlarmRule: `ALARM("web-1 is busy")`,
    AlarmActions: [TopicArn],
  });
}

/** The machine reports itself, and a minute goes by. */
async function minute(value: number): Promise<void> {
  await cloudwatch.putMetricData({
    Namespace: metric.Namespace,
    MetricData: [{ MetricName: metric.MetricName, Dimensions, Value: value }],
  });
  await server.advance(minuteMs);
}

async function states(): Promise<readonly (string | undefined)[]> {
  const AlarmNames = ["web-1 is busy", "the shop is in trouble"];
  const AlarmTypes = ["MetricAlarm", "CompositeAlarm"] as const;
  const found = await cloudwatch.describeAlarms({ AlarmNames, AlarmTypes: [...AlarmTypes] });
  return [...found.MetricAlarms!, ...found.CompositeAlarms!].map(({ StateValue }) => StateValue);
}

async function events(): Promise<readonly string[]> {
  const { Events } = await groundwatch.listEvents({ EventBusName: "default" });
  return Events.map(({ Event }) => JSON.parse(Event) as { "detail-type": string; detail: StateDetail })
    .filter((event) => event["detail-type"] === "CloudWatch Alarm State Change")
    .map(({ detail }) => `${detail.alarmName}: ${detail.previousState.value} -> ${detail.state.value}`);
}

interface StateDetail {
  readonly alarmName: string;
  readonly state: { readonly value: string };
  readonly previousState: { readonly value: string };
}

test("from the first datapoint that breaches to the silence after it", async () => {
  const { TopicArn, QueueUrl } = topic;
  expect(await states()).toEqual(["OK", "OK"]);

  await minute(95);
  await minute(97);
  expect(await states()).toEqual(["OK", "OK"]);
  expect([web.posts, mail.mails]).toEqual([[], []]);
  await minute(99);
  expect(await states()).toEqual(["ALARM", "ALARM"]);

  const [post] = web.posts.splice(0);
  const notification = JSON.parse(post!.body) as NotificationFields;
  expect(await isGenuine(notification)).toBe(true);
  expect(notification["Subject"]).toBe('ALARM: "the shop is in trouble" in US East (N. Virginia)');
  const message: unknown = JSON.parse(notification["Message"]!);
  expect(message).toMatchObject({
    AlarmName: "the shop is in trouble",
    AWSAccountId: testAccount,
    NewStateValue: "ALARM",
    OldStateValue: "OK",
    Region: "US East (N. Virginia)",
    StateChangeTime: "2026-11-02T12:06:00.000+0000",
  });
  const [letter] = mail.mails.splice(0);
  expect(letter).toContain("Subject: =?UTF-8?Q?ALARM=3A_=22the_shop_is_in_trouble=22");
  expect(letter).toContain("To: on-call@example.com");
  expect(letter).toContain('The alarm "the shop is in trouble" in US East (N. Virginia) is in the state');
  const { Messages } = await sqs.receiveMessage({ QueueUrl });
  expect(Messages!.map(({ Body }) => JSON.parse(Body!) as unknown)).toEqual([message]);

  const explained = await groundwatch.explainAlarm({ AlarmName: "web-1 is busy" });
  const unneeded = "not greater than 90; not looked at, since 3 newer datapoints suffice";
  const sentences = [
    `30 is ${unneeded}`,
    `25 is ${unneeded}`,
    "95 is greater than 90: breaching",
    "97 is greater than 90: breaching",
    "99 is greater than 90: breaching",
  ];
  expect(explained.Datapoints?.map(({ StartAt, Sentence }) => [StartAt, Sentence])).toEqual(
    sentences.map((sentence, index) => [testStartAt + (index + 1) * minuteMs, sentence]),
  );
  const trouble = await groundwatch.explainAlarm({ AlarmName: "the shop is in trouble" });
  expect(trouble.Actions).toMatchObject([{ ActionArn: TopicArn, Outcome: "Succeeded" }]);

  await server.advance(12 * minuteMs);
  expect(await states()).toEqual(["INSUFFICIENT_DATA", "OK"]);
  expect(web.posts.map(({ body }) => (JSON.parse(body) as NotificationFields)["Subject"])).toEqual([
    'INSUFFICIENT_DATA: "web-1 is busy" in US East (N. Virginia)',
  ]);
  expect(await events()).toEqual([
    "the shop is in trouble: INSUFFICIENT_DATA -> OK",
    "web-1 is busy: INSUFFICIENT_DATA -> OK",
    "web-1 is busy: OK -> ALARM",
    "the shop is in trouble: OK -> ALARM",
    "web-1 is busy: ALARM -> INSUFFICIENT_DATA",
    "the shop is in trouble: ALARM -> OK",
  ]);
  const silence = await groundwatch.explainAlarm({ AlarmName: "web-1 is busy" });
  expect(silence.State).toBe("INSUFFICIENT_DATA");
  expect(silence.Datapoints?.map(({ Sentence }) => Sentence.split(";")[0])).toEqual(Array(5).fill("missing"));
});

test("every delivery of the incident can be seen", async () => {
  const { DeliveryAttempts } = await groundwatch.listDeliveryAttempts({});
  const succeeded = DeliveryAttempts.filter(({ Outcome }) => Outcome === "Succeeded");
  expect(succeeded).toHaveLength(DeliveryAttempts.length);
  const ofAlarms = succeeded.filter(({ SourceArn }) => SourceArn.includes(":alarm:"));
  expect(ofAlarms.map(({ SourceArn }) => SourceArn.split(":alarm:")[1])).toEqual([
    "web-1 is busy",
    "the shop is in trouble",
  ]);
  const ofFirst = succeeded.filter(({ MessageId }) => MessageId === ofAlarms[1]!.MessageId);
  // From the alarm to the topic, and from there to each of three.
  expect(ofFirst).toHaveLength(4);
});

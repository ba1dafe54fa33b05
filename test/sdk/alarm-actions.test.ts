// Actions of alarms that happen: functions, instances, scaling, Systems Manager, webhooks and commands.
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatch, type PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwatch-actions-"));
const place = `${testRegion}:${testAccount}`;
const arns = {
  function: `arn:aws:lambda:${place}:function:restart:live`,
  stop: `arn:aws:automate:${testRegion}:ec2:stop`,
  reboot: `arn:aws:swf:${place}:action/actions/AWS_EC2.InstanceId.Reboot/1.0`,
  recover: `arn:aws:automate:${testRegion}:ec2:recover`,
  policy: `arn:aws:autoscaling:${place}:scalingPolicy:1-2:autoScalingGroupName/web:policyName/up`,
  opsItem: `arn:aws:ssm:${place}:opsitem:2#CATEGORY=Performance`,
  incident: `arn:aws:ssm-incidents::${testAccount}:responseplan/everything`,
  investigation: `arn:aws:aiops:${place}:investigation-group:abc`,
};

let receiver: Receiver;
let server: TestServer;
let cloudwatch: CloudWatch;

beforeAll(async () => {
  receiver = await startReceiver();
  const targets = [
    { arn: "*:function:hook", webhook: `${receiver.url}/hook`, headers: { authorization: "Bearer 1" } },
    { arn: "*:function:record", command: ["/usr/bin/tee", join(folder, "record")] },
    { arn: "*:function:environment", command: ["/usr/bin/env"] },
    { service: "lambda", arn: "*:function:restart*", endpoint: receiver.url },
    { arn: arns.recover.replace(testRegion, "*"), command: ["/bin/sh", join(folder, "recover")] },
    { service: "ec2", endpoint: receiver.url, accessKeyId: "AKIA1", secretAccessKey: "secret" },
    ...["autoscaling", "ssm", "ssm-incidents"].map((service) => ({ service, endpoint: receiver.url })),
  ];
  const script = `echo "$GROUNDWATCH_STATE $GROUNDWATCH_INSTANCE_ID" > ${folder}/recovered\n`;
  writeFileSync(join(folder, "recover"), script);
  const actionTargets = join(folder, "targets.json");
  writeFileSync(actionTargets, JSON.stringify(targets));
  server = await startTestServer({ actionTargets });
  cloudwatch = new CloudWatch(server.clientConfig());
});

afterAll(async () => {
  await server?.stop();
  await receiver?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const functionNamed = (name: string) => `arn:aws:lambda:${place}:function:${name}`;

const definition = (AlarmActions: string[]): PutMetricAlarmInput => ({
  AlarmName: `a-${randomUUID()}`,
  Namespace: "AWS/EC2",
  MetricName: "StatusCheckFailed_System",
  Dimensions: [{ Name: "InstanceId", Value: "i-0123456789abcdef0" }],
  Statistic: "Maximum",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: "GreaterThanOrEqualToThreshold",
  AlarmActions,
});

/** A new alarm goes into ALARM. */
async function fire(...AlarmActions: string[]): Promise<string> {
  const alarm = definition(AlarmActions);
  const AlarmName = alarm.AlarmName!;
  await cloudwatch.putMetricAlarm(alarm);
  const StateReasonData = JSON.stringify({ recentDatapoints: [0, 7.5], threshold: 1 });
  await cloudwatch.setAlarmState({ AlarmName, StateValue: "ALARM", StateReason: "tried", StateReasonData });
  await server.advance(0);
  return AlarmName;
}

async function historyOf(AlarmName: string) {
  const items = await cloudwatch.describeAlarmHistory({ AlarmName, HistoryItemType: "Action" });
  return items.AlarmHistoryItems!.map(({ HistorySummary }) => HistorySummary);
}

async function attemptsOf(alarmName: string) {
  const groundwatch = new GroundwatchClient(server.clientConfig());
  const { DeliveryAttempts } = await groundwatch.listDeliveryAttempts({});
  return DeliveryAttempts.filter(({ SourceArn }) => SourceArn.endsWith(`:${alarmName}`)).toReversed();
}

async function requestFor(arn: string) {
  const name = await fire(arn);
  expect(await historyOf(name)).toEqual([`Successfully executed action ${arn}`]);
  const [request] = receiver.requests.splice(0);
  return { name, ...request!, text: request!.body.toString() };
}

const fieldsOf = (text: string) => Object.fromEntries(new URLSearchParams(text));

test("a function is invoked with the alarm's event", async () => {
  const { path, headers, text, name } = await requestFor(arns.function);
  expect(path).toBe(`/2015-03-31/functions/${encodeURIComponent(arns.function)}/invocations`);
  expect(headers).toMatchObject({ "x-amz-invocation-type": "Event" });
  expect(headers["authorization"]).toContain(`/${testRegion}/lambda/aws4_request`);
  expect(JSON.parse(text)).toMatchObject({
    source: "aws.cloudwatch",
    accountId: testAccount,
    alarmData: { alarmName: name, state: { value: "ALARM", reason: "tried" } },
  });
});

test("instances are stopped and rebooted through EC2's interface, signed", async () => {
  const stopped = await requestFor(arns.stop);
  expect(fieldsOf(stopped.text)).toEqual({
    Action: "StopInstances",
    Version: "2016-11-15",
    "InstanceId.1": "i-0123456789abcdef0",
  });
  expect(stopped.headers["authorization"]).toContain("Credential=AKIA1/20261102/us-east-1/ec2/aws4_request");
  expect(fieldsOf((await requestFor(arns.reboot)).text)).toMatchObject({ Action: "RebootInstances" });
});

test("a machine that the agent reports as impaired is recovered", async () => {
  const Dimensions = [{ Name: "host", Value: "web-1" }];
  const alarm = { ...definition([arns.recover]), Namespace: "CWAgent", Dimensions };
  await cloudwatch.putMetricAlarm(alarm);
  const put = (Value: number) =>
    cloudwatch.putMetricData({
      Namespace: "CWAgent",
      MetricData: [{ MetricName: "StatusCheckFailed_System", Dimensions, Value }],
    });
  await put(0);
  await server.advance(60_000);
  expect(await historyOf(alarm.AlarmName!)).toEqual([]);
  await put(1);
  await server.advance(60_000);
  expect(await historyOf(alarm.AlarmName!)).toEqual([`Successfully executed action ${arns.recover}`]);
  expect(readFileSync(join(folder, "recovered"), "utf8")).toBe("ALARM web-1\n");
});

test("a scaling policy is executed with what its steps choose by", async () => {
  expect(fieldsOf((await requestFor(arns.policy)).text)).toEqual({
    Action: "ExecutePolicy",
    Version: "2011-01-01",
    AutoScalingGroupName: "web",
    PolicyName: arns.policy,
    MetricValue: "7.5",
    BreachThreshold: "1",
  });
});

test("Systems Manager gets an OpsItem and an incident", async () => {
  const item = await requestFor(arns.opsItem);
  expect(item.headers).toMatchObject({ "x-amz-target": "AmazonSSM.CreateOpsItem" });
  expect(JSON.parse(item.text)).toMatchObject({
    Severity: "2",
    Category: "Performance",
    Description: "tried",
  });
  const incident = await requestFor(arns.incident);
  expect(incident.path).toBe("/startIncident");
  expect(incident.headers["authorization"]).toContain("/us-east-1/ssm-incidents/");
  expect(JSON.parse(incident.text)).toMatchObject({
    responsePlanArn: arns.incident,
    clientToken: expect.stringMatching(/^[\da-f-]{36}$/),
    title: `ALARM: ${incident.name}`,
  });
});

test("a webhook gets the event with the headers of the file", async () => {
  const { path, headers, text, name } = await requestFor(functionNamed("hook"));
  expect(path).toBe("/hook");
  expect(headers).toMatchObject({
    authorization: "Bearer 1",
    "content-type": "application/json",
    "x-groundwatch-action": functionNamed("hook"),
  });
  expect(JSON.parse(text)).toMatchObject({ alarmData: { alarmName: name } });
  expect(await attemptsOf(name)).toMatchObject([
    {
      Outcome: "Succeeded",
      Endpoint: `${receiver.url}/hook`,
      MessageId: headers["x-groundwatch-message-id"],
    },
  ]);
});

test("a command gets the event on its standard input and the names of things, nothing else", async () => {
  const name = await fire(functionNamed("record"), functionNamed("environment"));
  const event: unknown = JSON.parse(readFileSync(join(folder, "record"), "utf8"));
  expect(event).toMatchObject({ alarmData: { alarmName: name } });
  const attempts = await attemptsOf(name);
  const { Detail } = attempts.find(({ Endpoint }) => Endpoint === "/usr/bin/env")!;
  const names = Detail.split("\n").map((line) => line.replace(/^it ended with status 0: /, "").split("=")[0]);
  expect(names.toSorted()).toEqual(
    [
      "GROUNDWATCH_ACTION",
      "GROUNDWATCH_ALARM",
      "GROUNDWATCH_INSTANCE_ID",
      "GROUNDWATCH_MESSAGE_ID",
      "GROUNDWATCH_STATE",
      "PATH",
    ].toSorted(),
  );
});

test("what fails for an hour is performed in the end, and every attempt is seen", async () => {
  receiver.answers.push(...Array.from({ length: 15 }, () => [503, "busy"] as const));
  const name = await fire(functionNamed("hook"));
  expect(await historyOf(name)).toEqual([]);
  await server.advance(3_600_000);
  expect(await historyOf(name)).toEqual([`Successfully executed action ${functionNamed("hook")}`]);
  expect(receiver.requests.splice(0)).toHaveLength(1);
  const attempts = await attemptsOf(name);
  expect(attempts.map(({ Attempt, Outcome }) => [Attempt, Outcome])).toEqual([
    ...Array.from({ length: 15 }, (_, index) => [index + 1, "Failed"]),
    [16, "Succeeded"],
  ]);
  expect(new Set(attempts.map(({ MessageId }) => MessageId)).size).toBe(1);
});

test("what can never succeed fails at once, with its reason in the history", async () => {
  receiver.answers.push([403, "no"]);
  const topic = `arn:aws:sns:${place}:missing`;
  const foreign = `arn:aws:sns:${testRegion}:999999999999:theirs`;
  const name = await fire(
    functionNamed("hook"),
    topic,
    foreign,
    functionNamed("unknown"),
    arns.investigation,
  );
  const failed = (arn: string, reason: string) =>
    `Failed to execute action ${arn}. Received error: "${reason}"`;
  const unconfigured = (arn: string) =>
    failed(arn, `No target is configured for ${arn}: name one in the file of --action-targets`);
  const alarm = `arn:aws:cloudwatch:${place}:alarm:${name}`;
  expect(new Set(await historyOf(name))).toEqual(
    new Set([
      failed(functionNamed("hook"), `${receiver.url}/hook answered 403: no`),
      failed(topic, "Topic does not exist"),
      failed(foreign, `Resource: ${alarm} is not authorized to perform: SNS:Publish on resource: ${foreign}`),
      unconfigured(functionNamed("unknown")),
      unconfigured(arns.investigation),
    ]),
  );
  expect((await attemptsOf(name)).map(({ Outcome }) => Outcome)).toEqual(Array(5).fill("GivenUp"));
});

test.each([
  "arn:aws:ec2:us-east-1:123456789012:instance/i-1",
  `arn:aws:automate:${testRegion}:ec2:explode`,
  `arn:aws:swf:${place}:action/actions/AWS_EC2.InstanceId.Explode/1.0`,
  `arn:aws:ssm:${place}:opsitem:9`,
  `arn:aws:autoscaling:${place}:scalingPolicy:1-2`,
  "nonsense",
])("PutMetricAlarm refuses the action %s", async (arn) => {
  expect(await refusal(cloudwatch.putMetricAlarm(definition([arn])))).toContain(`Invalid arn syntax: ${arn}`);
});

test("PutMetricAlarm refuses actions that do not go with the metric", async () => {
  const { Dimensions: _, ...aggregate } = definition([arns.stop]);
  expect(await refusal(cloudwatch.putMetricAlarm(aggregate))).toContain(
    "An EC2 action can only be used if the alarm is monitoring an EC2 instance.",
  );
  const other = { ...definition([arns.recover]), MetricName: "CPUUtilization" };
  expect(await refusal(cloudwatch.putMetricAlarm(other))).toContain("StatusCheckFailed_System");
  const elsewhere = definition(["arn:aws:automate:eu-west-1:ec2:stop"]);
  expect(await refusal(cloudwatch.putMetricAlarm(elsewhere))).toContain(
    "Invalid region eu-west-1 specified.",
  );
});

test("every action that is documented is taken where it may stand, and nowhere else", async () => {
  const everywhere = [`arn:aws:sns:${place}:topic`, arns.function];
  const ofSystemsManager = [arns.opsItem, arns.incident];
  const onMetrics = [arns.stop, arns.reboot, arns.policy];
  const put = (actions: object) => refusal(cloudwatch.putMetricAlarm({ ...definition([]), ...actions }));
  for (const arn of [...everywhere, ...ofSystemsManager, ...onMetrics]) {
    const [OKActions, AlarmActions, InsufficientDataActions] = [[arn], [arn], [arn]];
    expect(await put({ OKActions, AlarmActions, InsufficientDataActions })).toBe("accepted");
  }
  const composite = (actions: object) =>
    refusal(cloudwatch.putCompositeAlarm({ AlarmName: "every", AlarmRule: "FALSE", ...actions }));
  for (const arn of [...everywhere, ...ofSystemsManager, arns.investigation]) {
    expect(await composite({ AlarmActions: [arn] })).toBe("accepted");
  }
  for (const arn of everywhere) expect(await composite({ OKActions: [arn] })).toBe("accepted");
  const misplaced = (list: string, kind: string) =>
    new RegExp(`^ValidationException: Invalid arn syntax: .* is not supported in ${list} of ${kind} alarms$`);
  expect(await put({ OKActions: [arns.investigation] })).toMatch(misplaced("OKActions", "metric"));
  for (const arn of [...ofSystemsManager, arns.investigation]) {
    const actions = { InsufficientDataActions: [arn] };
    expect(await composite(actions)).toMatch(misplaced("InsufficientDataActions", "composite"));
  }
  for (const arn of onMetrics) {
    expect(await composite({ AlarmActions: [arn] })).toMatch(misplaced("AlarmActions", "composite"));
  }
});

// Alarms on PromQL queries, from OTLP over HTTP to the recovery of the last time series, over a restart.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CloudWatch, type PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startTestServer, testStartAt, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
/** Nobody signs what comes as OTLP here, so it goes to the server's own account. */
const account = "000000000000";
const json = { "content-type": "application/json" };

const data = mkdtempSync(join(tmpdir(), "groundwatch-promql-"));
let server: TestServer;
let cloudwatch: CloudWatch;
let groundwatch: GroundwatchClient;
let now = testStartAt;

const connect = () => {
  cloudwatch = new CloudWatch(server.clientConfig({ account }));
  groundwatch = new GroundwatchClient(server.clientConfig({ account }));
};

beforeAll(async () => {
  server = await startTestServer({ data });
  connect();
});

afterAll(async () => {
  await server.stop();
  rmSync(data, { recursive: true, force: true });
});

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

const cpuRequest = (values: Readonly<Record<string, number>>) => ({
  resourceMetrics: [
    {
      resource: { attributes: [text("service.name", "shop")] },
      scopeMetrics: [
        {
          metrics: [
            {
              name: "cpu.usage",
              gauge: {
                dataPoints: Object.entries(values).map(([host, asDouble]) => ({
                  timeUnixNano: `${now}000000`,
                  asDouble,
                  attributes: [text("host", host)],
                })),
              },
            },
          ],
        },
      ],
    },
  ],
});

async function post(body: string | Uint8Array, headers: Record<string, string> = json) {
  const response = await fetch(`${server.endpoint}/v1/metrics`, { method: "POST", headers, body });
  return { status: response.status, text: await response.text() };
}

/** The hosts report, and a minute goes by. */
async function minute(values: Readonly<Record<string, number>>): Promise<void> {
  now += minuteMs;
  expect(await post(JSON.stringify(cpuRequest(values)))).toEqual({ status: 200, text: "{}" });
  await server.advance(minuteMs);
}

const query = 'avg by (host) ({"cpu.usage", "@resource.service.name"="shop"}) > 80';
const definition: PutMetricAlarmInput = {
  AlarmName: "busy",
  EvaluationCriteria: { PromQLCriteria: { Query: query, PendingPeriod: 120, RecoveryPeriod: 180 } },
  EvaluationInterval: 60,
};

async function described(name = "busy") {
  const { MetricAlarms } = await cloudwatch.describeAlarms({ AlarmNames: [name] });
  return MetricAlarms![0]!;
}

async function contributors() {
  const { AlarmContributors } = await cloudwatch.describeAlarmContributors({ AlarmName: "busy" });
  return AlarmContributors!.map(({ ContributorAttributes }) => ContributorAttributes!["host"]).toSorted();
}

async function explained() {
  const { Contributors = [] } = await groundwatch.explainAlarm({ AlarmName: "busy" });
  return Contributors.map(({ Attributes, State, DecidedBy, Decision }) => {
    const value = /last with ([\d.]+)/.exec(Decision)?.[1];
    return `${Attributes[0]?.Value} ${State} ${DecidedBy} ${value}`;
  });
}

test("from the first time series that breaches to the recovery of the last", async () => {
  const { TopicArn = "" } = await new SNS(server.clientConfig({ account })).createTopic({
    Name: "operators",
  });
  const queue = { QueueName: "operators" };
  const { QueueUrl = "" } = await new SQS(server.clientConfig({ account })).createQueue(queue);
  const sqs = () => new SQS(server.clientConfig({ account }));
  const { Attributes } = await sqs().getQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
  await new SNS(server.clientConfig({ account })).subscribe({
    TopicArn,
    Protocol: "sqs",
    Endpoint: Attributes!["QueueArn"],
    Attributes: { RawMessageDelivery: "true" },
  });
  await cloudwatch.putMetricAlarm({ ...definition, AlarmActions: [TopicArn], OKActions: [TopicArn] });
  expect(await described()).toMatchObject({
    StateValue: "OK",
    StateReason: "Unchecked: Initial alarm creation",
    EvaluationCriteria: definition.EvaluationCriteria,
    EvaluationInterval: 60,
  });
  expect(await described()).not.toHaveProperty("ComparisonOperator");

  await minute({ web: 95, db: 10 });
  expect(await explained()).toEqual(["web OK pendingPeriod 95.0"]);
  await minute({ web: 96, db: 90 });
  expect([(await described()).StateValue, await contributors()]).toEqual(["OK", []]);

  // The pending period goes on over a restart.
  await server.stop();
  server = await startTestServer({ data }, { startAt: now });
  connect();
  await minute({ web: 97, db: 91 });
  expect(await described()).toMatchObject({
    StateValue: "ALARM",
    StateReason: "1 time series evaluated to ALARM",
    StateTransitionedTimestamp: new Date(now),
  });
  const { AlarmContributors } = await cloudwatch.describeAlarmContributors({ AlarmName: "busy" });
  expect(AlarmContributors).toMatchObject([
    {
      ContributorAttributes: { host: "web" },
      StateReason:
        "The query has returned this time series since 2026-11-02T12:01:00.000+0000, for the pending " +
        "period of 120 seconds. Its last value was 97.0.",
      StateTransitionedTimestamp: new Date(now),
    },
  ]);
  expect(await explained()).toEqual(["web ALARM pendingPeriod 97.0", "db OK pendingPeriod 91.0"]);

  await minute({ web: 20, db: 92 });
  expect(await contributors()).toEqual(["db", "web"]);
  expect(await explained()).toEqual(["web ALARM recoveryPeriod 97.0", "db ALARM pendingPeriod 92.0"]);
  await minute({ web: 30, db: 93.5 });
  expect(await explained()).toEqual(["web ALARM recoveryPeriod 97.0", "db ALARM pendingPeriod 93.5"]);
  await minute({ web: 30, db: 30 });
  await minute({ web: 30, db: 30 });
  expect([(await described()).StateValue, await contributors()]).toEqual(["ALARM", ["db"]]);
  await minute({ web: 30, db: 30 });
  await minute({ web: 30, db: 30 });
  expect(await described()).toMatchObject({
    StateValue: "OK",
    StateReason: "No time series evaluated to ALARM",
  });
  expect(await contributors()).toEqual([]);

  const { Messages = [] } = await sqs().receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
  const told = Messages.map(({ Body }) => JSON.parse(Body!) as Record<string, unknown>);
  const ofContributors = told.filter((one) => "AlarmContributorAttributes" in one);
  expect(
    ofContributors
      .map((one) => `${JSON.stringify(one["AlarmContributorAttributes"])} ${String(one["NewStateValue"])}`)
      .toSorted(),
  ).toEqual(['{"host":"db"} ALARM', '{"host":"db"} OK', '{"host":"web"} ALARM', '{"host":"web"} OK']);
  expect(told[0]!["Trigger"]).toEqual({
    EvaluationCriteria: { PromQLCriteria: { Query: query, PendingPeriod: 120, RecoveryPeriod: 180 } },
    EvaluationInterval: 60,
  });
  await expectEventsAndHistory();
}, 60_000);

async function expectEventsAndHistory(): Promise<void> {
  const { Events } = await groundwatch.listEvents({ EventBusName: "default" });
  const details = Events.map(({ Event }) => JSON.parse(Event) as Record<string, never>);
  const changes = details.filter((one) => one["detail-type"] === "CloudWatch Alarm State Change");
  expect(changes.map(({ detail }) => detail)).toMatchObject([
    { state: { value: "ALARM" }, previousState: { value: "OK" } },
    { state: { value: "OK" }, configuration: { evaluationCriteria: { promQLCriteria: { query } } } },
  ]);
  const contributorChanges = details.filter(
    (one) => one["detail-type"] === "CloudWatch Alarm Contributor State Change",
  );
  expect(contributorChanges).toHaveLength(4);
  const { AlarmHistoryItems } = await cloudwatch.describeAlarmHistory({
    AlarmName: "busy",
    HistoryItemType: "AlarmContributorStateUpdate",
  });
  expect(AlarmHistoryItems).toHaveLength(4);

  const { Transitions } = await groundwatch.backtestAlarm({ AlarmName: "busy", From: testStartAt, To: now });
  expect(Transitions.map(({ At, State }) => [(At - testStartAt) / minuteMs, State])).toEqual([
    [3, "ALARM"],
    [9, "OK"],
  ]);
}

test("an interval of minutes has its turns at its multiples only", async () => {
  const everyFiveMinutes = {
    AlarmName: "rarely",
    EvaluationInterval: 300,
    EvaluationCriteria: { PromQLCriteria: { Query: query } },
  };
  while (((now - testStartAt) / minuteMs) % 5 !== 3) await minute({ web: 1 });
  await cloudwatch.putMetricAlarm(everyFiveMinutes);
  await minute({ web: 99 });
  expect((await described("rarely")).StateValue).toBe("OK");
  await minute({ web: 99 });
  expect((await described("rarely")).StateValue).toBe("ALARM");
  await minute({ web: 1 });
  expect((await described("rarely")).StateValue).toBe("ALARM");
  for (const value of [1, 1, 1, 1]) await minute({ web: value });
  expect((await described("rarely")).StateValue).toBe("OK");
});

test("a query that fails leaves the alarm in its state and says why", async () => {
  const Query = '{"cpu.usage"} > on (service) group_left () {"cpu.usage"} - 1';
  const criteria = { EvaluationCriteria: { PromQLCriteria: { Query } } };
  await cloudwatch.putMetricAlarm({ AlarmName: "wrong", EvaluationInterval: 60, ...criteria });
  await minute({ web: 99, db: 99 });
  const alarm = await described("wrong");
  expect(alarm).toMatchObject({ StateValue: "OK", EvaluationState: "EVALUATION_ERROR" });
  expect(alarm.StateReason).toMatch(/^The query could not be evaluated: .*many/);
});

describe("PutMetricAlarm refuses", () => {
  const put = (changes: Partial<PutMetricAlarmInput>) =>
    cloudwatch.putMetricAlarm({ ...definition, AlarmName: "refused", ...changes });
  const withQuery = (Query: string) => put({ EvaluationCriteria: { PromQLCriteria: { Query } } });

  test.each([
    ["up{", "Invalid PromQL query: 1:4: parse error"],
    ["1 + 1", "Invalid PromQL query: the query must return a vector, and returns a scalar"],
    ["cpu[5m]", "Invalid PromQL query: the query must return a vector, and returns a range vector"],
    ['{host="web"} > 1', "Invalid PromQL query: every selector must select a metric by name"],
    ["max_over_time(cpu[8d]) > 1", "Invalid PromQL query: a query spans at most 7 days"],
    ["no_such_function(cpu)", "Invalid PromQL query: 1:1: parse error"],
  ])("%s", async (query, message) => {
    await expect(withQuery(query)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(message) as string,
    });
  });

  test.each<[Partial<PutMetricAlarmInput>, string]>([
    [{ EvaluationInterval: undefined }, "EvaluationInterval must not be null"],
    [{ EvaluationInterval: 15 }, "EvaluationInterval must be 10, 20, 30 or a multiple of 60"],
    [{ EvaluationInterval: 7_200 }, "less than or equal to 3600"],
    [{ Threshold: 1 }, "EvaluationCriteria cannot be used with Threshold"],
    [{ MetricName: "cpu" }, "EvaluationCriteria cannot be used with MetricName"],
    [{ TreatMissingData: "missing" }, "EvaluationCriteria cannot be used with TreatMissingData"],
    [{ EvaluationCriteria: undefined }, "EvaluationInterval can only be specified with EvaluationCriteria"],
    [{ EvaluationCriteria: { PromQLCriteria: { Query: "up", PendingPeriod: 86_401 } } }, "86400"],
  ])("%j", async (changes, message) => {
    await expect(put(changes)).rejects.toThrow(message);
  });
});

describe("the address for metrics", () => {
  test("protocol buffers, compressed, are read as JSON is", async () => {
    const bytes = protobufRequest("wire.metric", now, 5);
    const headers = { "content-type": "application/x-protobuf", "content-encoding": "gzip" };
    expect(await post(gzipSync(bytes), headers)).toEqual({ status: 200, text: "" });
    const Query = '{"wire.metric"} == 5';
    const criteria = { EvaluationInterval: 60, EvaluationCriteria: { PromQLCriteria: { Query } } };
    await cloudwatch.putMetricAlarm({ AlarmName: "wire", ...criteria });
    await minute({});
    expect((await described("wire")).StateValue).toBe("ALARM");
  });

  test("what is taken in part says so; what is no request, or too much, is refused", async () => {
    const summary = { name: "s", summary: { dataPoints: [{}] } };
    const request = cpuRequest({ web: 1 });
    request.resourceMetrics[0]!.scopeMetrics[0]!.metrics.push(summary as never);
    expect(await post(JSON.stringify(request))).toEqual({
      status: 200,
      text:
        '{"partialSuccess":{"rejectedDataPoints":"1",' +
        '"errorMessage":"Summaries are not supported; send histograms."}}',
    });
    const alone = { resourceMetrics: [{ scopeMetrics: [{ metrics: [summary] }] }] };
    expect(await post(JSON.stringify(alone))).toEqual({
      status: 400,
      text: '{"message":"Summaries are not supported; send histograms."}',
    });
    expect(await post("[]")).toEqual({
      status: 400,
      text: '{"message":"The request is no ExportMetricsServiceRequest: an object was expected"}',
    });
    expect(await post(" ".repeat(1_048_577))).toMatchObject({ status: 400 });
    expect(await post("{}", { "content-type": "text/plain" })).toMatchObject({ status: 415 });
  });

  test("after a reset there is nothing to be found", async () => {
    await minute({ web: 99 });
    await fetch(`${server.endpoint}/_groundwatch/reset`, { method: "POST" });
    const criteria = { EvaluationInterval: 60, EvaluationCriteria: { PromQLCriteria: { Query: query } } };
    await cloudwatch.putMetricAlarm({ AlarmName: "after", ...criteria });
    await server.advance(minuteMs);
    expect((await groundwatch.explainAlarm({ AlarmName: "after" })).Contributors).toEqual([]);
  });
});

const varint = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
const field = (number: number, bytes: readonly number[]) => [
  (number << 3) | 2,
  ...varint(bytes.length),
  ...bytes,
];
const eight = (number: number, bytes: Uint8Array) => [(number << 3) | 1, ...bytes];

/** A gauge with one datapoint. */
function protobufRequest(name: string, at: number, value: number): Uint8Array {
  const time = new Uint8Array(new BigUint64Array([BigInt(at) * 1_000_000n]).buffer);
  const double = new Uint8Array(new Float64Array([value]).buffer);
  const point = [...eight(3, time), ...eight(4, double)];
  const metric = [...field(1, [...Buffer.from(name)]), ...field(5, field(1, point))];
  return Uint8Array.from(field(1, field(2, field(2, metric))));
}

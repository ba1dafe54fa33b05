// LAMBDA through the official client: metrics of a data source that a function connects, in GetMetricData and
// in alarms.
import { CloudWatch, type GetMetricDataCommandInput } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testStartAt, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
const startSeconds = testStartAt / 1_000;

let receiver: Receiver;
let server: TestServer;
let cloudwatch: CloudWatch;

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startTestServer({ serviceEndpoints: receiver.endpointsFile });
  cloudwatch = new CloudWatch(server.clientConfig());
});
beforeEach(() => {
  receiver.requests.length = 0;
  receiver.answers.length = 0;
});
afterAll(async () => {
  await server?.stop();
  await receiver?.stop();
});

const question = (Expression: string): GetMetricDataCommandInput => ({
  StartTime: new Date(testStartAt - 15 * minuteMs),
  EndTime: new Date(testStartAt),
  ScanBy: "TimestampAscending",
  MetricDataQueries: [{ Id: "e", Expression, Period: 300 }],
});

const answers = (results: unknown, status = 200) => receiver.answers.push([status, JSON.stringify(results)]);

describe("GetMetricData", () => {
  test("invokes the function with the event and answers with its series", async () => {
    const Timestamps = [startSeconds - 900, startSeconds - 300];
    answers({
      MetricDataResults: [
        { StatusCode: "Complete", Label: "a", Timestamps, Values: [1, 3] },
        {
          StatusCode: "PartialData",
          Label: "b",
          Timestamps,
          Values: [2, 4],
          Messages: [{ Code: "c", Value: "v" }],
        },
      ],
    });
    const { MetricDataResults } = await cloudwatch.getMetricData(
      question('LAMBDA("connector:22", "up", 3.5, true)'),
    );
    expect(MetricDataResults).toEqual([
      {
        Id: "e",
        Label: "a",
        Timestamps: Timestamps.map((at) => new Date(at * 1_000)),
        Values: [1, 3],
        StatusCode: "Complete",
      },
      expect.objectContaining({
        Label: "b",
        StatusCode: "PartialData",
        Messages: [{ Code: "c", Value: "v" }],
      }),
    ]);
    const [request] = receiver.requests;
    expect(request?.path).toBe("/2015-03-31/functions/connector%3A22/invocations");
    expect(request?.headers).toMatchObject({ "x-amz-invocation-type": "RequestResponse" });
    expect(request?.headers.authorization).toContain("/us-east-1/lambda/aws4_request");
    expect(JSON.parse(request?.body.toString() ?? "")).toEqual({
      EventType: "GetMetricData",
      GetMetricDataRequest: {
        StartTime: startSeconds - 900,
        EndTime: startSeconds,
        Period: 300,
        Arguments: ["up", 3.5, true],
      },
    });
  });

  test("an error of the function is the status of an empty series", async () => {
    answers({ Error: { Code: "Unreachable", Value: "no cluster" } });
    const { MetricDataResults } = await cloudwatch.getMetricData(question('FILL(LAMBDA("connector"), 0)'));
    expect(MetricDataResults).toEqual([
      {
        Id: "e",
        Label: "e",
        Timestamps: [],
        Values: [],
        StatusCode: "InternalError",
        Messages: [{ Code: "Unreachable", Value: "no cluster" }],
      },
    ]);
    answers({ Message: "not yours" }, 403);
    const forbidden = await cloudwatch.getMetricData(question('LAMBDA("connector")'));
    expect(forbidden.MetricDataResults).toMatchObject([{ StatusCode: "Forbidden", Values: [] }]);
    answers({ Message: "no such function" }, 404);
    const unknown = await cloudwatch.getMetricData(question('LAMBDA("connector")'));
    expect(unknown.MetricDataResults).toMatchObject([
      { StatusCode: "InternalError", Messages: [{ Code: "InvocationFailed" }] },
    ]);
  });

  test("an answer of six megabytes is too large", async () => {
    receiver.answers.push([
      200,
      JSON.stringify({ MetricDataResults: [], more: "x".repeat(6 * 1_024 * 1_024) }),
    ]);
    const { MetricDataResults } = await cloudwatch.getMetricData(question('LAMBDA("connector")'));
    expect(MetricDataResults).toMatchObject([
      { StatusCode: "InternalError", Messages: [{ Code: "ResponseTooLarge" }] },
    ]);
  });

  test("what the function finds not valid is the caller's error", async () => {
    answers({ Error: { Code: "Validation", Value: "Invalid Prometheus cluster" } });
    const refused = await refusal(cloudwatch.getMetricData(question('LAMBDA("connector")')));
    expect(refused).toBe("ValidationException: Invalid Prometheus cluster");
  });
});

test("an image of a widget shows that a function failed", async () => {
  const MetricWidget = JSON.stringify({ metrics: [[{ expression: 'LAMBDA("connector")', label: "up" }]] });
  const image = async (answer: unknown) => {
    answers(answer);
    return (await cloudwatch.getMetricWidgetImage({ MetricWidget })).MetricWidgetImage;
  };
  const nothing = await image({ MetricDataResults: [{ Label: "a" }] });
  expect(await image({ MetricDataResults: [{ Label: "a" }] })).toEqual(nothing);
  const failed = await image({ MetricDataResults: [{ Label: "a", StatusCode: "InternalError" }] });
  expect(failed).not.toEqual(nothing);
});

test("without an endpoint nothing can be asked", async () => {
  const alone = await startTestServer();
  try {
    const refused = await refusal(
      new CloudWatch(alone.clientConfig()).getMetricData(question('LAMBDA("f")')),
    );
    expect(refused).toBe(
      "ValidationException: LAMBDA cannot call the function f: no endpoint of lambda is configured " +
        "(--service-endpoints).",
    );
  } finally {
    await alone.stop();
  }
});

describe("an alarm", () => {
  const alarm = (Expression: string, more: object = {}) => ({
    AlarmName: "connected",
    Metrics: [{ Id: "e", Expression, Period: 60 }],
    EvaluationPeriods: 1,
    Threshold: 10,
    ComparisonOperator: "GreaterThanThreshold" as const,
    TreatMissingData: "notBreaching",
    ...more,
  });
  const described = async () =>
    (await cloudwatch.describeAlarms({ AlarmNames: ["connected"] })).MetricAlarms?.[0];
  /** The function gives this value for the minute that has passed when the alarm is evaluated. */
  async function evaluateWith(...values: number[]): Promise<void> {
    const at = server.clock.now() / 1_000;
    answers({ MetricDataResults: values.map((value) => ({ Timestamps: [at], Values: [value] })) });
    await server.advance(minuteMs);
  }

  test("follows what the function gives, and explains itself", async () => {
    await cloudwatch.putMetricAlarm(alarm('LAMBDA("connector", "up")'));
    await evaluateWith(20);
    expect(await described()).toMatchObject({ StateValue: "ALARM" });
    const at = server.clock.now();
    expect(JSON.parse(receiver.requests.at(-1)?.body.toString() ?? "")).toMatchObject({
      GetMetricDataRequest: { StartTime: at / 1_000 - 180, EndTime: at / 1_000, Period: 60 },
    });
    answers({ MetricDataResults: [{ Timestamps: [at / 1_000 - 60], Values: [20] }] });
    const own = new GroundwatchClient(server.clientConfig());
    const explained = await own.explainAlarm({ AlarmName: "connected" });
    expect(explained.Datapoints?.at(-1)).toMatchObject({ Value: 20, Verdict: "breaching" });
    await evaluateWith(5);
    expect(await described()).toMatchObject({ StateValue: "OK" });
  });

  test("is tried on the past by asking the function for each window", async () => {
    const { AlarmName: _name, ...Definition } = alarm('LAMBDA("connector")');
    const To = server.clock.now();
    const Timestamps = Array.from({ length: 10 }, (_, minute) => To / 1_000 - 60 * minute);
    for (let windows = 0; windows < 3; windows++) {
      answers({ MetricDataResults: [{ Timestamps, Values: Timestamps.map(() => 20) }] });
    }
    const own = new GroundwatchClient(server.clientConfig());
    const tried = await own.backtestAlarm({ Definition, From: To - 2 * minuteMs, To });
    expect(receiver.requests).toHaveLength(3);
    expect(tried).toMatchObject({ Evaluations: 3, StateAtEnd: "ALARM" });
    expect(tried.Transitions).toHaveLength(1);
  });

  test("is without data when the function fails, however it treats missing data", async () => {
    await cloudwatch.putMetricAlarm(alarm('LAMBDA("connector")'));
    await evaluateWith(5);
    expect(await described()).toMatchObject({ StateValue: "OK" });
    answers({ Error: { Code: "Unreachable", Value: "no cluster" } });
    await server.advance(minuteMs);
    expect(await described()).toMatchObject({
      StateValue: "INSUFFICIENT_DATA",
      StateReason: "Insufficient Data: 1 datapoint was unknown. Unreachable: no cluster",
      EvaluationState: "EVALUATION_ERROR",
    });
  });

  test("treats data as missing that it is not allowed to ask for", async () => {
    await cloudwatch.putMetricAlarm(alarm('LAMBDA("connector")', { TreatMissingData: "breaching" }));
    answers({ Error: { Code: "Forbidden", Value: "not yours" } });
    await server.advance(minuteMs);
    expect(await described()).toMatchObject({ StateValue: "ALARM", EvaluationState: "EVALUATION_ERROR" });
  });

  test("needs a single time series", async () => {
    await cloudwatch.putMetricAlarm(alarm('LAMBDA("connector")', { TreatMissingData: "missing" }));
    await evaluateWith(1, 2);
    expect(await described()).toMatchObject({
      StateValue: "INSUFFICIENT_DATA",
      StateReason:
        "Insufficient Data: 1 datapoint was unknown. " +
        "The expression gives 2 time series, and an alarm needs a single one.",
    });
    await cloudwatch.putMetricAlarm(alarm('MAX(LAMBDA("connector"))'));
    await evaluateWith(1, 20);
    expect(await described()).toMatchObject({ StateValue: "ALARM" });
  });

  test("asks for minutes at least", async () => {
    const Metrics = [{ Id: "e", Expression: 'LAMBDA("connector")', Period: 10 }];
    const refused = await refusal(cloudwatch.putMetricAlarm({ ...alarm(""), Metrics }));
    expect(refused).toContain("The period of an alarm on LAMBDA must be a multiple of 60 seconds.");
  });
});

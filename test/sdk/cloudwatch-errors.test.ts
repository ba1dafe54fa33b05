// Every error that CloudWatch documents for an operation, with its code and status in each of the protocols.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

const arn = (resource: string) => `arn:aws:cloudwatch:${testRegion}:${testAccount}:${resource}`;
const range = { StartTime: new Date(0), EndTime: new Date(60_000) };
const metric = { Namespace: "N", MetricName: "m" };
const statistics = { ...metric, ...range, Period: 60, Statistics: ["Sum" as const] };
const detector = { ...metric, Stat: "Sum", Dimensions: [] };
const stream = {
  Name: "s",
  FirehoseArn: `arn:aws:firehose:${testRegion}:${testAccount}:deliverystream/d`,
  RoleArn: `arn:aws:iam::${testAccount}:role/r`,
  OutputFormat: "json",
};
const alarm = {
  AlarmName: "a",
  ...metric,
  Statistic: "Sum" as const,
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: "GreaterThanThreshold" as const,
};
const badToken = "!";
const missing = ["MissingRequiredParameterException", "MissingParameter", 400] as const;
const value = ["InvalidParameterValueException", "InvalidParameterValue", 400] as const;
const combination = ["InvalidParameterCombinationException", "InvalidParameterCombination", 400] as const;
const notFound = ["ResourceNotFoundException", "ResourceNotFoundException", 404] as const;
const noAlarm = ["ResourceNotFound", "ResourceNotFound", 404] as const;
/** Of two exceptions with one code the client takes the first, as it does with AWS. */
const noDashboard = ["ResourceNotFound", "ResourceNotFound", 404] as const;
const token = ["InvalidNextToken", "InvalidNextToken", 400] as const;
const validation = ["ValidationException", "ValidationError", 400] as const;

type Answer = readonly [name: string, queryCode: string, status: number];

/** By operation: its errors, each with an input that has it as its answer. */
const documented: Readonly<Record<string, readonly (readonly [input: object, answer: Answer])[]>> = {
  deleteAlarms: [[{ AlarmNames: ["nowhere"] }, noAlarm]],
  deleteAnomalyDetector: [
    [{}, missing],
    [{ ...detector, Stat: "Sum", SingleMetricAnomalyDetector: detector }, combination],
    [detector, notFound],
  ],
  deleteDashboards: [
    [{ DashboardNames: Array.from({ length: 101 }, (_, index) => `d${index}`) }, value],
    [{ DashboardNames: ["nowhere"] }, noDashboard],
  ],
  deleteInsightRules: [
    [{}, missing],
    [{ RuleNames: Array.from({ length: 101 }, (_, index) => `r${index}`) }, value],
  ],
  deleteMetricStream: [[{}, missing]],
  describeAlarmContributors: [[{ AlarmName: "nowhere" }, notFound]],
  describeAlarmHistory: [[{ NextToken: badToken }, token]],
  describeAlarms: [[{ NextToken: badToken }, token]],
  describeAnomalyDetectors: [
    [{ NextToken: badToken }, token],
    [{ AnomalyDetectorIds: ["a"], Namespace: "N" }, combination],
  ],
  describeInsightRules: [[{ NextToken: badToken }, token]],
  disableInsightRules: [[{}, missing]],
  enableInsightRules: [[{}, missing]],
  getAlarmMuteRule: [[{ AlarmMuteRuleName: "nowhere" }, notFound]],
  getDashboard: [
    [{ DashboardName: "nowhere" }, noDashboard],
    [{ DashboardName: "not a name" }, value],
  ],
  getDataset: [[{ DatasetIdentifier: "nowhere" }, notFound]],
  getInsightRuleReport: [
    [{}, missing],
    [{ RuleName: "nowhere", ...range, Period: 60 }, notFound],
    [{ RuleName: "nowhere", ...range, Period: 61 }, value],
  ],
  getMetricData: [[{ ...range, MetricDataQueries: [], NextToken: badToken }, token]],
  getMetricStatistics: [
    [{}, missing],
    [{ ...statistics, EndTime: range.StartTime }, value],
    [{ ...statistics, ExtendedStatistics: ["p9"], Period: 1, EndTime: new Date(1e9) }, combination],
  ],
  getMetricStream: [
    [{}, missing],
    [{ Name: "nowhere" }, notFound],
  ],
  listAlarmMuteRules: [[{ NextToken: badToken }, token]],
  listDashboards: [[{ NextToken: badToken }, value]],
  listManagedInsightRules: [[{}, missing]],
  listMetricStreams: [[{ NextToken: badToken }, token]],
  listMetrics: [[{ NextToken: badToken }, value]],
  listTagsForResource: [
    [{ ResourceARN: arn("alarm:nowhere") }, notFound],
    [{ ResourceARN: "arn" }, value],
  ],
  putAnomalyDetector: [
    [{}, missing],
    [{ ...detector, SingleMetricAnomalyDetector: detector }, combination],
    [{ ...detector, Configuration: { MetricTimezone: "Nowhere" } }, value],
  ],
  putCompositeAlarm: [[{ AlarmName: "c", AlarmRule: "ALARM(nowhere)" }, validation]],
  putDashboard: [
    [
      { DashboardName: "d", DashboardBody: "no json" },
      ["DashboardInvalidInputError", "InvalidParameterInput", 400],
    ],
  ],
  putInsightRule: [
    [{}, missing],
    [{ RuleName: "r", RuleDefinition: "{}" }, value],
  ],
  putManagedInsightRules: [[{}, missing]],
  putMetricAlarm: [
    [{ ...alarm, Period: 7 }, validation],
    [{ ...alarm, Threshold: Number.NaN }, validation],
    [{ ...alarm, Threshold: Number.NEGATIVE_INFINITY }, validation],
  ],
  putMetricData: [
    [{ MetricData: [{ MetricName: "m", Value: 1 }] }, missing],
    [{ Namespace: "AWS/N", MetricData: [{ MetricName: "m", Value: 1 }] }, value],
    [{ Namespace: "N", MetricData: [{ MetricName: "m", Value: 1, Values: [1] }] }, combination],
  ],
  putMetricStream: [
    [{ ...stream, Name: undefined }, missing],
    [{ ...stream, Name: "a b" }, value],
    [{ ...stream, IncludeFilters: [{ Namespace: "A" }], ExcludeFilters: [{ Namespace: "B" }] }, combination],
  ],
  setAlarmState: [
    [{ AlarmName: "nowhere", StateValue: "OK", StateReason: "x" }, noAlarm],
    [
      { AlarmName: "nowhere", StateValue: "OK", StateReason: "x", StateReasonData: "no json" },
      ["InvalidFormatFault", "InvalidFormat", 400],
    ],
  ],
  startMetricStreams: [[{}, missing]],
  startOTelEnrichment: [[{}, validation]],
  stopMetricStreams: [[{}, missing]],
  tagResource: [
    [{ ResourceARN: arn("alarm:nowhere"), Tags: [{ Key: "k", Value: "v" }] }, notFound],
    [{ ResourceARN: "arn", Tags: [{ Key: "k", Value: "v" }] }, value],
  ],
  untagResource: [
    [{ ResourceARN: arn("alarm:nowhere"), TagKeys: ["k"] }, notFound],
    [{ ResourceARN: "arn", TagKeys: ["k"] }, value],
  ],
};

const cases = Object.entries(documented).flatMap(([operation, errors]) =>
  errors.map(([input, answer]) => ({ operation, input, answer, name: answer[0] })),
);

type Call = (input: object) => Promise<unknown>;

/** What a call is refused with, as its client understands it. */
async function refusalOf(client: CloudWatch, operation: string, input: object): Promise<unknown> {
  const call = (client as unknown as Readonly<Record<string, Call>>)[operation]!;
  try {
    await call.call(client, input);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each([
  ["JSON", {}],
  ["Query", { protocol: AwsQueryProtocol }],
  ["CBOR", { protocol: AwsSmithyRpcV2CborProtocol }],
])("over %s", (_protocol, options) => {
  test.each(cases)(
    "$operation answers $name",
    async ({ operation, input, answer: [name, queryCode, status] }) => {
      const client = new CloudWatch({ ...server.clientConfig(), ...options });
      const error = await refusalOf(client, operation, input);
      expect(error).toMatchObject({ name, Code: queryCode, $metadata: { httpStatusCode: status } });
    },
  );
});

test("what is missing is told all at once, an empty text included, where AWS says so", async () => {
  const client = new CloudWatch(server.clientConfig());
  const told = async (operation: string, input: object) =>
    (await refusalOf(client, operation, input)) as { readonly message: string };
  expect((await told("getMetricStatistics", { MetricName: "m", Period: 60 })).message).toBe(
    "The parameter Namespace is required.\nThe parameter StartTime is required.\n" +
      "The parameter EndTime is required.",
  );
  const datum = { MetricName: "m", Value: 1, Dimensions: [{ Name: "host", Value: "" }, { Name: "zone" }] };
  expect((await told("putMetricData", { Namespace: "N", MetricData: [datum, { Value: 1 }] })).message).toBe(
    "The parameter MetricData.member.1.Dimensions.member.1.Value is required.\n" +
      "The parameter MetricData.member.1.Dimensions.member.2.Value is required.\n" +
      "The parameter MetricData.member.2.MetricName is required.",
  );
});

describe("quotas", () => {
  const settings = {
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: "GreaterThanThreshold" as const,
  };
  const onMetric = { Namespace: "N", MetricName: "m", Statistic: "Sum" as const, Period: 60 };
  const Metrics = [{ Id: "q", Expression: "SELECT AVG(m) FROM N", Period: 60, ReturnData: true }];

  test.each([
    ["JSON", {}],
    ["Query", { protocol: AwsQueryProtocol }],
    ["CBOR", { protocol: AwsSmithyRpcV2CborProtocol }],
  ])("of alarms are told over %s", async (protocol, options) => {
    const account = `${["JSON", "Query", "CBOR"].indexOf(protocol) + 1}11122223333`;
    const client = new CloudWatch({ ...server.clientConfig({ account }), ...options });
    const names = Array.from({ length: 200 }, (_, index) => `a${index}`);
    const onQuery = (AlarmName: string) => ({ ...settings, AlarmName, Metrics });
    await Promise.all(names.map((name) => client.putMetricAlarm(onQuery(name))));
    const exceeded = {
      name: "LimitExceededFault",
      Code: "LimitExceeded",
      $metadata: { httpStatusCode: 400 },
    };
    expect(await refusalOf(client, "putMetricAlarm", onQuery("one more"))).toMatchObject(exceeded);
    await client.putMetricAlarm({ ...onQuery("a0"), Threshold: 2 });
    // One that is no longer on a query makes room.
    await client.putMetricAlarm({ ...onQuery("a199"), Metrics: undefined, ...onMetric });
    await client.putMetricAlarm(onQuery("instead"));
    expect(await refusalOf(client, "putMetricAlarm", onQuery("another"))).toMatchObject(exceeded);
    const composite = (AlarmName: string) => ({ AlarmName, AlarmRule: "ALARM(a0) OR ALARM(a1)" });
    await Promise.all(names.slice(0, 150).map((name) => client.putCompositeAlarm(composite(`c${name}`))));
    expect(await refusalOf(client, "putCompositeAlarm", composite("one more"))).toMatchObject(exceeded);
    await client.putCompositeAlarm(composite("ca0"));
    // Room comes with a rule that no longer refers to them, and with one that goes.
    await client.putCompositeAlarm({ AlarmName: "ca1", AlarmRule: "ALARM(a2)" });
    await client.putCompositeAlarm(composite("one more"));
    expect(await refusalOf(client, "putCompositeAlarm", composite("another"))).toMatchObject(exceeded);
    await client.deleteAlarms({ AlarmNames: ["ca2"] });
    await client.putCompositeAlarm(composite("another"));
  });

  /** Puts copies of a stored document under other names beside it. */
  async function multiply(collection: string, scope: string, key: string, count: number): Promise<void> {
    const { state } = server.dependencies;
    const { value, rank } = (await state.collection<object>(collection).get(scope, key))!;
    const copies = Array.from({ length: count }, (_, index) => ({
      kind: "create" as const,
      collection,
      scope,
      key: `${key} ${index}`,
      value: { ...value, name: `${key} ${index}` },
      ...(rank === undefined ? {} : { rank }),
    }));
    expect(await state.write(copies)).toBe(true);
  }

  test("of log alarms and mute rules are told", async () => {
    const account = "777788889999";
    const client = new CloudWatch(server.clientConfig({ account }));
    const scope = `${account}/${testRegion}`;
    const exceeded = { name: "LimitExceededFault", Code: "LimitExceeded" };
    const rule = (Name: string) => ({
      Name,
      Rule: { Schedule: { Expression: "cron(0 2 * * *)", Duration: "PT1H" } },
    });
    await client.putAlarmMuteRule(rule("r"));
    await multiply("alarm-mute-rules", scope, "r", 999);
    expect(await refusalOf(client, "putAlarmMuteRule", rule("one more"))).toMatchObject(exceeded);
    await client.putAlarmMuteRule(rule("r"));
    const logAlarm = (AlarmName: string) => ({
      AlarmName,
      ...settings,
      EvaluationPeriods: undefined,
      QueryResultsToEvaluate: 1,
      QueryResultsToAlarm: 1,
      ActionsEnabled: false,
      ScheduledQueryConfiguration: {
        QueryString: "fields @message",
        LogGroupIdentifiers: ["g"],
        AggregationExpression: "count(*)",
        ScheduledQueryRoleARN: `arn:aws:iam::${account}:role/r`,
        ScheduleConfiguration: { ScheduleExpression: "rate(5 minutes)", StartTimeOffset: 300 },
      },
    });
    await client.putLogAlarm(logAlarm("l"));
    await multiply("alarm-kinds", `${scope}/logs`, "l", 999);
    expect(await refusalOf(client, "putLogAlarm", logAlarm("one more"))).toMatchObject(exceeded);
    await client.putLogAlarm(logAlarm("l"));
    await client.deleteAlarms({ AlarmNames: ["l"] });
    await client.putLogAlarm(logAlarm("one more"));
  });

  test("of rules are told", async () => {
    const client = new CloudWatch(server.clientConfig());
    const RuleDefinition = JSON.stringify({
      Schema: { Name: "CloudWatchLogRule", Version: 1 },
      LogGroupNames: ["g"],
      LogFormat: "JSON",
      Contribution: { Keys: ["$.ip"], Filters: [] },
      AggregateOn: "Count",
    });
    const put = (RuleName: string) => client.putInsightRule({ RuleName, RuleDefinition });
    await Promise.all(Array.from({ length: 100 }, (_, index) => put(`r${index}`)));
    const refused = await refusalOf(client, "putInsightRule", { RuleName: "one more", RuleDefinition });
    expect(refused).toMatchObject({ name: "LimitExceededException", Code: "LimitExceededException" });
  });
});

// Metric math, searches, Metrics Insights queries and dynamic labels through the official client.
import {
  CloudWatch,
  type GetMetricDataCommandInput,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;

let server: TestServer;
let metrics: CloudWatch;
let start: number;

/** Four minutes of `CPUUtilization` of three hosts; and requests and errors of a shop, with a gap. */
beforeAll(async () => {
  server = await startTestServer();
  metrics = new CloudWatch(server.clientConfig());
  start = server.clock.now() - 10 * minuteMs;
  await put("App/EC2", "CPUUtilization", { InstanceId: "i-1" }, [10, 20, 30, 40]);
  await put("App/EC2", "CPUUtilization", { InstanceId: "i-2" }, [1, 2, 3, 4]);
  await put("App/EC2", "CPUUtilization", { InstanceId: "i-3", InstanceType: "t2.micro" }, [5, 5, 5, 5]);
  await put("App/EC2", "NetworkIn", { InstanceId: "i-1" }, [100, 100, 100, 100]);
  await put("Shop", "Requests", {}, [10, 20, undefined, 40]);
  await put("Shop", "Errors", {}, [1, undefined, undefined, 4]);
});

afterAll(() => server?.stop());

async function put(
  Namespace: string,
  MetricName: string,
  dimensions: Record<string, string>,
  values: readonly (number | undefined)[],
): Promise<void> {
  await metrics.putMetricData({
    Namespace,
    MetricData: values.flatMap((Value, index) =>
      Value === undefined
        ? []
        : [
            {
              MetricName,
              Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
              Value,
              Timestamp: new Date(start + index * minuteMs),
            },
          ],
    ),
  });
}

const shop = (Id: string, MetricName: string, ReturnData = false, Period = 60): MetricDataQuery => ({
  Id,
  ReturnData,
  MetricStat: { Metric: { Namespace: "Shop", MetricName }, Period, Stat: "Sum" },
});

const read = (
  queries: MetricDataQuery[],
  options: Partial<GetMetricDataCommandInput> = {},
  client = metrics,
): Promise<GetMetricDataCommandOutput> =>
  client.getMetricData({
    StartTime: new Date(start),
    EndTime: new Date(start + 4 * minuteMs),
    ScanBy: "TimestampAscending",
    MetricDataQueries: queries,
    ...options,
  });

/** `id label: values by the minute`, with `_` where there is none. */
function rows({ MetricDataResults = [] }: GetMetricDataCommandOutput): string[] {
  return MetricDataResults.map(({ Id, Label, Timestamps = [], Values = [] }) => {
    const cells = [0, 1, 2, 3].map((minute) => {
      const place = Timestamps.findIndex((at) => at.getTime() === start + minute * minuteMs);
      return place < 0 ? "_" : String(Values[place]);
    });
    return `${Id} ${Label}: ${cells.join(" ")}`;
  });
}

const evaluate = async (Expression: string, more: Partial<MetricDataQuery> = {}) =>
  rows(await read([shop("m1", "Requests"), shop("m2", "Errors"), { Id: "e1", Expression, ...more }]));

describe("metric math", () => {
  test("computes with the metrics of the call", async () => {
    expect(await evaluate("m2 / m1 * 100")).toEqual(["e1 e1: 10 0 _ 10"]);
    expect(await evaluate("FILL(m1, REPEAT)", { Label: "filled" })).toEqual(["e1 filled: 10 20 20 40"]);
    expect(await evaluate("SUM(METRICS())")).toEqual(["e1 e1: 11 20 _ 44"]);
    expect(await evaluate("METRICS() * 2", { Label: "Twice" })).toEqual([
      "e1 Twice Requests: 20 40 _ 80",
      "e1 Twice Errors: 2 _ _ 8",
    ]);
  });

  test("computes with other expressions, in whatever order they come", async () => {
    const answer = await read([
      { Id: "e2", Expression: "IF(e1 > 0, e1, 0)", Label: "rate" },
      { Id: "e1", Expression: "m2 / m1", ReturnData: false },
      shop("m1", "Requests", true),
      shop("m2", "Errors"),
    ]);
    expect(rows(answer)).toEqual(["e2 rate: 0.1 0 _ 0.1", "m1 Requests: 10 20 _ 40"]);
    expect(answer.MetricDataResults?.map(({ StatusCode }) => StatusCode)).toEqual(["Complete", "Complete"]);
  });

  test("brings metrics to the longest of their periods", async () => {
    const queries = [
      shop("m1", "Requests"),
      shop("m2", "Errors", false, 120),
      { Id: "e1", Expression: "m1 + m2" },
    ];
    expect(rows(await read(queries))).toEqual(["e1 e1: 31 _ 44 _"]);
  });

  test("answers the newest first unless told otherwise, and page by page", async () => {
    const queries = [shop("m1", "Requests"), { Id: "e1", Expression: "FILL([m1, m1 * 2], 0)" }];
    const whole = await read(queries, { ScanBy: "TimestampDescending" });
    expect(whole.MetricDataResults?.map(({ Values }) => Values)).toEqual([
      [40, 0, 20, 10],
      [80, 0, 40, 20],
    ]);
    const values: number[] = [];
    let NextToken: string | undefined;
    const pages: unknown[] = [];
    do {
      const page = await read(queries, {
        ScanBy: "TimestampDescending",
        MaxDatapoints: 3,
        ...(NextToken === undefined ? {} : { NextToken }),
      });
      values.push(...(page.MetricDataResults ?? []).flatMap(({ Values = [] }) => Values));
      pages.push((page.MetricDataResults ?? []).map(({ StatusCode }) => StatusCode));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(pages).toEqual([["PartialData"], ["Complete", "PartialData"], ["Complete"]]);
    expect(values).toEqual([40, 0, 20, 10, 80, 0, 40, 20]);
  });

  test("takes percentiles and several units of a metric into account", async () => {
    for (const Unit of ["Count", "Bytes"] as const) {
      await metrics.putMetricData({
        Namespace: "Units",
        MetricData: [{ MetricName: "m", Value: Unit === "Count" ? 2 : 8, Unit, Timestamp: new Date(start) }],
      });
    }
    const query = (Id: string, Stat: string) => ({
      Id,
      ReturnData: false,
      MetricStat: { Metric: { Namespace: "Units", MetricName: "m" }, Period: 60, Stat },
    });
    const queries = [query("sum", "Sum"), query("top", "p100"), { Id: "e1", Expression: "sum - top" }];
    expect(rows(await read(queries))).toEqual(["e1 e1: 2 _ _ _"]);
  });

  test.each([
    ["m1 +", "Error in expression 'e1': Invalid syntax: expected a value at position 4"],
    ["m9", "Error in expression 'e1': Undefined id 'm9'"],
    [
      "AVG(m1)",
      "Error in expression 'e1': The result must be a time series or an array of time series, not a scalar",
    ],
    ["ANOMALY_DETECTOR(m1)", "Error in expression 'e1': Function 'ANOMALY_DETECTOR' not found"],
    [
      "SERVICE_QUOTA(m1)",
      "Error in expression 'e1': Function 'SERVICE_QUOTA' is not supported: there are no service quotas here",
    ],
    ["SELECT AVG(x) FROM Shop", "Period must not be null"],
  ])("refuses %s", async (Expression, message) => {
    expect(await refusal(evaluate(Expression))).toBe(`ValidationException: ${message}`);
  });

  test("refuses reports without a rule and more than one Insights query", async () => {
    expect(await refusal(evaluate('INSIGHT_RULE_METRIC("rule", Sum)'))).toContain(
      "The Contributor Insights rule rule does not exist.",
    );
    const select = { Expression: "SELECT SUM(Requests) FROM Shop", Period: 60 };
    const twice = read([
      { Id: "q1", ...select },
      { Id: "q2", ...select },
    ]);
    expect(await refusal(twice)).toContain("A request can have only one Metrics Insights query");
  });
});

describe("searches", () => {
  test("find metrics by schema, parts of names and exact names", async () => {
    expect(await evaluate(`SEARCH('{App/EC2,InstanceId} cpu', 'Average', 60)`)).toEqual([
      "e1 i-1: 10 20 30 40",
      "e1 i-2: 1 2 3 4",
    ]);
    expect(await evaluate(`SEARCH('{App/EC2} micro', 'Average', 60)`)).toEqual([
      "e1 CPUUtilization: 5 5 5 5",
    ]);
    expect(await evaluate(`MAX(SEARCH('MetricName="CPUUtilization" NOT "i-2"', 'Average', 60))`)).toEqual([
      "e1 e1: 10 20 30 40",
    ]);
    expect(await evaluate(`SEARCH('Namespace=Unknown', 'Average', 60)`)).toEqual([]);
  });

  test("take the period of their query when they say none", async () => {
    const [row] = await evaluate(`SEARCH('Network', 'Sum')`, { Period: 120 });
    expect(row).toBe("e1 NetworkIn: 200 _ 200 _");
  });
});

describe("Metrics Insights queries", () => {
  const select = (Expression: string) => evaluate(Expression, { Period: 60 });

  test("merge the metrics of a namespace, or of a schema", async () => {
    expect(await select('SELECT AVG(CPUUtilization) FROM "App/EC2"')).toEqual([
      "e1 CPUUtilization: 5.333333333333333 9 12.666666666666666 16.333333333333332",
    ]);
    expect(await select('SELECT MAX(CPUUtilization) FROM SCHEMA("App/EC2", InstanceId)')).toEqual([
      "e1 CPUUtilization: 10 20 30 40",
    ]);
    expect(await select(`SELECT SUM(CPUUtilization) FROM "App/EC2" WHERE InstanceId != 'i-1'`)).toEqual([
      "e1 CPUUtilization: 6 7 8 9",
    ]);
    expect(await select("SELECT SUM(Requests) FROM SCHEMA(Shop)")).toEqual(["e1 Requests: 10 20 _ 40"]);
  });

  test("group, order and limit", async () => {
    const grouped = 'SELECT COUNT(CPUUtilization) FROM "App/EC2" GROUP BY InstanceType';
    expect(await select(grouped)).toEqual(["e1 Other: 2 2 2 2", "e1 t2.micro: 1 1 1 1"]);
    const top = 'SELECT AVG(CPUUtilization) FROM "App/EC2" GROUP BY InstanceId ORDER BY MIN() DESC LIMIT 2';
    expect(await select(top)).toEqual(["e1 i-1: 10 20 30 40", "e1 i-3: 5 5 5 5"]);
  });

  test("are computed with like metrics", async () => {
    const answer = await read([
      {
        Id: "q1",
        Expression: 'SELECT MAX(CPUUtilization) FROM "App/EC2" GROUP BY InstanceId',
        Period: 60,
        ReturnData: false,
      },
      { Id: "e1", Expression: "FIRST(SORT(q1, MAX, ASC)) + 1" },
    ]);
    expect(rows(answer)).toEqual(["e1 e1: 2 3 4 5"]);
  });
});

describe("dynamic labels", () => {
  const label = async (Label: string, options: Partial<GetMetricDataCommandInput> = {}) => {
    const query = { ...shop("m1", "Requests", true), Label };
    const [result] = (await read([query], options)).MetricDataResults ?? [];
    return result?.Label;
  };

  test("say values, times and properties", async () => {
    expect(await label("${LABEL} max ${MAX} min ${MIN} avg ${AVG} sum ${SUM} last ${LAST}")).toBe(
      "Requests max 40 min 10 avg 23.3333 sum 70 last 40",
    );
    expect(await label("${PROP('Namespace')}.${PROP('MetricName')} ${PROP('Stat')} ${PROP('Period')}")).toBe(
      "Shop.Requests Sum 60",
    );
    expect(await label("${PROP('Region')} ${PROP('AccountId')}")).toBe("us-east-1 123456789012");
    expect(await label("${MAX_TIME} ${FIRST_LAST_TIME_RANGE}", { LabelOptions: { Timezone: "+0100" } })).toBe(
      "2026-11-02 12:53 +0100 3m",
    );
  });

  test("stand beside every series of a search", async () => {
    const search = `SEARCH('{App/EC2,InstanceId} CPUUtilization', 'Average', 60)`;
    expect(await evaluate(search, { Label: "${PROP('Dim.InstanceId')} up to ${MAX}" })).toEqual([
      "e1 i-1 up to 40: 10 20 30 40",
      "e1 i-2 up to 4: 1 2 3 4",
    ]);
  });

  test("are refused when they say too much or what nobody knows", async () => {
    expect(await refusal(label("${LABEL} ${LABEL}"))).toContain(
      "Error in label of 'm1': A label can have ${LABEL} only once",
    );
    expect(await refusal(label("${MEDIAN}"))).toContain(
      "Error in label of 'm1': Unsupported dynamic label ${MEDIAN}",
    );
    expect(await refusal(label("${MIN}${MAX}${AVG}${SUM}${LAST}${FIRST}"))).toContain(
      "Error in label of 'm1': A label can have at most 5 dynamic statistics",
    );
  });
});

/** As Grafana's data source puts its questions: over the Query protocol (Go SDK v1) and CBOR (v2). */
describe.each([
  ["Query", AwsQueryProtocol],
  ["CBOR", AwsSmithyRpcV2CborProtocol],
])("Grafana's query shapes over %s", (_, protocol) => {
  const label =
    "${LABEL} ${PROP('MetricName')} ${PROP('Dim.InstanceId')} ${PROP('Period')} ${PROP('Stat')} " +
    "${PROP('Region')} ${PROP('Namespace')}";
  const ask = async (queries: MetricDataQuery[]) => {
    const client = new CloudWatch({ ...server.clientConfig(), protocol });
    return rows(await read(queries, { LabelOptions: { Timezone: "+0100" } }, client));
  };

  test("exact and loose searches", async () => {
    const exact =
      `REMOVE_EMPTY(SEARCH('{App/EC2,InstanceId} MetricName="CPUUtilization" ` +
      `"InstanceId"=("i-1" OR "i-2") :aws.AccountId="123456789012"', 'Average', 60))`;
    expect(await ask([{ Id: "queryA", Expression: exact, Label: label }])).toEqual([
      "queryA i-1 CPUUtilization i-1 60 Average us-east-1 App/EC2: 10 20 30 40",
      "queryA i-2 CPUUtilization i-2 60 Average us-east-1 App/EC2: 1 2 3 4",
    ]);
    const terms = 'Namespace="App/EC2" MetricName="CPUUtilization" "InstanceId"';
    const loose = `REMOVE_EMPTY(SEARCH('${terms}', 'Average', 60))`;
    expect(await ask([{ Id: "queryA", Expression: loose, Label: "${PROP('Dim.InstanceId')}" }])).toEqual([
      "queryA i-1: 10 20 30 40",
      "queryA i-2: 1 2 3 4",
      "queryA i-3: 5 5 5 5",
    ]);
  });

  test("the SQL editor's queries and math over ids", async () => {
    const Expression =
      `SELECT AVG(CPUUtilization) FROM SCHEMA("App/EC2", InstanceId) WHERE InstanceId != 'i-9' ` +
      "GROUP BY InstanceId ORDER BY AVG() DESC LIMIT 1";
    expect(await ask([{ Id: "queryA", Expression, Period: 60, Label: "${LABEL}" }])).toEqual([
      "queryA i-1: 10 20 30 40",
    ]);
    expect(
      await ask([shop("queryA", "Requests", true), { Id: "queryB", Expression: "queryA * 2", Period: 60 }]),
    ).toEqual(["queryA Requests: 10 20 _ 40", "queryB queryB: 20 40 _ 80"]);
  });
});

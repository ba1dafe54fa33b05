// The Prometheus-compatible addresses of CloudWatch: instants, ranges, series, labels, and what is refused.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startTestServer, testStartAt, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
const seconds = testStartAt / 1_000;
const json = { "content-type": "application/json" };

let server: TestServer;

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** A counter of two hosts that grows by 60 and by 120 a minute, the last time now, and a histogram. */
function requestOf() {
  const times = [5, 4, 3, 2, 1, 0].map((ago) => testStartAt - ago * minuteMs);
  const dataPoints = times.flatMap((at, index) =>
    [60, 120].map((growth) => ({
      timeUnixNano: `${at}000000`,
      asInt: String(index * growth),
      attributes: [text("host", growth === 60 ? "web" : "db")],
    })),
  );
  const histogram = times.map((at, index) => ({
    timeUnixNano: `${at}000000`,
    count: String(index * 10),
    sum: index * 5,
    bucketCounts: [String(index * 9), String(index), "0"],
    explicitBounds: [0.5, 1],
  }));
  const metrics = [
    { name: "http.requests", sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints } },
    { name: "latency", histogram: { aggregationTemporality: 2, dataPoints: histogram } },
  ];
  const resource = { attributes: [text("service.name", "shop")] };
  return { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] };
}

beforeAll(async () => {
  server = await startTestServer();
  const body = JSON.stringify(requestOf());
  const stored = await fetch(`${server.endpoint}/v1/metrics`, { method: "POST", headers: json, body });
  expect(stored.status).toBe(200);
});
afterAll(() => server.stop());

async function ask(path: string, parameters: Record<string, string>, method: "GET" | "POST" = "GET") {
  const form = new URLSearchParams(parameters);
  const response =
    method === "GET"
      ? await fetch(`${server.endpoint}/api/v1/${path}?${form.toString()}`)
      : await fetch(`${server.endpoint}/api/v1/${path}`, { method: "POST", body: form });
  return { status: response.status, answer: (await response.json()) as { readonly data: unknown } };
}

const dataOf = async (path: string, parameters: Record<string, string>, method: "GET" | "POST" = "GET") => {
  const { status, answer } = await ask(path, parameters, method);
  expect([status, answer]).toMatchObject([200, { status: "success" }]);
  return answer.data;
};

describe("at an instant", () => {
  const query = 'sum by (host) (rate({"http.requests", "@resource.service.name"="shop"}[4m]))';
  const vector = {
    resultType: "vector",
    result: [
      { metric: { host: "db" }, value: [seconds, "2"] },
      { metric: { host: "web" }, value: [seconds, "1"] },
    ],
  };

  test.each(["GET", "POST"] as const)("a vector by %s", async (method) => {
    const data = (await dataOf("query", { query: `sort_desc(${query})` }, method)) as typeof vector;
    expect(data).toEqual(vector);
  });

  test("a time of the caller's, in seconds or as a text", async () => {
    const web = '{"http.requests", host="web"} + 0';
    const at = { resultType: "vector", result: [{ value: [seconds - 60, "240"] }] };
    expect(await dataOf("query", { query: web, time: String(seconds - 60) })).toMatchObject(at);
    expect(await dataOf("query", { query: web, time: "2026-11-02T11:59:00Z" })).toMatchObject(at);
  });

  test("a time that is far away", async () => {
    for (const time of ["99999999999", "-99999999999"]) {
      expect(await dataOf("query", { query: '{"http.requests"}', time })).toMatchObject({ result: [] });
    }
  });

  test("scalars, texts, ranges and numbers that are none", async () => {
    const one = { resultType: "scalar", result: [seconds, "+Inf"] };
    expect(await dataOf("query", { query: "1 / 0" })).toEqual(one);
    expect(await dataOf("query", { query: '"a"' })).toEqual({ resultType: "string", result: [seconds, "a"] });
    const range = await dataOf("query", { query: '{"http.requests", host="web"}[90s]' });
    expect(range).toMatchObject({
      resultType: "matrix",
      result: [
        {
          metric: { __name__: "http.requests", "@resource.service.name": "shop", host: "web" },
          values: [
            [seconds - 60, "240"],
            [seconds, "300"],
          ],
        },
      ],
    });
  });

  test("a quantile of a histogram", async () => {
    const data = await dataOf("query", { query: "histogram_quantile(0.9, rate(latency_bucket[4m]))" });
    expect(data).toMatchObject({ result: [{ value: [seconds, "0.5"] }] });
  });

  test("no more series than are asked for", async () => {
    const { answer } = await ask("query", { query: '{"http.requests"}', limit: "1" });
    expect((answer.data as typeof vector).result).toHaveLength(1);
    expect(answer).toHaveProperty("warnings", [expect.stringContaining("maximum of 1;")]);
  });

  test("signed, it is another account's", async () => {
    const { accessKeyId } = server.clientConfig().credentials;
    const scope = `Credential=${accessKeyId}/20261102/us-east-1/monitoring/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=00`;
    const response = await fetch(`${server.endpoint}/api/v1/labels`, { headers: { authorization } });
    expect(await response.json()).toEqual({ status: "success", data: [] });
  });
});

test("over a range, step by step", async () => {
  const range = { start: String(seconds - 120), end: String(seconds), step: "1m" };
  const data = await dataOf(
    "query_range",
    { query: '{"http.requests", host="web"} > 200', ...range },
    "POST",
  );
  expect(data).toMatchObject({
    resultType: "matrix",
    result: [
      {
        values: [
          [seconds - 60, "240"],
          [seconds, "300"],
        ],
      },
    ],
  });
  const scalar = await dataOf("query_range", { query: "2 * 3", ...range, step: "60" });
  expect(scalar).toMatchObject({
    result: [{ metric: {}, values: [120, 60, 0].map((ago) => [seconds - ago, "6"]) }],
  });
});

test("series, labels and values", async () => {
  const window = { start: String(seconds - 60), end: String(seconds) };
  const series = (await dataOf("series", { "match[]": '{"http.requests"}', ...window })) as object[];
  expect(series).toHaveLength(2);
  expect(series).toContainEqual({
    __name__: "http.requests",
    __type__: "counter",
    __temporality__: "cumulative",
    "@aws.account": "000000000000",
    "@aws.region": "us-east-1",
    "@resource.service.name": "shop",
    host: "web",
  });
  const before = { start: String(seconds - 900), end: String(seconds - 600) };
  expect(await dataOf("series", { "match[]": '{"http.requests"}', ...before })).toEqual([]);

  const labels = ["@aws.account", "@aws.region", "@resource.service.name"];
  expect(await dataOf("labels", {}, "POST")).toEqual([
    ...labels,
    "__name__",
    "__temporality__",
    "__type__",
    "host",
    "le",
  ]);
  expect(await dataOf("labels", { "match[]": "latency_sum" })).not.toContain("le");
  expect(await dataOf("labels", before)).toEqual([]);
  expect(await dataOf("label/%40resource.service.name/values", {})).toEqual(["shop"]);
  expect(await dataOf("label/@datapoint.host/values", {})).toEqual(["db", "web"]);
  const names = ["http.requests", "latency_bucket", "latency_count", "latency_sum"];
  expect(await dataOf("label/__name__/values", {})).toEqual(names);
});

test.each<[string, Record<string, string>, number, string, string]>([
  ["query", {}, 400, "bad_data", 'invalid parameter "query": it is required'],
  ["query", { query: "up{" }, 400, "bad_data", 'invalid parameter "query": 1:4: parse error'],
  ["query", { query: "up", time: "now" }, 400, "bad_data", 'invalid parameter "time"'],
  ["query", { query: "up", limit: "501" }, 400, "bad_data", 'invalid parameter "limit"'],
  ["query", { query: "up", lookback_delta: "1h" }, 400, "bad_data", '"lookback_delta" is not supported'],
  ["query_range", { query: "up", start: "1", end: "2", step: "0x1" }, 400, "bad_data", '"step"'],
  ["query", { query: '{host="web"}' }, 422, "execution", "every selector must select a metric by name"],
  ["query", { query: "up[8d]" }, 422, "execution", "a query spans at most 7 days"],
  ["query", { query: '{"http.requests"} - on () {"http.requests"}' }, 422, "execution", "match"],
  ["query_range", { query: "up", end: "2", step: "1" }, 400, "bad_data", 'invalid parameter "start"'],
  ["query_range", { query: "up", start: "1", end: "2", step: "0" }, 400, "bad_data", '"step"'],
  ["query_range", { query: "up", start: "2", end: "1", step: "1" }, 400, "bad_data", "before start"],
  ["query_range", { query: "up", start: "0", end: "11000", step: "1" }, 400, "bad_data", "resolution"],
  ["query_range", { query: "up[1m]", start: "1", end: "2", step: "1" }, 400, "bad_data", "range vector"],
  ["query_range", { query: "up @ end()", start: "1", end: "2", step: "1" }, 400, "bad_data", "end()"],
  ["series", { start: "1", end: "2" }, 400, "bad_data", "no match[] parameter provided"],
  ["series", { "match[]": '{a="b"}', start: "1", end: "2" }, 400, "bad_data", "by name"],
  ["labels", { "match[]": "1 + 1" }, 400, "bad_data", "it is no selector"],
])("%s with %j is refused", async (path, parameters, status, errorType, error) => {
  expect(await ask(path, parameters)).toEqual({
    status,
    answer: { status: "error", errorType, error: expect.stringContaining(error) as string },
  });
});

test("under --auth iam a request is signed for the service, or has a token", async () => {
  const root = { accessKeyId: "AKIAROOTROOTROOTROOT", secretAccessKey: "secret" };
  const strict = await startTestServer({
    auth: "iam",
    clock: "system", // clients sign with it
    accessKeys: [{ ...root, account: "111122223333", userName: undefined }],
  });
  try {
    const config = { endpoint: strict.endpoint, region: "us-east-1", credentials: root, maxAttempts: 1 };
    const { BearerToken } = await new GroundwatchClient(config).createAccessKey({});
    const put = async (headers: Record<string, string>) => {
      const options = { method: "POST", headers: { ...json, ...headers }, body: "{}" };
      return (await fetch(`${strict.endpoint}/v1/metrics`, options)).status;
    };
    const labels = async (headers: Record<string, string>) =>
      (await fetch(`${strict.endpoint}/api/v1/labels`, { headers })).status;
    expect([await put({}), await labels({})]).toEqual([401, 401]);
    const wrong = { authorization: `Bearer ${BearerToken.slice(0, -1)}?` };
    expect([await put(wrong), await labels(wrong)]).toEqual([401, 401]);
    const right = { authorization: `Bearer ${BearerToken}` };
    expect([await put(right), await labels(right)]).toEqual([200, 200]);
  } finally {
    await strict.stop();
  }
});

test("values are for GET only, and metrics of PutMetricData are not found", async () => {
  const posted = await fetch(`${server.endpoint}/api/v1/label/host/values`, { method: "POST" });
  expect(posted.status).not.toBe(200);
  const client = new CloudWatch(server.clientConfig({ account: "000000000000" }));
  await client.putMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "plain", Value: 1 }] });
  expect(await dataOf("query", { query: "plain" })).toEqual({ resultType: "vector", result: [] });
});

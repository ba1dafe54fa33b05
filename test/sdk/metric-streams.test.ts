// Metric streams through the official client, to a real HTTP endpoint, on a clock that the test moves.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { CloudWatch, type PutMetricStreamCommandInput } from "@aws-sdk/client-cloudwatch";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inner, readDelimited, textOf } from "../support/protobuf.ts";
import { refusal } from "../support/refusal.ts";
import {
  startTestServer,
  testAccount,
  testRegion,
  testStartAt,
  type TestServer,
  type TestServerOverrides,
} from "../support/server.ts";

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  readonly records: readonly Buffer[];
}

interface Line {
  readonly account_id: string;
  readonly namespace: string;
  readonly metric_name: string;
  readonly timestamp: number;
  readonly value: Readonly<Record<string, number>>;
}

const minuteMs = 60_000;
/** Every test has an account of its own on the one server. */
const accountAt = (index: number) => String(100_000_000_001 + index);
let account = testAccount;
let tests = 0;
const arnOf = (name: string, of = account) => `arn:aws:firehose:${testRegion}:${of}:deliverystream/${name}`;

let endpoint: Server;
let data: string;
let targets: string;
let server: TestServer;
let cloudwatch: CloudWatch;
let startedAt = testStartAt;
let received: Received[] = [];
/** What the endpoint answers instead of accepting, once for each. */
let answers: { readonly status: number; readonly body: string }[] = [];

beforeAll(async () => {
  endpoint = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const json = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      const { requestId, records } = JSON.parse(json.toString()) as {
        requestId: string;
        records: { data: string }[];
      };
      received.push({
        headers: request.headers,
        requestId,
        records: records.map(({ data: base64 }) => Buffer.from(base64, "base64")),
      });
      const { status, body: answer } = answers.shift() ?? {
        status: 200,
        body: JSON.stringify({ requestId, timestamp: 1 }),
      };
      response.writeHead(status, { "content-type": "application/json" }).end(answer);
    });
  });
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  data = mkdtempSync(join(tmpdir(), "groundwatch-streams-"));
  targets = join(data, "targets.json");
  const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/ingest`;
  const keyed = { url, accessKey: "secret", commonAttributes: { env: "test" }, compression: "gzip" };
  const entries = Array.from({ length: 50 }, (_, index) => [
    [arnOf("plain", accountAt(index)), { url }],
    [arnOf("keyed", accountAt(index)), keyed],
  ]).flat();
  writeFileSync(targets, JSON.stringify(Object.fromEntries(entries)));
  await start(testStartAt);
});
afterAll(async () => {
  await server.stop();
  endpoint.close();
  rmSync(data, { recursive: true, force: true });
});

beforeEach(() => {
  account = accountAt(tests++);
  cloudwatch = new CloudWatch(server.clientConfig({ account }));
  [received, answers] = [[], []];
  startedAt = server.clock.now();
});
afterEach(async () => {
  const { Entries = [] } = await cloudwatch.listMetricStreams();
  for (const { Name } of Entries) await cloudwatch.deleteMetricStream({ Name: Name! });
  // The next test begins where a minute does.
  await server.advance(minuteMs - (server.clock.now() % minuteMs));
});

async function start(startAt: number, more: TestServerOverrides = {}): Promise<void> {
  const folders = { data: join(data, "store"), streamTargets: targets };
  server = await startTestServer({ ...folders, ...more }, { startAt });
  cloudwatch = new CloudWatch(server.clientConfig({ account }));
}

const definition = (Name: string, more: Partial<PutMetricStreamCommandInput> = {}) => ({
  Name,
  FirehoseArn: arnOf("plain"),
  RoleArn: `arn:aws:iam::${account}:role/streams`,
  OutputFormat: "json" as const,
  ...more,
});

const put = (MetricName: string, Value: number, more: { Namespace?: string; at?: number } = {}) =>
  cloudwatch.putMetricData({
    Namespace: more.Namespace ?? "Shop",
    MetricData: [{ MetricName, Value, Timestamp: new Date(more.at ?? server.clock.now()) }],
  });

const lines = () =>
  received
    .flatMap(({ records }) => records)
    .flatMap((record) => record.toString().trim().split("\n"))
    .map((line) => JSON.parse(line) as Line);
const names = () => lines().map(({ metric_name, value }) => `${metric_name} ${value["sum"]}`);

test("a minute is sent once it is over, with all that came of it", async () => {
  await put("Before", 1);
  await cloudwatch.putMetricStream(definition("all"));
  await put("Orders", 3);
  await put("Orders", 5);
  await server.advance(59_000);
  expect(received).toEqual([]);
  await server.advance(minuteMs);
  expect(lines()).toEqual([
    {
      metric_stream_name: "all",
      account_id: account,
      region: testRegion,
      namespace: "Shop",
      metric_name: "Orders",
      dimensions: {},
      timestamp: startedAt,
      value: { count: 2, sum: 8, max: 5, min: 3 },
      unit: "None",
    },
  ]);
  const [{ headers, requestId }] = received as [Received];
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "x-amz-firehose-protocol-version": "1.0",
    "x-amz-firehose-request-id": requestId,
    "x-amz-firehose-source-arn": arnOf("plain"),
  });
  await server.advance(5 * minuteMs);
  expect(received).toHaveLength(1);
});

test("late data is sent with the whole of its minute; what is older than two days is not", async () => {
  await cloudwatch.putMetricStream(definition("all"));
  await put("Orders", 3);
  await server.advance(2 * minuteMs);
  await put("Orders", 4, { at: startedAt });
  await put("Ancient", 1, { at: startedAt - 49 * 3_600_000 });
  await server.advance(20_000);
  expect(names()).toEqual(["Orders 3", "Orders 7"]);
});

test("filters choose metrics, and configurations add statistics", async () => {
  await cloudwatch.putMetricStream(
    definition("some", {
      IncludeFilters: [{ Namespace: "Shop", MetricNames: ["Orders"] }, { Namespace: "Mail" }],
      StatisticsConfigurations: [
        {
          IncludeMetrics: [{ Namespace: "Shop", MetricName: "Orders" }],
          AdditionalStatistics: ["p50", "TM(25%:75%)"],
        },
      ],
    }),
  );
  await put("Orders", 10);
  await put("Errors", 1);
  await put("Sent", 2, { Namespace: "Mail" });
  await put("Load", 3, { Namespace: "Host" });
  await server.advance(2 * minuteMs);
  expect(names().sort()).toEqual(["Orders 10", "Sent 2"]);
  const orders = lines().find(({ metric_name }) => metric_name === "Orders");
  expect(orders?.value).toMatchObject({ p50: 10, "TM(25%:75%)": 10 });
});

test("OpenTelemetry, compressed, with a key and attributes", async () => {
  await cloudwatch.putMetricStream(
    definition("otel", { OutputFormat: "opentelemetry1.0", FirehoseArn: arnOf("keyed") }),
  );
  await put("Orders", 10);
  await server.advance(2 * minuteMs);
  const [{ headers, records }] = received as [Received];
  expect(headers["x-amz-firehose-access-key"]).toBe("secret");
  expect(headers["x-amz-firehose-common-attributes"]).toBe('{"commonAttributes":{"env":"test"}}');
  const [request] = readDelimited(records[0]!);
  const [metric] = inner(inner(inner(request!, 1)[0]!, 2)[0]!, 2);
  expect(textOf(metric!, 1)).toBe("amazonaws.com/Shop/Orders");
});

test("what was refused is sent again, under the same id, and nothing is lost meanwhile", async () => {
  await cloudwatch.putMetricStream(definition("all"));
  answers = [
    { status: 503, body: "busy" },
    { status: 200, body: '{"requestId":"another"}' },
  ];
  await put("Orders", 3);
  await server.advance(minuteMs);
  await put("Errors", 1);
  await server.advance(3 * minuteMs);
  expect(names().filter((name) => name === "Orders 3")).toHaveLength(3);
  expect(names().filter((name) => name === "Errors 1")).toHaveLength(1);
  expect(received[0]?.requestId).toBe(received[1]?.requestId);
  const attempts = await server.dependencies.deliveryAttempts.list(
    { account: account, region: testRegion },
    { limit: 10 },
  );
  expect(attempts.map(({ outcome, attempt }) => `${attempt} ${outcome}`)).toEqual([
    "3 Succeeded",
    "2 Failed",
    "1 Failed",
  ]);
  expect(attempts.at(-1)?.detail).toContain("503");
});

test("a server that is started again goes on where it was", async () => {
  await cloudwatch.putMetricStream(definition("all"));
  await put("Sent", 1);
  await server.advance(minuteMs);
  await put("Waiting", 2);
  const now = server.clock.now();
  await server.stop();
  await start(now);
  await put("Later", 3);
  await server.advance(2 * minuteMs);
  expect(names().sort()).toEqual(["Later 3", "Sent 1", "Waiting 2"]);
});

test("a stream that is stopped sends nothing of that time, a deleted one nothing more", async () => {
  await cloudwatch.putMetricStream(definition("all"));
  await cloudwatch.stopMetricStreams({ Names: ["all"] });
  expect((await cloudwatch.getMetricStream({ Name: "all" })).State).toBe("stopped");
  await put("Missed", 1);
  await server.advance(2 * minuteMs);
  await cloudwatch.startMetricStreams({ Names: ["all"] });
  await put("Sent", 2);
  await server.advance(2 * minuteMs);
  expect(names()).toEqual(["Sent 2"]);
  await cloudwatch.deleteMetricStream({ Name: "all" });
  await put("After", 3);
  await server.advance(2 * minuteMs);
  expect(names()).toEqual(["Sent 2"]);
  expect(await refusal(cloudwatch.getMetricStream({ Name: "all" }))).toContain("ResourceNotFoundException");
  await cloudwatch.deleteMetricStream({ Name: "all" });
});

test("without a target records go into a bucket of the data folder, by the hour", async () => {
  await cloudwatch.putMetricStream(definition("filed", { FirehoseArn: arnOf("archive") }));
  await put("Orders", 3);
  await server.advance(2 * minuteMs);
  const { blobs } = server.dependencies;
  const [blob, ...others] = await blobs.list("firehose", { prefix: `${account}/`, limit: 10 });
  expect(others).toEqual([]);
  const [day = "", hour = ""] = new Date(startedAt + minuteMs).toISOString().split(/[T:]/);
  const folder = `${account}/${testRegion}/archive/${day.replaceAll("-", "/")}/${hour}`;
  const prefix = `${folder}/archive-1-${day}-${hour}-`;
  expect(blob?.key.startsWith(prefix)).toBe(true);
  const body = Buffer.from((await blobs.get("firehose", blob!.key))!).toString();
  expect(JSON.parse(body)).toMatchObject({ metric_name: "Orders" });
});

test("streams are described, listed page by page, changed with their state, and tagged", async () => {
  const ExcludeFilters = [{ Namespace: "Mail" }];
  const { Arn } = await cloudwatch.putMetricStream(
    definition("b", { ExcludeFilters, Tags: [{ Key: "team", Value: "shop" }] }),
  );
  await cloudwatch.putMetricStream(definition("a"));
  await cloudwatch.stopMetricStreams({ Names: ["b"] });
  await server.advance(minuteMs);
  await cloudwatch.putMetricStream(definition("b", { OutputFormat: "opentelemetry0.7" }));
  const got = await cloudwatch.getMetricStream({ Name: "b" });
  expect(got).toMatchObject({
    Arn: `arn:aws:cloudwatch:${testRegion}:${account}:metric-stream/b`,
    State: "stopped",
    OutputFormat: "opentelemetry0.7",
    CreationDate: new Date(startedAt),
    LastUpdateDate: new Date(startedAt + minuteMs),
  });
  expect(got.ExcludeFilters).toBeUndefined();
  const first = await cloudwatch.listMetricStreams({ MaxResults: 1 });
  const second = await cloudwatch.listMetricStreams({ MaxResults: 1, NextToken: first.NextToken! });
  expect([...first.Entries!, ...second.Entries!].map(({ Name }) => Name)).toEqual(["a", "b"]);
  expect(second.NextToken).toBeUndefined();
  await cloudwatch.tagResource({ ResourceARN: Arn!, Tags: [{ Key: "env", Value: "test" }] });
  expect((await cloudwatch.listTagsForResource({ ResourceARN: Arn! })).Tags).toEqual([
    { Key: "team", Value: "shop" },
    { Key: "env", Value: "test" },
  ]);
});

test.each<[Partial<PutMetricStreamCommandInput>, string]>([
  [{ Name: "a b" }, "invalid characters"],
  [{ FirehoseArn: arnOf("plain", "999999999999") }, "parameter FirehoseArn is invalid"],
  [{ RoleArn: "role" }, "parameter RoleArn is invalid"],
  [{ IncludeFilters: [{ Namespace: "A" }], ExcludeFilters: [{ Namespace: "B" }] }, "same operation"],
  [{ OutputFormat: "xml" as "json" }, "[json, opentelemetry0.7, opentelemetry1.0]"],
  [
    {
      OutputFormat: "opentelemetry1.0",
      StatisticsConfigurations: [
        { IncludeMetrics: [{ Namespace: "A", MetricName: "B" }], AdditionalStatistics: ["tm99"] },
      ],
    },
    "The value tm99 for parameter AdditionalStatistics is invalid.",
  ],
])("%j is refused", async (wrong, words) => {
  expect(await refusal(cloudwatch.putMetricStream(definition("x", wrong)))).toContain(words);
});

test("streams that are not there cannot be started", async () => {
  expect(await refusal(cloudwatch.startMetricStreams({ Names: ["none"] }))).toContain("[none] do not exist");
});

describe("of a monitoring account", () => {
  const [source, stranger] = ["200000000001", "200000000002"] as const;
  const ofAccounts = () =>
    lines().map(({ account_id: of, metric_name: name, value }) => `${of} ${name} ${value["sum"]}`);

  beforeAll(async () => {
    await server.stop();
    await start(server.clock.now(), { linkedAccounts: `${accountAt(tests)}=${source}` });
  });

  test("a stream has the metrics of the source accounts where it is told so", async () => {
    const of = (one: string) => new CloudWatch(server.clientConfig({ account: one }));
    const putIn = (one: string, Value: number) =>
      of(one).putMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "Orders", Value }] });
    await cloudwatch.putMetricStream(definition("own"));
    await cloudwatch.putMetricStream(
      definition("all", { IncludeLinkedAccountsMetrics: true, FirehoseArn: arnOf("keyed") }),
    );
    await putIn(account, 1);
    await putIn(source, 2);
    await putIn(stranger, 3);
    await server.advance(2 * minuteMs);
    expect(ofAccounts().toSorted()).toEqual([
      `${account} Orders 1`,
      `${account} Orders 1`,
      `${source} Orders 2`,
    ]);
    received = [];
    await cloudwatch.stopMetricStreams({ Names: ["own"] });
    await putIn(source, 4);
    await server.advance(2 * minuteMs);
    expect(ofAccounts()).toEqual([`${source} Orders 4`]);
    const { metricArrivals, worlds } = server.dependencies;
    const world = await worlds.numberOf(source, testRegion);
    expect(await metricArrivals.isWatched(world)).toBe(true);
    await cloudwatch.deleteMetricStream({ Name: "all" });
    expect(await metricArrivals.isWatched(world)).toBe(false);
  });
});

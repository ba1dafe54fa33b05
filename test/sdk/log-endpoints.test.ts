// Log events over plain HTTP: OpenTelemetry's exporters, collector events, lines of JSON, bearer tokens.
import { gzipSync } from "node:zlib";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter as JsonExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startTestServer, testRegion, testStartAt, type TestServer } from "../support/server.ts";

const place = { logGroupName: "/shop/web", logStreamName: "one" };
const headers = { "x-aws-log-group": place.logGroupName, "x-aws-log-stream": place.logStreamName };
const json = { "content-type": "application/json" };

let server: TestServer;
let logs: CloudWatchLogs;

/** Nobody signs here, so events go to the server's own account. */
const ownAccount = "000000000000";

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs(server.clientConfig({ account: ownAccount }));
});
afterAll(() => server.stop());

async function makeStream(client: CloudWatchLogs): Promise<void> {
  await client.createLogGroup({ logGroupName: place.logGroupName });
  await client.createLogStream(place);
}

beforeEach(async () => {
  await fetch(`${server.endpoint}/_groundwatch/reset`, { method: "POST" });
  await makeStream(logs);
});

async function post(path: string, body: string | Uint8Array, more: Record<string, string> = headers) {
  const response = await fetch(server.endpoint + path, {
    method: "POST",
    headers: { ...json, ...more },
    body,
  });
  return { status: response.status, text: await response.text() };
}

async function stored(): Promise<readonly string[]> {
  const { events = [] } = await logs.getLogEvents({ ...place, startFromHead: true });
  return events.map(({ timestamp = 0, message }) => `${timestamp - testStartAt} ${message}`);
}

describe("OpenTelemetry", () => {
  test.each([
    ["protocol buffers", ProtobufExporter],
    ["JSON", JsonExporter],
  ])("the exporter for %s", async (_form, Exporter) => {
    const exporter = new Exporter({ url: `${server.endpoint}/v1/logs`, headers });
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ "service.name": "shop" }),
      processors: [new SimpleLogRecordProcessor({ exporter })],
    });
    provider.getLogger("library", "1.2.3").emit({
      timestamp: new Date(testStartAt + 5),
      observedTimestamp: new Date(testStartAt + 6),
      severityNumber: SeverityNumber.INFO,
      severityText: "INFO",
      body: { text: "bläh ✓", list: [1, 2.5, true, null] },
      attributes: { user: "ann", big: 2 ** 40 },
      eventName: "login",
    });
    await provider.forceFlush();
    await provider.shutdown();
    const [event = ""] = await stored();
    expect(event.slice(0, 2)).toBe("5 ");
    expect(JSON.parse(event.slice(2))).toEqual({
      resource: { attributes: { "service.name": "shop" } },
      scope: { name: "library", version: "1.2.3" },
      timeUnixNano: (testStartAt + 5) * 1e6,
      observedTimeUnixNano: (testStartAt + 6) * 1e6,
      severityNumber: 9,
      severityText: "INFO",
      body: { text: "bläh ✓", list: [1, 2.5, true, null] },
      attributes: { user: "ann", big: 2 ** 40 },
      eventName: "login",
    });
  });

  test("records that are too old are a partial success, what is no request is refused", async () => {
    const records = [{ timeUnixNano: "1000000" }, { timeUnixNano: `${testStartAt}000000` }];
    const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] });
    expect(await post("/v1/logs", body)).toEqual({
      status: 200,
      text:
        '{"partialSuccess":{"rejectedLogRecords":"1",' +
        '"errorMessage":"Log records are too old, expired or too new."}}',
    });
    expect(await stored()).toHaveLength(1);
    expect(await post("/v1/logs", "[]")).toEqual({
      status: 400,
      text: '{"message":"The request is no ExportLogsServiceRequest: an object was expected"}',
    });
    const protobuf = { ...headers, "content-type": "application/x-protobuf" };
    const refused = await post("/v1/logs", Uint8Array.of(0x0a, 9), protobuf);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("the message ends too early");
    expect(await post("/v1/logs?logGroup=a&logStream=b", "{}", {})).toMatchObject({ status: 400 });
    expect(await post("/v1/logs", "{}")).toEqual({ status: 200, text: "{}" });
  });
});

describe("JSON", () => {
  test("collector events, with the names in the address, compressed", async () => {
    const body = '{"event":"a","time":1793620801.5}{"event":{"b":1},"host":"web-1"}';
    const address = "/services/collector/event?logGroup=/shop/web&logStream=one";
    const answer = await post(address, gzipSync(body), { "content-encoding": "gzip" });
    expect(answer).toEqual({ status: 200, text: "{}" });
    expect(await stored()).toEqual([
      '0 {"event":{"b":1},"host":"web-1"}',
      '1500 {"event":"a","time":1793620801.5}',
    ]);
  });

  test("collector events say what they are about in their address", async () => {
    const about = "entityName=shop&entityEnvironment=ec2:prod";
    const address = `/services/collector/event?logGroup=/shop/web&logStream=one&${about}`;
    expect(await post(address, '{"event":"a"}', {})).toEqual({ status: 200, text: "{}" });
    const time = Math.floor(testStartAt / 1_000);
    const { queryId } = await logs.startQuery({
      logGroupName: place.logGroupName,
      startTime: time - 60,
      endTime: time + 60,
      queryString: "display @entity.KeyAttributes.Name, @entity.KeyAttributes.Environment",
    });
    const rows = await vi.waitFor(async () => {
      const { status, results = [] } = await logs.getQueryResults({ queryId });
      expect(status).toBe("Complete");
      return results.map((row) => row.flatMap(({ field, value }) => (field === "@ptr" ? [] : [value])));
    }, 20_000);
    expect(rows).toEqual([["shop", "ec2:prod"]]);
  });

  test("lines, and structured JSON", async () => {
    const lines = `{"timestamp":${testStartAt + 1},"message":"one"}\n"two"\n{broken\n""\n`;
    const type = { ...headers, "content-type": "application/x-ndjson" };
    expect(await post("/ingest/bulk", lines, type)).toEqual({ status: 200, text: "{}" });
    expect(await post("/ingest/json", '[{"three":3},4]')).toEqual({ status: 200, text: "{}" });
    expect(await stored()).toEqual([
      "0 two",
      '0 {"three":3}',
      `1 {"timestamp":${testStartAt + 1},"message":"one"}`,
    ]);
  });

  test("what is wrong is said", async () => {
    const refused = async (path: string, more: Record<string, string>, body = "{}") => {
      const { status, text } = await post(path, body, more);
      return `${status} ${(JSON.parse(text) as { message: string }).message}`;
    };
    expect(await refused("/ingest/json", {})).toBe("400 The request must have x-aws-log-group or logGroup.");
    expect(await refused("/ingest/json?logGroup=a", headers)).toBe(
      "400 x-aws-log-group and the query parameter logGroup cannot be used together.",
    );
    expect(await refused("/ingest/json", { ...headers, "content-type": "text/plain" })).toBe(
      "415 The Content-Type must be application/json.",
    );
    expect(await refused("/ingest/json", { ...headers, "x-aws-log-stream": "none" })).toBe(
      "400 The specified log stream does not exist.",
    );
    expect(await refused("/ingest/json", { ...headers, "x-aws-log-group": "no spaces" })).toMatch(
      /^400 1 validation error detected: Value 'no spaces' at 'logGroupName'/,
    );
    for (const path of ["/ingest/json", "/ingest/bulk", "/services/collector/event"]) {
      expect(await refused(path, { ...headers, "content-type": "application/json" }, '{"event":')).toBe(
        "400 The request body is not valid JSON.",
      );
    }
    expect(await stored()).toEqual([]);
  });

  test("a put is on record like any other", async () => {
    await post("/ingest/json", "{}");
    const client = new GroundwatchClient(server.clientConfig({ account: ownAccount }));
    await vi.waitFor(async () => {
      const { ApiCalls } = await client.listApiCalls({ EventName: "PutLogEvents" });
      expect(ApiCalls).toHaveLength(1);
    }, 20_000);
  });
});

describe("bearer tokens", () => {
  test("a token is taken where the group takes tokens, and proves who sends under --auth iam", async () => {
    const root = { accessKeyId: "AKIAROOTROOTROOTROOT", secretAccessKey: "secret" };
    const strict = await startTestServer({
      auth: "iam",
      clock: "system", // clients sign with it
      accessKeys: [{ ...root, account: "111122223333", userName: undefined }],
    });
    try {
      const config = { endpoint: strict.endpoint, region: testRegion, credentials: root, maxAttempts: 1 };
      const client = new CloudWatchLogs(config);
      await makeStream(client);
      const { BearerToken, AccessKeyId } = await new GroundwatchClient(config).createAccessKey({});
      const put = async (token: string | undefined) => {
        const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const response = await fetch(`${strict.endpoint}/ingest/json`, {
          method: "POST",
          headers: { ...json, ...headers, ...authorization },
          body: '{"a":1}',
        });
        return response.status;
      };
      expect(await put(undefined)).toBe(401);
      expect(await put(`${BearerToken.slice(0, -1)}?`)).toBe(401);
      expect(await put(BearerToken)).toBe(403);
      const switched = { logGroupIdentifier: place.logGroupName, bearerTokenAuthenticationEnabled: true };
      await client.putBearerTokenAuthentication(switched);
      expect(await put(BearerToken)).toBe(200);
      const { events = [] } = await client.getLogEvents({ ...place, startFromHead: true });
      expect(events.map(({ message }) => message)).toEqual(['{"a":1}']);
      const { logGroups = [] } = await client.describeLogGroups({});
      expect(logGroups[0]?.bearerTokenAuthenticationEnabled).toBe(true);
      await client.putBearerTokenAuthentication({ ...switched, bearerTokenAuthenticationEnabled: false });
      expect(await put(BearerToken)).toBe(403);
      await new GroundwatchClient(config).deleteAccessKey({ AccessKeyId });
      expect(await put(BearerToken)).toBe(401);
    } finally {
      await strict.stop();
    }
  });
});

// What queries of logs are limited to, through the official client: time, memory, rows and how many run.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { queryLimits } from "../../src/services/cloudwatch-logs/query-limits.ts";
import { TelemetryError } from "../../src/storage/telemetry.ts";
import { newInsightsQueries } from "../support/insights-queries.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;
let own: GroundwatchClient;
let group: Awaited<ReturnType<typeof newLogGroup>>;

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs(server.clientConfig());
  own = new GroundwatchClient(server.clientConfig());
  group = await newLogGroup(server, logs);
  for (let batch = 0; batch < 3; batch++) {
    await group.put(Array.from({ length: 10_000 }, (_, index) => [-1, `{"k":1,"i":"event ${index}"}`]));
  }
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => server?.stop());

const { start, ended } = newInsightsQueries(() => ({ server, logs }));

/** 900 million pairs. */
const pairs = () =>
  `fields k, i | join type=inner left=a right=b where a.k=b.k (SOURCE "${group.logGroupName}" | fields k, i)`;

async function problemOf(queryId: string): Promise<string | undefined> {
  let problem: string | undefined;
  for await (const { End } of own.streamQueryResults({ QueryId: queryId })) problem ??= End?.Problem;
  return problem;
}

test("a query that takes too long ends as Timeout, and says so", async () => {
  const { telemetry } = server.dependencies;
  const query = telemetry.query.bind(telemetry);
  vi.spyOn(telemetry, "query").mockImplementation((statement, options) =>
    query(statement, options?.timeoutMs === queryLimits.runMs ? { ...options, timeoutMs: 500 } : options),
  );
  const queryId = await start(group, `${pairs()} | stats max(concat(a.i, b.i)) as most`);
  expect(await ended(queryId)).toMatchObject({ status: "Timeout", results: [] });
  expect(await problemOf(queryId)).toContain("longer than 500 ms");
});

test("a query that needs too much memory fails, and says so to who asks why", async () => {
  // 50 KB for each of 30,000 events.
  const often = (field: string) => `concat(${Array.from({ length: 70 }, () => field).join(", ")})`;
  const queryString = `fields ${often("i")} as part | stats count_distinct(${often("part")}) as different`;
  const queryId = await start(group, queryString);
  expect(await ended(queryId)).toMatchObject({ status: "Failed", results: [] });
  const why =
    /^The query needs more memory than the engine has for it: look at less time, .* fewer values\.$/;
  expect(await problemOf(queryId)).toMatch(why);
  expect(await refusal(own.getQueryCost({ QueryId: queryId }))).toMatch(
    /ResourceNotFoundException: .* its cost is not known\. Why it ended: The query needs more memory/,
  );
  const query = vi.spyOn(server.dependencies.telemetry, "query");
  query.mockRejectedValue(new TelemetryError("MemoryLimit", "in the engine's words"));
  const direct = own.streamQueryResults({
    QueryString: "stats count(*)",
    LogGroupIdentifiers: [group.logGroupName],
    From: server.clock.now() - 3_600_000,
    To: server.clock.now(),
  });
  const ends: unknown[] = [];
  for await (const { End } of direct) if (End !== undefined) ends.push(End);
  expect(ends).toMatchObject([{ Status: "Failed", Problem: expect.stringMatching(why) as string }]);
});

test("a query of which the rows are too long together fails, and says so", async () => {
  const { telemetry } = server.dependencies;
  const query = telemetry.query.bind(telemetry);
  vi.spyOn(telemetry, "query").mockImplementation((statement, options) =>
    query(statement, options?.onProgress === undefined ? options : { ...options, maxResultBytes: 1_000 }),
  );
  const queryId = await start(group, "fields i");
  expect(await ended(queryId)).toMatchObject({ status: "Failed", results: [] });
  expect(await problemOf(queryId)).toMatch(
    /^The rows of the query are longer together than 256 MiB: ask for/,
  );
});

test("the rows that were found are kept of a query that is cancelled, with their statistics", async () => {
  vi.spyOn(queryLimits, "partialAboveEvents", "get").mockReturnValue(1_000 as never);
  const { telemetry } = server.dependencies;
  const query = telemetry.query.bind(telemetry);
  // The whole is answered when its query is cancelled, and not before.
  vi.spyOn(telemetry, "query").mockImplementation(async (statement, options) => {
    const { onProgress, signal } = options ?? {};
    if (onProgress !== undefined && signal !== undefined && !signal.aborted) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    }
    return query(statement, options);
  });
  const spread = await newLogGroup(server, logs);
  await spread.put(Array.from({ length: 1_600 }, (_, index) => [(index - 1_599) * 1_000, `${index}`]));
  const queryId = await start(spread, "stats count(*) as events, min(@timestamp) as since");
  const found = async () => {
    const { results, status, statistics } = await logs.getQueryResults({ queryId });
    const { recordsMatched, recordsScanned } = statistics!;
    return {
      rows: results!.map((row) => row.map(({ value }) => value)),
      status,
      recordsMatched,
      recordsScanned,
    };
  };
  while ((await found()).rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const sofar = await found();
  expect(sofar).toMatchObject({ status: "Running", recordsMatched: 100, recordsScanned: 100 });
  expect(sofar.rows).toEqual([["100", expect.stringContaining("2026-11-02 11:58:21") as string]]);
  await logs.stopQuery({ queryId });
  expect(await found()).toEqual({ ...sofar, status: "Cancelled" });
  const streamed: (string | undefined)[] = [];
  for await (const { Rows } of own.streamQueryResults({ QueryId: queryId })) {
    streamed.push(...(Rows?.Rows ?? []).flatMap((row) => row.map(({ Value }) => Value)));
  }
  expect(streamed).toEqual(sofar.rows[0]);
});

test("a query fails when its rows cannot be kept, and says so, also when some were found early", async () => {
  vi.spyOn(server.dependencies.blobs, "put").mockRejectedValue(new Error("the disk is full"));
  for (const partialAboveEvents of [queryLimits.partialAboveEvents, 1_000]) {
    vi.spyOn(queryLimits, "partialAboveEvents", "get").mockReturnValue(partialAboveEvents as never);
    const queryId = await start(group, "fields i | limit 5");
    expect(await ended(queryId)).toMatchObject({ status: "Failed", results: [] });
    expect(await problemOf(queryId)).toBe("the disk is full");
  }
});

test("a query answers as many rows as it is asked for, and never more than are allowed", async () => {
  const rows = async (queryString: string, options: object = {}) => {
    const queryId = await start(group, queryString, options);
    const { statistics } = await ended(queryId);
    let count = 0;
    for (let nextToken: string | undefined; ;) {
      const page = await logs.getQueryResults({ queryId, ...(nextToken === undefined ? {} : { nextToken }) });
      count += page.results?.length ?? 0;
      nextToken = page.nextToken;
      if (nextToken === undefined) return [count, statistics?.recordsMatched];
    }
  };
  expect(await rows("fields i")).toEqual([10_000, 30_000]);
  expect(await rows("fields i | limit 25000")).toEqual([25_000, 30_000]);
  expect(await rows("fields i", { limit: 7 })).toEqual([7, 30_000]);
  const most = queryLimits.maximumRows;
  expect(await refusal(start(group, "fields i", { limit: most + 1 }))).toContain("InvalidParameterException");
  expect(await refusal(start(group, `fields i | limit ${most + 1}`))).toContain("MalformedQueryException");
});

test("so many queries of an account wait or run, and no more", async () => {
  const { telemetry } = server.dependencies;
  const query = telemetry.query.bind(telemetry);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  vi.spyOn(telemetry, "query").mockImplementation(async (statement, options) => {
    if (options?.timeoutMs === queryLimits.runMs) await held;
    return query(statement, options);
  });
  const started: string[] = [];
  while (started.length < queryLimits.concurrentQueries) started.push(await start(group, "limit 1"));
  expect(await refusal(start(group, "limit 1"))).toContain("LimitExceededException");
  const statuses = await logs.describeQueries({ status: "Scheduled", maxResults: 1_000 });
  expect(statuses.queries).toHaveLength(queryLimits.concurrentQueries - queryLimits.runningQueries);
  // One that waits is cancelled without having run.
  await logs.stopQuery({ queryId: started.at(-1) });
  expect(await logs.getQueryResults({ queryId: started.at(-1) })).toMatchObject({ status: "Cancelled" });
  release();
  for (const queryId of started.slice(0, -1)) expect((await ended(queryId)).status).toBe("Complete");
});

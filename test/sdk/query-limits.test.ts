// What queries of logs are limited to, through the official client: time, memory, rows and how many run.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { queryLimits } from "../../src/services/cloudwatch-logs/query-limits.ts";
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

test("a query that needs too much memory fails, and says so", async () => {
  const queryId = await start(group, `${pairs()} | stats count_distinct(concat(a.i, b.i)) as different`);
  expect(await ended(queryId)).toMatchObject({ status: "Failed", results: [] });
  expect(await problemOf(queryId)).toContain("memory");
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

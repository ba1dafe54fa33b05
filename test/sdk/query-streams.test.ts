// Queries through the own service: rows as a stream, the histogram of a query, and what it has cost.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GroundwatchClient, type QueryEvent } from "../../src/client/index.ts";
import { sql } from "../../src/core/sql.ts";
import { newInsightsQueries } from "../support/insights-queries.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testStartAt, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;
let own: GroundwatchClient;

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs(server.clientConfig());
  own = new GroundwatchClient({
    endpoint: server.endpoint,
    credentials: { accessKeyId: testAccount, secretAccessKey: "any" },
  });
});

afterAll(() => server?.stop());

const newGroup = () => newLogGroup(server, logs);
const { start, ended, rowsOf } = newInsightsQueries(() => ({ server, logs }));
const hourMs = 3_600_000;
const lastHour = { From: testStartAt - hourMs, To: testStartAt };

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

async function runningJoins(): Promise<number> {
  const [found] = await server.dependencies.telemetry.query<{ count: number }>(sql`
    SELECT toInt32(count()) AS count FROM system.processes
    WHERE query LIKE '%JOIN%' AND query NOT LIKE '%system.processes%' AND query NOT LIKE 'EXPLAIN%'`);
  return found!.count;
}

type Input = Parameters<GroundwatchClient["streamQueryResults"]>[0];

async function streamed(input: Input): Promise<QueryEvent[]> {
  const events: QueryEvent[] = [];
  for await (const event of own.streamQueryResults(input)) events.push(event);
  return events;
}

const messagesOf = (events: readonly QueryEvent[]) =>
  events.flatMap(({ Rows }) =>
    (Rows?.Rows ?? []).map((row) => row.find(({ Field }) => Field === "@message")?.Value),
  );

/** Offsets of events over the hour, dense at its end. */
const offsets = Array.from(
  { length: 1_200 },
  (_, index) => -Math.floor((index / 1_200) ** 3 * (hourMs - 1_000)),
);

describe("StreamQueryResults", () => {
  test("gives the rows that StartQuery answers, the newest first, in parts of the time", async () => {
    const group = await newGroup();
    await group.put(offsets.toReversed().map((offset, index) => [offset, `event ${index} of ${index % 3}`]));
    const queryString = "fields @message, @timestamp | filter @message like /of [01]/";
    const queryId = await start(group, queryString);
    const answered = rowsOf(await ended(queryId)).map((row) => row["@message"]);
    expect(answered).toHaveLength(800);

    const events = await streamed({
      QueryString: queryString,
      LogGroupIdentifiers: [group.logGroupName],
      ...lastHour,
    });
    expect(messagesOf(events)).toEqual(answered);
    const searched = events.flatMap(({ Progress }) => Progress?.SearchedFrom ?? []);
    expect(searched.length).toBeGreaterThan(2);
    expect(searched).toEqual(searched.toSorted((one, other) => other - one));
    expect(events.at(-1)?.End).toMatchObject({
      Status: "Complete",
      Statistics: { RecordsMatched: 800, RecordsScanned: 1_200, LogGroupsScanned: 1 },
      Cost: { Statements: expect.any(Number) as number, PartsRead: 1, PartsTotal: 1, GranulesRead: 1 },
    });
    expect(messagesOf(await streamed({ QueryId: queryId }))).toEqual(answered);
  });

  test("looks no further than for the rows that are wanted", async () => {
    const group = await newGroup();
    await group.put(offsets.toReversed().map((offset, index) => [offset, `event ${index}`]));
    const query = { LogGroupIdentifiers: [group.logGroupName], ...lastHour };
    for (const wanted of [
      { ...query, QueryString: "fields @message | limit 5" },
      { ...query, QueryString: "fields @message", Limit: 5 },
    ]) {
      const events = await streamed(wanted);
      expect(messagesOf(events)).toEqual(
        [1_199, 1_198, 1_197, 1_196, 1_195].map((index) => `event ${index}`),
      );
      expect(events.at(-1)!.End!.Statistics.RecordsScanned).toBeLessThan(600);
    }
  });

  test("gives what depends on all events at the end, with the histogram of what matched", async () => {
    const group = await newGroup();
    await group.put([-1_900_000, -1_200_000, -1_100_000, -10].map((offset) => [offset, `took ${-offset}`]));
    await group.put([[-5, "else"]]);
    const events = await streamed({
      QueryString: "filter @message like /took/ | stats count(*) as events",
      LogGroupIdentifiers: [group.logGroupName],
      ...lastHour,
      BinMilliseconds: 1_200_000,
    });
    expect(events.map((event) => Object.keys(event)[0])).toEqual(["Rows", "Histogram", "End"]);
    expect(events[0]?.Rows?.Rows).toEqual([[{ Field: "events", Value: "4" }]]);
    expect(events[1]?.Histogram?.Bins).toEqual([
      { From: testStartAt - hourMs, Count: 0 },
      { From: testStartAt - 2_400_000, Count: 1 },
      { From: testStartAt - 1_200_000, Count: 3 },
      { From: testStartAt, Count: 0 },
    ]);
  });

  test("stops the engine when the reader leaves", async () => {
    const group = await newGroup();
    const events = Array.from(
      { length: 10_000 },
      (_, index) => [-1, `{"k":1,"i":"event ${index}"}`] as const,
    );
    for (let batch = 0; batch < 3; batch++) await group.put(events);
    // 900 million pairs keep the engine busy for longer than a test may take.
    const others = `SOURCE "${group.logGroupName}" | fields k, i`;
    const join = `join type=inner left=a right=b where a.k=b.k (${others})`;
    const leaving = new AbortController();
    const reading = (async () => {
      const results = own.streamQueryResults(
        {
          QueryString: `fields k, i | ${join} | stats max(concat(a.i, b.i)) as most`,
          LogGroupIdentifiers: [group.logGroupName],
          ...lastHour,
        },
        { signal: leaving.signal },
      );
      for await (const event of results) expect(event).toBe("never sent");
    })();
    while ((await runningJoins()) === 0) await pause();
    leaving.abort();
    await expect(reading).rejects.toThrow("abort");
    while ((await runningJoins()) > 0) await pause();
  });

  test("says what is wrong with a query before the stream begins", async () => {
    const group = await newGroup();
    const query = { LogGroupIdentifiers: [group.logGroupName], ...lastHour };
    const refused = (input: Input) => refusal(streamed(input));
    expect(await refused({ ...query, QueryString: "fields a | nothing" })).toContain(
      "MalformedQueryException",
    );
    expect(await refused({ ...query, QueryString: "limit 1", LogGroupIdentifiers: ["absent"] })).toContain(
      "ResourceNotFoundException",
    );
    expect(await refused({ QueryId: "absent" })).toContain("ResourceNotFoundException");
    expect(await refused({ QueryId: "absent", ...lastHour })).toContain(
      "ValidationException: QueryId stands alone",
    );
    expect(await refused({ ...lastHour })).toContain("ValidationException: Either QueryId");
    const backwards = { ...query, QueryString: "limit 1", From: 2, To: 1 };
    expect(await refused(backwards)).toContain("InvalidParameterException");
    const tooFine = streamed({ ...query, QueryString: "limit 1", BinMilliseconds: 1 });
    await expect(tooFine).rejects.toMatchObject({ name: "InvalidParameterException", status: 400 });
  });
});

test("the statistics of a query grow while it runs, until StopQuery ends it in the engine", async () => {
  const group = await newGroup();
  const events = Array.from({ length: 10_000 }, (_, index) => [-1, `{"k":1,"i":"event ${index}"}`] as const);
  for (let batch = 0; batch < 3; batch++) await group.put(events);
  const others = `SOURCE "${group.logGroupName}" | fields k, i`;
  const join = `join type=inner left=a right=b where a.k=b.k (${others})`;
  const queryId = await start(group, `fields k, i | ${join} | stats max(concat(a.i, b.i)) as most`);
  for (;;) {
    const { status, statistics } = await logs.getQueryResults({ queryId });
    expect(["Scheduled", "Running"]).toContain(status);
    if (statistics!.recordsScanned! > 0) break;
    await pause();
  }
  expect(await runningJoins()).toBeGreaterThan(0);
  await logs.stopQuery({ queryId });
  while ((await runningJoins()) > 0) await pause();
  expect(await logs.getQueryResults({ queryId })).toMatchObject({ status: "Cancelled", results: [] });
});

describe("GetQueryHistogram", () => {
  test("counts the matching events of a query that StartQuery has started", async () => {
    const group = await newGroup();
    await group.put([-3_000_000, -61_000, -60_000, -1_000].map((offset) => [offset, `offset ${offset}`]));
    const queryId = await start(group, "filter @message like /000$/ | stats count(*) by bin(1h) | limit 1");
    await ended(queryId);
    const { BinMilliseconds, Bins } = await own.getQueryHistogram({ QueryId: queryId });
    expect(BinMilliseconds).toBe(120_000);
    expect(Bins.filter(({ Count }) => Count > 0)).toEqual([
      { From: testStartAt - 3_000_000, Count: 1 },
      { From: testStartAt - 120_000, Count: 3 },
    ]);
    const coarse = await own.getQueryHistogram({ QueryId: queryId, Bins: 3 });
    expect(coarse.Bins.map(({ Count }) => Count).reduce((sum, count) => sum + count)).toBe(4);
    expect(coarse.Bins.length).toBeLessThanOrEqual(3);
  });

  test("refuses too many bins, and two ways to choose them", async () => {
    const group = await newGroup();
    const query = { QueryString: "limit 1", LogGroupIdentifiers: [group.logGroupName], ...lastHour };
    const refused = (input: object) => refusal(own.getQueryHistogram({ ...query, ...input }));
    expect(await refused({ BinMilliseconds: 1 })).toContain("at most 1000 bins");
    expect(await refused({ BinMilliseconds: 60_000, Bins: 10 })).toContain("mutually exclusive");
  });
});

test("GetQueryCost says what the indexes have spared", async () => {
  const group = await newGroup();
  await group.put([[-1_000, "one"]]);
  const queryId = await start(group, "filter @message like /one/");
  await ended(queryId);
  const cost = await own.getQueryCost({ QueryId: queryId });
  expect(cost).toMatchObject({ PartsRead: 1, GranulesRead: 1 });
  expect(cost.RowsRead).toBeGreaterThan(0);
  expect(cost.BytesRead).toBeGreaterThan(0);
  expect(cost.PartsTotal).toBeGreaterThanOrEqual(cost.PartsRead!);
  const other = await start(group, "filter @message like /one/", { startTime: 1, endTime: 2 });
  await ended(other);
  expect((await own.getQueryCost({ QueryId: other })).PartsRead ?? 0).toBe(0);
  expect(await refusal(own.getQueryCost({ QueryId: "absent" }))).toContain("ResourceNotFoundException");
});

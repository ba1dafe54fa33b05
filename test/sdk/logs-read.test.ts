// Reading CloudWatch Logs through its official client: pages in both directions, and filtered ones.
import { CloudWatchLogs, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { fc } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { withLogsServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

const newGroup = (streamNames?: readonly string[]) => newLogGroup(server, logs, streamNames);

describe("GetLogEvents", () => {
  test("pages in both directions with tokens that stand still at the ends", async () => {
    const group = await newGroup();
    const all = Array.from({ length: 25 }, (_, index) => `event ${index}`);
    await group.put(all.map((message, index) => [Math.floor(index / 3), message] as const));

    const forward: (string | undefined)[] = [];
    let nextToken: string | undefined;
    for (;;) {
      const page = await group.get({ startFromHead: true, limit: 10, nextToken });
      forward.push(...(page.events ?? []).map((event) => event.message));
      if (page.nextForwardToken === nextToken) break;
      nextToken = page.nextForwardToken;
    }
    expect(forward).toEqual(all);

    const last = await group.get({ limit: 10 });
    expect(last.events?.map((event) => event.message)).toEqual(all.slice(15));
    const before = await group.get({ limit: 10, nextToken: last.nextBackwardToken });
    expect(before.events?.map((event) => event.message)).toEqual(all.slice(5, 15));

    await group.put([[60_000, "later"]]);
    const news = await group.get({ nextToken: last.nextForwardToken });
    expect(news.events?.map((event) => event.message)).toEqual(["later"]);
  });

  test("reads a range of time, its end not included", async () => {
    const group = await newGroup();
    await group.put([
      [0, "a"],
      [10, "b"],
      [20, "c"],
    ]);
    const now = server.clock.now();
    const { events } = await group.get({ startTime: now + 10, endTime: now + 20 });
    expect(events).toEqual([{ timestamp: now + 10, message: "b", ingestionTime: now }]);
  });

  test("answers pages of at most a megabyte, and a larger rest behind the token", async () => {
    const group = await newGroup();
    const message = "x".repeat(400_000);
    await group.put([
      [0, message],
      [1, message],
    ]);
    await group.put([
      [2, message],
      [3, message],
    ]);
    const page = await group.get({ startFromHead: true });
    expect(page.events).toHaveLength(3);
    const rest = await group.get({ startFromHead: true, nextToken: page.nextForwardToken });
    expect(rest.events).toHaveLength(1);
  });

  test("shows nothing that is older than the retention is now", async () => {
    const group = await newGroup();
    await group.put([[0, "old"]]);
    await server.advance(2 * 86_400_000);
    await group.put([[0, "new"]]);
    expect((await group.get()).events).toHaveLength(2);
    await logs.putRetentionPolicy({ logGroupName: group.logGroupName, retentionInDays: 1 });
    expect((await group.get()).events?.map((event) => event.message)).toEqual(["new"]);
    expect(await group.filter("")).toEqual(["new"]);
    await logs.deleteRetentionPolicy({ logGroupName: group.logGroupName });
    expect((await group.get()).events).toHaveLength(2);
  });

  test("keeps events longer after the retention was lengthened", async () => {
    const own = await startTestServer();
    try {
      const client = new CloudWatchLogs(own.clientConfig());
      const group = await newLogGroup(own, client);
      const { logGroupName } = group;
      await client.putRetentionPolicy({ logGroupName, retentionInDays: 1 });
      await group.put(Array.from({ length: 50 }, (_, index) => [index, `event ${index}`] as const));
      await client.putRetentionPolicy({ logGroupName, retentionInDays: 30 });
      expect((await group.get()).events).toHaveLength(50);
      await own.advance(1_000);
      expect((await group.get()).events).toHaveLength(50); // both copies may be there
      await own.advance(10 * 86_400_000); // the old rows have expired and were taken away
      expect((await group.get()).events).toHaveLength(50);
      await own.advance(21 * 86_400_000);
      expect((await group.get()).events).toEqual([]);
    } finally {
      await own.stop();
    }
  });

  test("refuses a token that is none", async () => {
    const group = await newGroup();
    expect(await refusal(group.get({ nextToken: "f/1" }))).toBe(
      "InvalidParameterException: The specified nextToken is invalid.",
    );
  });
});

describe("FilterLogEvents", () => {
  test("finds by terms, JSON and fields over all streams in the order of time", async () => {
    const group = await newGroup(["a", "b"]);
    await group.put(
      [
        [0, '{"status":500,"user":"ann"}'],
        [2, "GET /cart 404"],
      ],
      "a",
    );
    await group.put(
      [
        [1, '{"status":200,"user":"bob"}'],
        [3, "GET /pay 200"],
      ],
      "b",
    );
    expect(await group.filter("")).toHaveLength(4);
    expect(await group.filter("GET")).toEqual(["GET /cart 404", "GET /pay 200"]);
    expect(await group.filter("GET -pay")).toEqual(["GET /cart 404"]);
    expect(await group.filter('{ $.status >= 500 && $.user = "a*" }')).toEqual([
      '{"status":500,"user":"ann"}',
    ]);
    expect(await group.filter("[method, path, status = 4*]")).toEqual(["GET /cart 404"]);
    expect(await group.filter("%/[cp]a%")).toHaveLength(2);
    expect(await group.filter("GET", { logStreamNames: ["b"] })).toEqual(["GET /pay 200"]);
    expect(await group.filter("GET", { logStreamNamePrefix: "a" })).toEqual(["GET /cart 404"]);
  });

  test("pages through what matches without losing or repeating any", async () => {
    const group = await newGroup();
    const all = Array.from({ length: 300 }, (_, index) => `${index % 3 === 0 ? "take" : "leave"} ${index}`);
    await group.put(all.map((message, index) => [Math.floor(index / 7), message] as const));
    const found: (string | undefined)[] = [];
    const ids = new Set<string | undefined>();
    const input = { logGroupName: group.logGroupName, filterPattern: "take", limit: 9 };
    for await (const page of paginateFilterLogEvents({ client: logs }, input)) {
      found.push(...(page.events ?? []).map((event) => event.message));
      for (const event of page.events ?? []) ids.add(event.eventId);
    }
    expect(found).toEqual(all.filter((message) => message.startsWith("take")));
    expect(ids.size).toBe(found.length);
  });

  test("includes the end of the range", async () => {
    const group = await newGroup();
    await group.put([
      [0, "a"],
      [10, "b"],
    ]);
    expect(await group.filter("", { endTime: server.clock.now() + 10 })).toEqual(["a", "b"]);
  });

  test("says what is wrong with a pattern", async () => {
    const group = await newGroup();
    expect(await refusal(group.filter("foo-bar"))).toBe(
      "InvalidParameterException: Invalid filter pattern: Invalid character(s) in term 'foo-bar' " +
        "(at character 1)",
    );
  });
});

describe("random histories of streams", () => {
  const names = ["a1", "a2", "b"] as const;
  const minuteMs = 60_000;
  const minute = fc.integer({ min: -13 * 24 * 60, max: 120 });
  const put = fc.record({
    stream: fc.constantFrom(...names),
    /** A batch spans a day at most. */
    begin: fc.integer({ min: -12 * 24 * 60, max: -22 * 60 }),
    minutes: fc.array(fc.integer({ min: 0, max: 23 * 60 }), { minLength: 1, maxLength: 6 }),
    /** Until the times of the streams are written. */
    waits: fc.boolean(),
  });
  const ask = fc.record({
    stream: fc.constantFrom(...names),
    limit: fc.integer({ min: 1, max: 8 }),
    from: fc.option(minute),
    to: fc.option(minute),
  });

  test("are read as they were put, from either end, and of whichever streams", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(put, { maxLength: 6 }),
        fc.array(ask, { minLength: 2, maxLength: 2 }),
        async (puts, asks) => {
          const group = await newGroup(names);
          const { logGroupName } = group;
          const startedAt = server.clock.now();
          const stored: { stream: string; timestamp: number; message: string }[] = [];
          for (const { stream: logStreamName, begin, minutes, waits } of puts) {
            const times = minutes
              .toSorted((one, other) => one - other)
              .map((offset) => startedAt + (begin + offset) * minuteMs);
            const logEvents = times.map((timestamp, index) => ({
              timestamp,
              message: `${stored.length + index}`,
            }));
            await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
            stored.push(...logEvents.map((event) => ({ ...event, stream: logStreamName })));
            if (waits) await server.advance(1_000);
          }
          for (const { stream, limit, from, to } of asks) {
            const startTime = from === null ? undefined : startedAt + from * minuteMs;
            const endTime = to === null ? undefined : startedAt + to * minuteMs;
            const within = (last: number) =>
              stored
                .filter(({ timestamp }) => timestamp >= (startTime ?? 0) && timestamp <= last)
                .toSorted((one, other) => one.timestamp - other.timestamp);
            const messages = (events: readonly { message?: string | undefined }[] | undefined) =>
              events?.map(({ message }) => message);
            const own = within((endTime ?? Infinity) - 1).filter((event) => event.stream === stream);
            const times = { startTime, endTime, limit };
            const tail = await group.get(times, stream);
            expect(messages(tail.events)).toEqual(messages(own.slice(-limit)));
            const head = await group.get({ ...times, startFromHead: true }, stream);
            expect(messages(head.events)).toEqual(messages(own.slice(0, limit)));
            const next = await group.get({ ...times, nextToken: head.nextForwardToken }, stream);
            expect(messages(next.events)).toEqual(messages(own.slice(limit, 2 * limit)));
            const all = within(endTime ?? Infinity);
            const ofSome = all.filter((event) => event.stream.startsWith("a"));
            const [one, some, every] = [
              all.filter((event) => event.stream === stream),
              ofSome.slice(0, limit),
              all.slice(0, limit),
            ].map(messages);
            const range = { startTime, endTime };
            expect(await group.filter("", { ...range, logStreamNames: [stream] })).toEqual(one);
            expect(await group.filter("", { ...times, logStreamNamePrefix: "a" })).toEqual(some);
            expect(await group.filter("", times)).toEqual(every);
          }
        },
      ),
      { numRuns: 5, endOnFailure: true },
    );
  });
});

// Live tail at full rate: a sample in order with a notice, a session that ends, and how many there may be.
import { CloudWatchLogs, type StartLiveTailCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs({ ...server.clientConfig(), disableHostPrefix: true });
});

afterAll(async () => {
  logs?.destroy();
  await server?.stop();
});

async function tail(logGroupName: string) {
  const { responseStream } = await logs.startLiveTail({
    logGroupIdentifiers: [`arn:aws:logs:${testRegion}:${testAccount}:log-group:${logGroupName}`],
    logEventFilterPattern: "wanted",
  });
  const updates = responseStream![Symbol.asyncIterator]();
  await updates.next();
  return updates;
}

test("of more than 500 events a second a sample comes in its order, and says so", async () => {
  const group = await newLogGroup(server, logs);
  const updates = await tail(group.logGroupName);
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, index): [number, string] => [0, `wanted ${index}`]);
  await group.put([...numbered(2_000), ...Array.from({ length: 600 }, (): [number, string] => [0, "other"])]);
  const next = updates.next();
  for (let second = 0; second < 3; second++) await server.advance(1_000);
  const update = (await next).value?.sessionUpdate;
  expect(update?.sessionMetadata).toEqual({ sampled: true });
  const numbers = update?.sessionResults?.map(({ message = "" }) => Number(message.split(" ")[1])) ?? [];
  expect(numbers).toHaveLength(500);
  expect(numbers).toEqual(numbers.toSorted((one: number, other: number) => one - other));
  expect(new Set(numbers).size).toBe(500);
  expect(Math.max(...numbers)).toBeGreaterThan(1_000);
  await updates.return?.();
});

test("an account has fifteen sessions at the same time, and a session ends after three hours", async () => {
  const group = await newLogGroup(server, logs);
  const sessions: Awaited<ReturnType<typeof tail>>[] = [];
  let refused: string | undefined;
  while (refused === undefined) {
    const session = await tail(group.logGroupName).catch((error: Error) => error.name);
    if (typeof session === "string") refused = session;
    else sessions.push(session);
  }
  expect(refused).toBe("LimitExceededException");
  expect(sessions.length).toBeGreaterThanOrEqual(14);
  expect(sessions.length).toBeLessThanOrEqual(15);
  const [first, ...others] = sessions;
  for (const session of others) await session.return?.();
  await server.advance(3 * 3_600_000 + 1_000);
  const drain = async () => {
    for (;;) if ((await first!.next()).done === true) return "ended";
  };
  expect(await drain().catch((error: Error) => error.name)).toBe("SessionTimeoutException");
});

test.each([
  { what: "names", narrowed: { logStreamNames: ["web-1"] }, seen: ["wanted of web-1"] },
  {
    what: "prefixes",
    narrowed: { logStreamNamePrefixes: ["web-", "none-"] },
    seen: ["wanted of web-1", "wanted of web-2"],
  },
])("of some streams, by $what, nothing of others is shown", async ({ narrowed, seen }) => {
  const streams = ["web-1", "web-2", "worker-1"];
  const group = await newLogGroup(server, logs, streams);
  const arn = `arn:aws:logs:${testRegion}:${testAccount}:log-group:${group.logGroupName}`;
  const { responseStream } = await logs.startLiveTail({ logGroupIdentifiers: [arn], ...narrowed });
  const updates = responseStream![Symbol.asyncIterator]();
  expect((await updates.next()).value?.sessionStart).toMatchObject({
    ...narrowed,
    sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    logGroupIdentifiers: [arn],
  });
  for (const stream of streams) await group.put([[0, `wanted of ${stream}`]], stream);
  const next = updates.next();
  await server.advance(1_000);
  const { sessionResults = [] } = (await next).value?.sessionUpdate ?? {};
  expect(sessionResults.map(({ message }: { message?: string }) => message)).toEqual(seen);
  expect(sessionResults[0]).toMatchObject({ logStreamName: "web-1", logGroupIdentifier: arn });
  await updates.return?.();
});

test("what cannot be tailed is refused before the stream begins", async () => {
  const group = await newLogGroup(server, logs);
  const arnOf = (name: string) => `arn:aws:logs:${testRegion}:${testAccount}:log-group:${name}`;
  const arn = arnOf(group.logGroupName);
  const refused = (input: Omit<StartLiveTailCommandInput, "logGroupIdentifiers">, ...arns: string[]) =>
    refusal(logs.startLiveTail({ logGroupIdentifiers: arns, ...input }));
  expect(await refused({}, group.logGroupName)).toMatch(/InvalidParameterException.*must be ARNs/);
  expect(await refused({}, arnOf("absent"))).toMatch(/ResourceNotFoundException/);
  expect(await refused({ logStreamNames: ["absent"] }, arn)).toMatch(/ResourceNotFoundException/);
  expect(await refused({ logStreamNames: ["stream"], logStreamNamePrefixes: ["s"] }, arn)).toMatch(
    /mutually exclusive/,
  );
  const other = await newLogGroup(server, logs);
  expect(await refused({ logStreamNames: ["stream"] }, arn, arnOf(other.logGroupName))).toMatch(
    /only with a single log group/,
  );
  expect(await refused({ logEventFilterPattern: "{ $.a = " }, arn)).toMatch(/Invalid filter pattern/);
});

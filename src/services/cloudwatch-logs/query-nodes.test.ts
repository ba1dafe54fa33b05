// How many queries run: on this node, and on the others that share its state.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createManualClock, type ManualClock } from "../../core/manual-clock.ts";
import { leaseMs } from "../../storage/leases.ts";
import type { State } from "../../storage/state.ts";
import { openTestStores, type TestStores } from "../../storage/testing/stores.ts";
import type { LogsContext } from "./context.ts";
import { startQuery } from "./queries.ts";
import { noStatistics } from "./query-answers.ts";
import { queryLimits } from "./query-limits.ts";
import { createQueryNodes } from "./query-nodes.ts";
import { QueryRuns } from "./query-runs.ts";

const scope = "123456789012/us-east-1";
let stores: TestStores;
let clock: ManualClock;

beforeAll(async () => {
  stores = await openTestStores("query-nodes");
});

afterAll(() => stores.close());

beforeEach(async () => {
  await stores.state.eraseDocuments();
  clock = createManualClock({ startAt: 1_000_000, onTaskError: () => undefined });
});

const stateOf = (node: string): State => ({ ...stores.state, node });

const run = {
  scope,
  stop: () => undefined,
  progress: () => ({ status: "Running", statistics: noStatistics }) as const,
};

/** Of a node; nothing of it but the places is asked for here. */
function runsOf(state: State): QueryRuns {
  const parts = { state, telemetry: stores.telemetry, clock };
  return new QueryRuns({ ...parts, blobs: {}, logEncryption: {} } as unknown as ConstructorParameters<
    typeof QueryRuns
  >[0]);
}

test("a node counts the queries of others until they end, or until their node has been silent", async () => {
  const [one, other] = ["one", "other"].map((node) => createQueryNodes(stateOf(node), clock));
  await one?.begin("a", run);
  await one?.begin("b", run);
  await one?.begin("c", { ...run, scope: "elsewhere" });
  expect([await one?.elsewhere(scope), await other?.elsewhere(scope)]).toEqual([0, 2]);
  await one?.end("a", scope);
  expect(await other?.elsewhere(scope)).toBe(1);
  await clock.advance(leaseMs - 1);
  await one?.end("c", "elsewhere");
  expect(await other?.elsewhere(scope)).toBe(1);
});

test("what a node has left that died is not counted after a lease, and goes", async () => {
  const [dead, other] = ["dead", "other"].map((node) => stateOf(node));
  const silent = createManualClock({ startAt: clock.now(), onTaskError: () => undefined });
  await createQueryNodes(dead!, silent).begin("a", run);
  const nodes = createQueryNodes(other!, clock);
  await clock.advance(leaseMs - 1);
  expect(await nodes.elsewhere(scope)).toBe(1);
  await clock.advance(1);
  expect(await nodes.elsewhere(scope)).toBe(0);
  const left = () => stores.state.collection("log-query-progress").count(scope);
  expect(await left()).toBe(1);
  await clock.advance(3_600_000);
  await nodes.elsewhere(scope);
  expect(await left()).toBe(0);
});

test("all nodes together have as many places as there are queries at once", async () => {
  const [one, other] = ["one", "other"].map((node) => runsOf(stateOf(node)));
  const leave = Array.from({ length: queryLimits.concurrentQueries - 1 }, () => one!.host(scope));
  const told = () => stores.state.collection("log-query-progress").count(scope);
  await vi.waitFor(async () => expect(await told()).toBe(leave.length));
  const last = await other!.place(scope);
  expect(last).toBeDefined();
  expect(await other!.place(scope)).toBeUndefined();
  expect(await other!.place("elsewhere")).toBeDefined();
  last?.();
  const again = await other!.place(scope);
  expect(again).toBeDefined();
  leave[0]?.();
  await vi.waitFor(async () => expect(await told()).toBe(leave.length - 1));
  expect(await one!.place(scope)).toBeDefined();
});

test("StartQuery refuses one query more, as AWS says it", async () => {
  const queries = runsOf(stores.state);
  for (let count = 0; count < queryLimits.concurrentQueries; count++) queries.host(scope);
  const call = { account: "123456789012", region: "us-east-1" };
  const context = { queries, call } as unknown as LogsContext;
  const asked = startQuery({ startTime: 0, endTime: 1, queryString: "fields @message" }, context);
  await expect(asked).rejects.toMatchObject({
    name: "LimitExceededException",
    message: "Account maximum query concurrency limit of [100] reached.",
  });
});

test("of those who ask at once, no more get a place than there are", async () => {
  const runs = runsOf(stores.state);
  const asked = Array.from({ length: queryLimits.concurrentQueries + 5 }, () => runs.place(scope));
  const places = (await Promise.all(asked)).filter((leave) => leave !== undefined);
  expect(places.length).toBeLessThanOrEqual(queryLimits.concurrentQueries);
  for (const leave of places) leave();
  expect(await runs.place(scope)).toBeDefined();
});

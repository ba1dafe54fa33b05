// When scheduled queries run while the clock is set back; what they do is in test/sdk.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createManualClock, type ManualClock } from "../../core/manual-clock.ts";
import type { State } from "../../storage/state.ts";
import { openSqliteState } from "../../storage/state/sqlite.ts";
import { settableClock, type SettableClock } from "../../../test/support/settable-clock.ts";
import { ScheduledQueryRuns } from "./scheduled-query-runs.ts";
import {
  dueQueriesIn,
  executionScope,
  executionsIn,
  scheduledQueriesIn,
  type StoredScheduledQuery,
} from "./stored-scheduled-queries.ts";

const startAt = Date.parse("2026-11-02T12:00:00Z");
const minuteMs = 60_000;
const dayMs = 86_400_000;
const scope = "123456789012/us-east-1";

let folder: string;
let state: State;
let steady: ManualClock;
let clock: SettableClock;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-scheduled-"));
  state = await openSqliteState(join(folder, "state.sqlite"));
  steady = createManualClock({ startAt, onTaskError: (error) => expect.fail(String(error)) });
  clock = settableClock(steady);
});
afterEach(async () => {
  await state.close();
  await rm(folder, { recursive: true });
});

const query: StoredScheduledQuery = {
  name: "q",
  queryString: "stats count(*)",
  queryLanguage: "CWLI",
  scheduleExpression: "cron(0/10 * * * ? *)",
  timezone: "UTC",
  startTimeOffset: 600,
  endTimeOffset: 0,
  destinations: {},
  startAt,
  state: "ENABLED",
  executionRoleArn: "arn:aws:iam::123456789012:role/r",
  createdAt: startAt,
  updatedAt: startAt,
};

/** Nothing can be queried here: every run fails, and is on record as one that was made. */
async function plan(planned: StoredScheduledQuery): Promise<void> {
  const runs = new ScheduledQueryRuns({ dependencies: { clock, state } } as never, () => ({}) as never);
  await scheduledQueriesIn(state).create(scope, planned.name, planned);
  await runs.plan(scope, planned);
}

const triggered = async () => {
  const runs = await executionsIn(state).list(executionScope(scope, "q"), { order: "rank", limit: 100 });
  return runs.map(({ rank = 0 }) => rank);
};
const dueAt = async () => (await dueQueriesIn(state).list("", { order: "rank", limit: 1 }))[0]?.rank;

test("a query goes on at the next time of its schedule when the clock is set back a day", async () => {
  await plan(query);
  await steady.advance(10 * minuteMs);
  expect(await triggered()).toEqual([startAt + 10 * minuteMs]);
  clock.setBack(dayMs);
  await expect.poll(dueAt).toBe(startAt - dayMs + 20 * minuteMs);
  await steady.advance(20 * minuteMs);
  expect(await triggered()).toEqual([
    startAt - dayMs + 20 * minuteMs,
    startAt - dayMs + 30 * minuteMs,
    startAt + 10 * minuteMs,
  ]);
});

test("a query that is to begin some day does not begin before it", async () => {
  await plan({ ...query, startAt: startAt + dayMs });
  clock.setBack(dayMs);
  await steady.advance(dayMs);
  expect(await triggered()).toEqual([]);
  await steady.advance(dayMs);
  expect(await triggered()).toEqual([startAt + dayMs]);
});

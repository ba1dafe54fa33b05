// Reports over stored events, of which some may be stored twice.
import { afterAll, beforeAll, expect, test } from "vitest";
import { isRuleProblem, parseInsightRule } from "../../core/contributor-insights/parse-rule.ts";
import { rawSql } from "../../core/sql.ts";
import { mayHaveTwins, retentionMovesIn } from "../retention-moves.ts";
import { openTestStores, type TestStores } from "../testing/stores.ts";
import { readContributors, readSummary } from "./insight-reports.ts";
import { plainLogEvents } from "./log-event-source.ts";
import { appendLogEvents } from "./log-events.ts";

const startedAt = Date.parse("2026-11-02T12:00:00Z");
const groupId = 7;
let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores("insight-reports");
});

afterAll(() => stores.close());

test("events that are being given a longer retention count once", async () => {
  const { telemetry, state } = stores;
  const events = ["a", "b", "a"].map((ip, index) => ({
    timestamp: startedAt + index,
    message: JSON.stringify({ ip }),
    indexed: {},
  }));
  await appendLogEvents(telemetry, { groupId, streamId: 1, retentionDays: undefined }, events, startedAt);
  await telemetry.execute(
    rawSql(
      `INSERT INTO log_events SELECT * REPLACE (toUInt16(30) AS retention_days) FROM log_events
        WHERE group_id = ${groupId}`,
    ),
  );
  expect(await mayHaveTwins(state, [groupId])).toBe(false);
  await retentionMovesIn(state).put("", String(groupId), {});
  const question = {
    source: plainLogEvents,
    rule: callers(),
    groups: [{ id: groupId, visibleFrom: 0, isTransformed: false }],
    active: [{ from: 0 }],
    appliesOnTransformed: false,
    takeOnce: await mayHaveTwins(state, [1, groupId]),
    from: startedAt,
    to: startedAt + 60_000,
    periodSeconds: 60,
  };
  const { totals } = await readSummary(telemetry, question);
  expect(totals).toEqual({ contributors: 2, value: 3 });
  const contributors = await readContributors(telemetry, question, "Sum", 10);
  expect(contributors.map(({ keys, value }) => [keys, value])).toEqual([
    [["a"], 2],
    [["b"], 1],
  ]);
});

function callers() {
  const definition = {
    Schema: { Name: "CloudWatchLogRule", Version: 1 },
    LogGroupNames: ["any"],
    LogFormat: "JSON",
    Contribution: { Keys: ["$.ip"], Filters: [] },
    AggregateOn: "Count",
  };
  const rule = parseInsightRule(JSON.stringify(definition), { account: "111122223333", region: "us-east-1" });
  if (isRuleProblem(rule)) throw new Error(JSON.stringify(rule));
  return rule;
}

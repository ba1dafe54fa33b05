// What is told of dependent alarms, against a look at every alarm.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test as propertyTest } from "@fast-check/vitest";
import { afterAll, expect, test } from "vitest";
import type { CompositeAlarm } from "../core/alarms/alarm.ts";
import { referredTo } from "./alarm-parents.ts";
import { alarmsOnMetric, alarmsReferringTo, countAlarms } from "./alarm-relations.ts";
import { alarmsOf, allAlarms, deleteAlarms, writeAlarm } from "./alarms.ts";
import { openSqliteState } from "./state/sqlite.ts";
import { newMetricAlarm } from "./testing/metric-alarm.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwatch-alarm-parents-"));
const state = await openSqliteState(join(folder, "state.sqlite"));
afterAll(async () => {
  await state.close();
  rmSync(folder, { recursive: true });
});

const world = { account: "123456789012", region: "us-east-1" };
const scope = "123456789012/us-east-1";
const now = Date.parse("2026-11-02T12:00:00Z");
const names = ["a", "b", "b/c", "é"];
const records = { history: [], events: [] };

const compositeOf = (
  name: string,
  children: readonly string[],
  suppressor: string | undefined,
): CompositeAlarm => ({
  type: "CompositeAlarm",
  name,
  arn: `arn:aws:cloudwatch:us-east-1:123456789012:alarm:${name}`,
  actionsEnabled: true,
  okActions: [],
  alarmActions: [],
  insufficientDataActions: [],
  tags: {},
  createdAt: now,
  configuredAt: now,
  state: { value: "OK", reason: "fine", updatedAt: now, transitionedAt: now },
  rule: ["TRUE", ...children.map((child) => `ALARM("${child}")`)].join(" OR "),
  ...(suppressor === undefined
    ? {}
    : { suppressor: { alarm: suppressor, waitPeriodSeconds: 1, extensionPeriodSeconds: 1 } }),
  pending: "created",
});

const step = fc.record({
  name: fc.constantFrom(...names),
  children: fc.option(fc.subarray(names), { nil: undefined }),
  suppressor: fc.option(fc.constantFrom(...names), { nil: undefined }),
});

/** What is told of each alarm, and the same from a look at all alarms. */
async function answers() {
  const all = (await allAlarms(state, world)).map(({ value }) => value);
  const told: unknown[] = [];
  const seen: unknown[] = [];
  for (const name of names) {
    for (const kind of ["rule", "suppressor"] as const) {
      told.push(await alarmsReferringTo(state, world, name, { kind, limit: 9 }));
      seen.push(all.filter((alarm) => referredTo(alarm, kind).includes(name)));
    }
    const parents = all.filter((alarm) => referredTo(alarm, "rule").includes(name));
    for (const except of names) {
      told.push(await countAlarms(state, world, { parentsOf: name }, except));
      seen.push(parents.filter((alarm) => alarm.name !== except).length);
    }
  }
  return { told, seen };
}

propertyTest.prop([fc.array(step, { maxLength: 10 })], { numRuns: 20 })(
  "references are known as the alarms have them, whatever is written and deleted",
  async (steps) => {
    await state.eraseDocuments();
    for (const { name, children, suppressor } of steps) {
      const before = await alarmsOf(state).get(scope, name);
      if (children !== undefined) {
        const alarm = compositeOf(name, children, suppressor);
        await writeAlarm(state, world, { alarm, before, now, ...records });
      } else if (before !== undefined) await deleteAlarms(state, world, [before], records, now);
    }
    const { told, seen } = await answers();
    expect(told).toEqual(seen);
  },
);

test("those of alarms that were written before references were noted are known too", async () => {
  await state.eraseDocuments();
  for (const [name, children] of [
    ["a", ["b", "b/c"]],
    ["b", ["é"]],
  ] as const) {
    await alarmsOf(state).put(scope, name, compositeOf(name, children, "é"), 1_000);
  }
  const { told, seen } = await answers();
  expect(told).toEqual(seen);
  expect(await countAlarms(state, world, { parentsOf: "é" }, "a")).toBe(1);
});

const load = (host: string) => ({
  namespace: "Fleet",
  name: "load",
  dimensions: [{ name: "Host", value: host }],
  periodSeconds: 60,
  statistic: "Average",
});

test("the alarms on a metric are found without a look at the others, also those written before", async () => {
  await state.eraseDocuments();
  const alarmOn = (name: string, host: string) =>
    newMetricAlarm(world, name, now, { metric: load(host), metricId: name });
  const namesOn = async (host: string) =>
    (await alarmsOnMetric(state, world, load(host))).map(({ name }) => name);
  for (const name of ["old", "moved"]) {
    await alarmsOf(state).put(scope, name, alarmOn(name, "a"), 60);
  }
  expect(await namesOn("a")).toEqual(["moved", "old"]);
  const before = await alarmsOf(state).get(scope, "moved");
  await writeAlarm(state, world, { alarm: alarmOn("moved", "b"), before, now, ...records });
  // More than are read at once, on a metric of their own.
  for (let index = 0; index < 1_001; index++) {
    const alarm = alarmOn(`many-${String(index).padStart(4, "0")}`, "many");
    await writeAlarm(state, world, { alarm, before: undefined, now, ...records });
  }
  expect(await namesOn("b")).toEqual(["moved"]);
  expect(await namesOn("a")).toEqual(["old"]);
  expect(await namesOn("nowhere")).toEqual([]);
  const many = await namesOn("many");
  expect(many).toHaveLength(1_001);
  expect(many).toEqual(many.toSorted());
  const gone = await alarmsOf(state).get(scope, "old");
  await deleteAlarms(state, world, [gone!], records, now);
  expect(await namesOn("a")).toEqual([]);
});

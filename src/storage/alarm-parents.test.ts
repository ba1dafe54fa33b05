// The counts of parents, against a look at every alarm.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test as propertyTest } from "@fast-check/vitest";
import { afterAll, expect } from "vitest";
import type { CompositeAlarm } from "../core/alarms/alarm.ts";
import { childNames, countParents } from "./alarm-parents.ts";
import { alarmsOf, allAlarms, deleteAlarms, writeAlarm } from "./alarms.ts";
import { openSqliteState } from "./state/sqlite.ts";

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

const compositeOf = (name: string, children: readonly string[]): CompositeAlarm => ({
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
  pending: "created",
});

const step = fc.record({
  name: fc.constantFrom(...names),
  children: fc.option(fc.subarray(names), { nil: undefined }),
});

propertyTest.prop([fc.array(step, { maxLength: 12 })], { numRuns: 40 })(
  "parents are counted as the rules have them, whatever is written and deleted",
  async (steps) => {
    await state.eraseDocuments();
    for (const { name, children } of steps) {
      const before = await alarmsOf(state).get(scope, name);
      if (children !== undefined) {
        await writeAlarm(state, world, { alarm: compositeOf(name, children), before, now, ...records });
      } else if (before !== undefined) await deleteAlarms(state, world, [before], records, now);
    }
    const all = (await allAlarms(state, world)).map(({ value }) => value);
    for (const child of names) {
      for (const except of names) {
        const parents = all.filter((alarm) => alarm.name !== except && childNames(alarm).includes(child));
        expect(await countParents(state, scope, child, except)).toBe(parents.length);
      }
    }
  },
);

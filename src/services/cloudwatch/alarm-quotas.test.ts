// How many alarms on queries there may be, where so many are noted.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { referenceCollections, referenceScope, type CostlyKind } from "../../storage/alarm-parents.ts";
import { countAlarms } from "../../storage/alarm-relations.ts";
import { alarmScope } from "../../storage/alarms.ts";
import { openSqliteState } from "../../storage/state/sqlite.ts";
import { requireRoomForLogs, requireRoomForQueries } from "./alarm-quotas.ts";
import type { CloudWatchContext } from "./context.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwatch-alarm-quotas-"));
const state = await openSqliteState(join(folder, "state.sqlite"));
afterAll(async () => {
  await state.close();
  rmSync(folder, { recursive: true });
});

const world = { account: "123456789012", region: "us-east-1" };
const context = { call: world, dependencies: { state } } as unknown as CloudWatchContext;
const counts = { insights: 200, logs: 1_000, promql: 1_000 } as const;
const criteria = { query: "up", intervalSeconds: 60, pendingSeconds: 0, recoverySeconds: 0 };
const insights = { id: "q1", expression: 'SELECT MAX(m) FROM "N"', returnData: true };

beforeAll(async () => {
  await countAlarms(state, world, { kind: "logs" }, "");
  for (const kind of Object.keys(counts) as CostlyKind[]) await note(kind, 0, counts[kind] - 1);
});

/** As the writes of alarms do it. */
async function note(kind: CostlyKind, from: number, to: number): Promise<void> {
  const scope = referenceScope(alarmScope(world), kind);
  const keys = Array.from({ length: to - from }, (_, index) => `alarm ${from + index}`);
  const collection = referenceCollections.kind;
  await state.write(keys.map((key) => ({ kind: "put", collection, scope, key, value: {} })));
}

test.each<[CostlyKind, (name: string) => Promise<void>, string]>([
  ["promql", (name) => requireRoomForQueries(context, name, { promql: criteria }), "1000 alarms on PromQL"],
  ["insights", (name) => requireRoomForQueries(context, name, { queries: [insights] }), "200 alarms on Metr"],
  ["logs", (name) => requireRoomForLogs(context, name), "1000 alarms on queries of logs"],
])("the last alarm on %s queries, one too many, and one that is there", async (kind, requireRoom, words) => {
  await requireRoom("new");
  await note(kind, counts[kind] - 1, counts[kind]);
  await expect(requireRoom("new")).rejects.toMatchObject({
    name: "LimitExceededFault",
    message: expect.stringContaining(words) as string,
  });
  await requireRoom("alarm 0");
});

// Expiry by the caller's clock: partitions in which every row has expired are dropped.
import { onEveryNode } from "./render-schema.ts";
import type { AnyTable, Deployment } from "./render-schema.ts";

interface Executor {
  rows(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  execute(text: string): Promise<void>;
}

/**
 * A row that arrives in a partition between the look and the drop is lost only if it arrives later than its
 * whole partition has expired, when it would be dropped anyway; so a partition is dropped a day after its
 * youngest row.
 */
const graceMs = 24 * 3_600_000;

/** Tables without partitions lose their expired rows one by one, at once. */
export async function expire(
  executor: Executor,
  tables: readonly AnyTable[],
  deployment: Deployment,
  now: number,
): Promise<void> {
  for (const table of tables) {
    if (table.expiresAt === undefined) continue;
    const target = onEveryNode(table.name, deployment);
    if (table.partitionBy === "tuple()") {
      const expired = `${table.expiresAt} < ${instant(now)}`;
      const [row] = await executor.rows(`SELECT count() AS count FROM ${table.name} WHERE ${expired}`);
      if (Number(row?.["count"] ?? 0) > 0) await executor.execute(`DELETE FROM ${target} WHERE ${expired}`);
      continue;
    }
    const partitions = await executor.rows(
      `SELECT _partition_id AS partition FROM ${table.name} GROUP BY partition ` +
        `HAVING max(${table.expiresAt}) < ${instant(now - graceOf(table))}`,
    );
    for (const { partition } of partitions) {
      await executor.execute(`ALTER TABLE ${target} DROP PARTITION ID '${String(partition)}'`);
    }
  }
}

function graceOf(table: AnyTable): number {
  return table.partitionBy.startsWith("toStartOfHour") ? graceMs / 24 : graceMs;
}

function instant(at: number): string {
  return `fromUnixTimestamp64Milli(toInt64(${Math.max(0, Math.floor(at))}))`;
}

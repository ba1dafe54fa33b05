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

/**
 * Tables without partitions lose their expired rows one by one, at once. One statement looks at all tables,
 * as a clock that is moved by a year asks for every day of it.
 */
export async function expire(
  executor: Executor,
  tables: readonly AnyTable[],
  deployment: Deployment,
  now: number,
): Promise<void> {
  const expiring = new Map(
    tables.filter(({ expiresAt }) => expiresAt !== undefined).map((table) => [table.name, table] as const),
  );
  if (expiring.size === 0) return;
  const looks = [...expiring.values()].map((table) => expiredIn(table, now));
  for (const { name, partition } of await executor.rows(looks.join(" UNION ALL "))) {
    const table = expiring.get(String(name));
    if (table === undefined) continue;
    const target = onEveryNode(table.name, deployment);
    await executor.execute(
      isPartitioned(table)
        ? `ALTER TABLE ${target} DROP PARTITION ID '${String(partition)}'`
        : `DELETE FROM ${target} WHERE ${table.expiresAt} < ${instant(now)}`,
    );
  }
}

/** A query for the partitions of a table that may go; for the whole of it when it has none. */
function expiredIn(table: AnyTable, now: number): string {
  const name = `SELECT '${table.name}' AS name, _partition_id AS partition FROM ${table.name}`;
  return isPartitioned(table)
    ? `${name} GROUP BY partition HAVING max(${table.expiresAt}) < ${instant(now - graceOf(table))}`
    : `${name} WHERE ${table.expiresAt} < ${instant(now)} LIMIT 1`;
}

function isPartitioned({ partitionBy }: AnyTable): boolean {
  return partitionBy !== "tuple()";
}

function graceOf(table: AnyTable): number {
  return table.partitionBy.startsWith("toStartOfHour") ? graceMs / 24 : graceMs;
}

function instant(at: number): string {
  return `fromUnixTimestamp64Milli(toInt64(${Math.max(0, Math.floor(at))}))`;
}

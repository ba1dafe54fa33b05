// Expiry by the caller's clock: partitions in which every row has expired are dropped.
import type { Executor } from "./driver.ts";
import { onEveryNode } from "./render-schema.ts";
import type { AnyTable, Deployment } from "./render-schema.ts";

/**
 * A row that arrives in a partition between the look and the drop is lost only if it arrives later than its
 * whole partition has expired, when it would be dropped anyway; so a partition is dropped a day after its
 * youngest row.
 */
const graceMs = 24 * 3_600_000;

/** A clock that is moved by a year asks for every day of it, so what was found out is remembered. */
export function createExpiry(executor: Executor, tables: readonly AnyTable[], deployment: Deployment) {
  let nothingExpiresBefore = 0;
  return {
    /** To be told before anything is stored. */
    changed(): void {
      nothingExpiresBefore = 0;
    },
    async run(now: number): Promise<void> {
      if (now < nothingExpiresBefore) return;
      nothingExpiresBefore = Number.POSITIVE_INFINITY; // until somebody stores something meanwhile
      const next = await expire(executor, tables, deployment, now);
      const isShared = deployment.kind !== "embedded"; // with servers whose writes are not known here
      nothingExpiresBefore = isShared ? 0 : Math.min(nothingExpiresBefore, next);
    },
  };
}

/**
 * Tables without partitions lose their expired rows one by one, at once. One statement looks at all tables.
 *
 * @returns the instant before which nothing of what is stored now expires.
 */
async function expire(
  executor: Executor,
  tables: readonly AnyTable[],
  deployment: Deployment,
  now: number,
): Promise<number> {
  const expiring = new Map(
    tables.filter(({ expiresAt }) => expiresAt !== undefined).map((table) => [table.name, table] as const),
  );
  if (expiring.size === 0) return Number.POSITIVE_INFINITY;
  const looks = await executor.rows([...expiring.values()].map(expiriesOf).join(" UNION ALL "));
  const due = looks.filter(({ at }) => Number(at) < now);
  for (const { name, partition } of due) {
    const table = expiring.get(String(name));
    if (table === undefined) continue;
    const target = onEveryNode(table.name, deployment);
    await executor.execute(
      isPartitioned(table)
        ? `ALTER TABLE ${target} DROP PARTITION ID '${String(partition)}'`
        : `DELETE FROM ${target} WHERE ${table.expiresAt} < ${instant(now)}`,
    );
  }
  if (due.length > 0) return now; // what is left in a table without partitions is not known
  return looks.reduce((first, { at }) => Math.min(first, Number(at)), Number.POSITIVE_INFINITY);
}

/** A query for when the partitions of a table may go; for its oldest row when it has none. */
function expiriesOf(table: AnyTable): string {
  const at = (expiry: string, graceMs: number) =>
    `SELECT '${table.name}' AS name, _partition_id AS partition, ` +
    `toFloat64(toUnixTimestamp(${expiry})) * 1000 + ${graceMs} AS at FROM ${table.name}`;
  return isPartitioned(table)
    ? `${at(`max(${table.expiresAt})`, graceOf(table))} GROUP BY partition`
    : `${at(`min(${table.expiresAt})`, 0)} GROUP BY partition`;
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

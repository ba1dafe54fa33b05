// DDL from the table definitions: for the embedded engine, for one server, and for a cluster.
import type { ColumnDefinition, TableDefinition } from "./table.ts";

export type AnyTable = TableDefinition<Readonly<Record<string, ColumnDefinition>>>;

/**
 * Where the tables live. `engine` expiry is a TTL clause, by the engine's own (wall) clock; with `caller` the
 * tables have none, because rows that are dated by a clock of the caller must not vanish by wall time.
 */
export interface Deployment {
  readonly kind: "embedded" | "server" | "cluster";
  readonly expiry: "engine" | "caller";
}

/**
 * The fsync settings make an acknowledged INSERT survive a power cut, and a merged part is on the disk before
 * the parts it replaces may go, so these need not stay for the eight minutes that a server keeps them: at
 * twenty INSERTs a second that would be ten thousand folders. Statistics for the join planner are not worth
 * their cost. Our parts start small and many: merging about ten of a size at a time instead of five writes
 * each row less often, for a dozen parts more to read.
 * https://clickhouse.com/docs/operations/settings/merge-tree-settings
 */
const embeddedSettings = {
  fsync_after_insert: 1,
  fsync_part_directory: 1,
  min_rows_to_fsync_after_merge: 1,
  old_parts_lifetime: 30,
  auto_statistics_types: "''",
  merge_selector_base: 10,
} as const;

/** How many insert tokens each partition remembers; a resend comes within seconds. */
const deduplicationWindow = 1000;

/**
 * The statements that make one table; a cluster has a local table per node and one that spreads over them.
 */
export function createTableStatements(table: AnyTable, deployment: Deployment): readonly string[] {
  if (deployment.kind !== "cluster") return [createTable(table.name, "", table, deployment)];
  const local = `${table.name}_local`;
  return [
    createTable(local, " ON CLUSTER '{cluster}'", table, deployment),
    `CREATE TABLE IF NOT EXISTS ${table.name} ON CLUSTER '{cluster}' AS ${local} ` +
      `ENGINE = Distributed('{cluster}', currentDatabase(), ${local}, ${table.shardBy})`,
  ];
}

/** Adds columns to a table of an earlier version; one that has them already stays as it is. */
export function addColumnStatements(
  table: AnyTable,
  names: readonly string[],
  deployment: Deployment,
): readonly string[] {
  const added = Object.entries(table.columns)
    .filter(([name]) => names.includes(name))
    .map(([name, { type, codec = "ZSTD(1)" }]) => ({ name, type, codec }));
  const stored = added.map(
    ({ name, type, codec }) => `ADD COLUMN IF NOT EXISTS ${name} ${type} CODEC(${codec})`,
  );
  const local = `ALTER TABLE ${onEveryNode(table.name, deployment)} ${stored.join(", ")}`;
  if (deployment.kind !== "cluster") return [local];
  const spread = added.map(({ name, type }) => `ADD COLUMN IF NOT EXISTS ${name} ${type}`);
  return [local, `ALTER TABLE ${table.name} ON CLUSTER '{cluster}' ${spread.join(", ")}`];
}

/** Adds an index to a table of an earlier version; what is stored has it when it is merged. */
export function addIndexStatement(table: AnyTable, index: string, deployment: Deployment): string {
  const added = index.replace("INDEX ", "ADD INDEX IF NOT EXISTS ");
  return `ALTER TABLE ${onEveryNode(table.name, deployment)} ${added}`;
}

function createTable(name: string, on: string, table: AnyTable, deployment: Deployment): string {
  const lines = [
    ...Object.entries(table.columns).map(
      ([column, { type, codec = "ZSTD(1)" }]) => `${column} ${type} CODEC(${codec})`,
    ),
    ...Object.entries(table.materialized ?? {}).map(
      ([column, { type, expression }]) => `${column} ${type} MATERIALIZED ${expression} CODEC(ZSTD(1))`,
    ),
    ...(table.indexes ?? []),
  ];
  const ttl =
    table.expiresAt === undefined || deployment.expiry === "caller" ? "" : `\nTTL ${table.expiresAt}`;
  const settings = Object.entries(settingsOf(table, deployment)).map(([key, value]) => `${key} = ${value}`);
  return (
    `CREATE TABLE IF NOT EXISTS ${name}${on} (\n  ${lines.join(",\n  ")}\n)\n` +
    `ENGINE = ${engineOf(table, deployment)}\nPARTITION BY ${table.partitionBy}\n` +
    `ORDER BY ${table.orderBy}${ttl}\n` +
    `SETTINGS ${settings.join(", ")}`
  );
}

function engineOf(table: AnyTable, { kind }: Deployment): string {
  const version = table.versionColumn === undefined ? [] : [table.versionColumn];
  if (kind !== "cluster") return `${table.engine}(${version.join(", ")})`;
  const replica = [`'/clickhouse/tables/{shard}/{database}/${table.name}'`, "'{replica}'"];
  return `Replicated${table.engine}(${[...replica, ...version].join(", ")})`;
}

function settingsOf(table: AnyTable, { kind }: Deployment): Readonly<Record<string, number | string>> {
  const window =
    kind === "cluster"
      ? { replicated_deduplication_window: deduplicationWindow }
      : { non_replicated_deduplication_window: deduplicationWindow };
  return {
    ttl_only_drop_parts: 1,
    ...(kind === "embedded" ? embeddedSettings : {}),
    ...window,
    ...table.settings,
  };
}

/** Puts a table's expiry right when a folder that one kind of clock has written is opened with the other. */
export function alterExpiryStatement(
  table: AnyTable,
  deployment: Deployment,
  hasTtl: boolean,
): string | undefined {
  const wanted = table.expiresAt !== undefined && deployment.expiry === "engine";
  if (wanted === hasTtl || table.expiresAt === undefined) return undefined;
  const change = wanted
    ? `MODIFY TTL ${table.expiresAt} SETTINGS materialize_ttl_after_modify = 0`
    : "REMOVE TTL";
  return `ALTER TABLE ${onEveryNode(table.name, deployment)} ${change}`;
}

/** The name under which a statement about stored parts (ALTER, TRUNCATE, DELETE) reaches all of them. */
export function onEveryNode(name: string, { kind }: Pick<Deployment, "kind">): string {
  return kind === "cluster" ? `${name}_local ON CLUSTER '{cluster}'` : name;
}

/** The table that holds the parts, as `system.tables` and `system.parts` name it. */
export function storedName(name: string, { kind }: Pick<Deployment, "kind">): string {
  return kind === "cluster" ? `${name}_local` : name;
}

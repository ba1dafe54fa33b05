// Brings the telemetry schema up to this version when a store is opened, and refuses a newer one.
import type { Executor } from "./driver.ts";
import { TelemetryError } from "../telemetry.ts";
import {
  addColumnStatements,
  addIndexStatement,
  alterExpiryStatement,
  createTableStatements,
  storedName,
} from "./render-schema.ts";
import type { AnyTable, Deployment } from "./render-schema.ts";
import { defineTable } from "./table.ts";
import { arrivalIndex } from "./tables/log-events.ts";

/** Statements that can be run again when a crash came between them and the note that they were run. */
interface Migration {
  readonly version: number;
  /** Groups that may run side by side, each in its order. */
  readonly groups: (
    tables: Readonly<Record<string, AnyTable>>,
    deployment: Deployment,
  ) => readonly (readonly string[])[];
}

/** Append to this list; what has been released is never changed. */
const migrations: readonly Migration[] = [
  {
    version: 1,
    groups: (tables, deployment) =>
      Object.values(tables).map((table) => createTableStatements(table, deployment)),
  },
  { version: 2, groups: added("metric_arrivals") },
  { version: 3, groups: withColumns("log_events", ["transformed", "unmasked"]) },
  { version: 4, groups: added("log_events_sealed") },
  { version: 5, groups: added("log_events_sealed_blocks") },
  { version: 6, groups: added("otlp_series", "otlp_samples") },
  { version: 7, groups: withIndex(arrivalIndex, ["log_events", "log_events_sealed"]) },
];

/** Columns that a table of an earlier version lacks. */
function withColumns(name: string, columns: readonly string[]): Migration["groups"] {
  return (tables, deployment) => {
    const table = tables[name];
    return table === undefined ? [] : [addColumnStatements(table, columns, deployment)];
  };
}

/** An index that tables of an earlier version lack. */
function withIndex(index: string, names: readonly string[]): Migration["groups"] {
  return (tables, deployment) =>
    names.flatMap((name) => {
      const table = tables[name];
      return table === undefined ? [] : [[addIndexStatement(table, index, deployment)]];
    });
}

/** Tables that stores of an earlier version lack; those of this version have them already. */
function added(...names: readonly string[]): Migration["groups"] {
  return (tables, deployment) =>
    names.flatMap((name) => {
      const table = tables[name];
      return table === undefined ? [] : [createTableStatements(table, deployment)];
    });
}

const schemaVersions = defineTable({
  name: "schema_versions",
  columns: { version: { type: "UInt32" } },
  engine: "MergeTree",
  partitionBy: "tuple()",
  orderBy: "version",
  shardBy: "version",
});

/** Every statement that a new store of this version runs. */
export function schemaStatements(
  tables: Readonly<Record<string, AnyTable>>,
  deployment: Deployment,
): readonly string[] {
  return [
    ...createTableStatements(schemaVersions, deployment),
    ...migrations.flatMap(({ groups }) => groups(tables, deployment).flat()),
  ];
}

/** @throws TelemetryError `Unavailable` when a newer version has written the store. */
export async function migrate(
  executor: Executor,
  tables: Readonly<Record<string, AnyTable>>,
  deployment: Deployment,
): Promise<void> {
  for (const statement of createTableStatements(schemaVersions, deployment))
    await executor.execute(statement);
  const [stored] = await executor.rows("SELECT max(version) AS version FROM schema_versions");
  const current = Number(stored?.["version"] ?? 0);
  const known = migrations.at(-1)?.version ?? 0;
  if (current > known) {
    throw new TelemetryError(
      "Unavailable",
      `the telemetry store has schema version ${current} and this program knows ${known}: ` +
        "a newer Groundwatch has written it; start that one, or choose another data folder",
    );
  }
  for (const { version, groups } of migrations.filter(({ version }) => version > current)) {
    await Promise.all(groups(tables, deployment).map((statements) => inOrder(executor, statements)));
    await executor.execute(`INSERT INTO schema_versions SELECT toUInt32(${version})`);
  }
  if (current > 0) await settleExpiry(executor, tables, deployment);
}

async function inOrder(executor: Executor, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await executor.execute(statement);
}

async function settleExpiry(
  executor: Executor,
  tables: Readonly<Record<string, AnyTable>>,
  deployment: Deployment,
): Promise<void> {
  const stored = await executor.rows(
    "SELECT name, engine_full LIKE '% TTL %' AS expires FROM system.tables " +
      "WHERE database = currentDatabase()",
  );
  const expires = new Map(stored.map(({ name, expires }) => [String(name), Number(expires) === 1]));
  for (const table of Object.values(tables)) {
    const hasTtl = expires.get(storedName(table.name, deployment)) ?? false;
    const statement = alterExpiryStatement(table, deployment, hasTtl);
    if (statement !== undefined) await executor.execute(statement);
  }
}

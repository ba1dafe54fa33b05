// The DDL of every table for each deployment: what it says, and that ClickHouse can read it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineConfig } from "./engine/config.ts";
import { startEngine } from "./engine/engine-host.ts";
import type { EngineHost } from "./engine/engine-host.ts";
import { schemaStatements } from "./migrate.ts";
import {
  addColumnStatements,
  addIndexStatement,
  alterExpiryStatement,
  createTableStatements,
  onEveryNode,
} from "./render-schema.ts";
import { contractTables } from "./testing/contract-tables.ts";
import { tables } from "./tables.ts";
import { arrivalIndex } from "./tables/log-events.ts";

const [daily = ""] = createTableStatements(contractTables.daily, { kind: "embedded", expiry: "engine" });

describe("embedded", () => {
  test("is a MergeTree that syncs, remembers tokens and expires", () => {
    expect(daily).toBe(`CREATE TABLE IF NOT EXISTS daily (
  writer UInt32 CODEC(ZSTD(1)),
  timestamp DateTime64(3) CODEC(ZSTD(1)),
  sequence UInt64 CODEC(ZSTD(1))
)
ENGINE = MergeTree()
PARTITION BY toDate(timestamp)
ORDER BY (writer, sequence)
TTL toDateTime(timestamp) + toIntervalDay(10)
SETTINGS ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1, \
min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 30, auto_statistics_types = '', \
merge_selector_base = 10, non_replicated_deduplication_window = 1000`);
  });

  test("has no TTL when the caller's clock decides", () => {
    const [statement] = createTableStatements(contractTables.daily, { kind: "embedded", expiry: "caller" });
    expect(statement).not.toContain("TTL toDateTime");
  });

  test("changes over between the two", () => {
    const alter = (expiry: "engine" | "caller", hasTtl: boolean) =>
      alterExpiryStatement(contractTables.daily, { kind: "embedded", expiry }, hasTtl);
    expect(alter("engine", true)).toBeUndefined();
    expect(alter("caller", false)).toBeUndefined();
    expect(alter("caller", true)).toBe("ALTER TABLE daily REMOVE TTL");
    expect(alter("engine", false)).toMatch(/^ALTER TABLE daily MODIFY TTL toDateTime/);
  });
});

describe("cluster", () => {
  const cluster = { kind: "cluster", expiry: "engine" } as const;

  test("is a replicated table on every node and one over all shards", () => {
    const [local, distributed] = createTableStatements(contractTables.registry, cluster);
    expect(local).toContain("CREATE TABLE IF NOT EXISTS registry_local ON CLUSTER '{cluster}'");
    expect(local).toContain(
      "ENGINE = ReplicatedReplacingMergeTree(" +
        "'/clickhouse/tables/{shard}/{database}/registry', '{replica}', seen_at)",
    );
    expect(local).toContain("replicated_deduplication_window = 1000");
    expect(local).not.toContain("fsync");
    expect(distributed).toBe(
      "CREATE TABLE IF NOT EXISTS registry ON CLUSTER '{cluster}' AS registry_local " +
        "ENGINE = Distributed('{cluster}', currentDatabase(), registry_local, cityHash64(name))",
    );
  });

  test("is altered on every node", () => {
    expect(onEveryNode("registry", cluster)).toBe("registry_local ON CLUSTER '{cluster}'");
    expect(alterExpiryStatement(contractTables.registry, { ...cluster, expiry: "caller" }, true)).toBe(
      "ALTER TABLE registry_local ON CLUSTER '{cluster}' REMOVE TTL",
    );
  });
});

describe("the tables of the services", () => {
  let folder: string;
  let engine: EngineHost;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "groundwatch-schema-"));
    await writeFile(join(folder, "engine.xml"), engineConfig());
    engine = startEngine({ folder: join(folder, "engine"), configFile: join(folder, "engine.xml") });
  });
  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  test("every statement of a cluster is read by ClickHouse", async () => {
    const statements = schemaStatements(tables, { kind: "cluster", expiry: "engine" });
    const created = new Set(statements.filter((statement) => statement.startsWith("CREATE")));
    expect(created.size).toBe(2 * (Object.keys(tables).length + 1));
    for (const statement of statements) {
      const tree = await engine.run("query", "parse", `EXPLAIN AST ${statement}`);
      expect(tree.toString()).toMatch(/CreateQuery|AlterQuery/);
    }
  });

  test("a table of an earlier version gets the columns that it lacks, however often", async () => {
    const { transformed: _transformed, unmasked: _unmasked, ...columns } = tables.log_events.columns;
    const older = { ...tables.log_events, name: "older_events", columns };
    const newer = { ...tables.log_events, name: "older_events" };
    const server = { kind: "server", expiry: "engine" } as const;
    const added = addColumnStatements(newer, ["transformed", "unmasked"], server);
    for (const statement of [...createTableStatements(older, server), ...added, ...added]) {
      await engine.run("query", "change", statement);
    }
    const names = "SELECT groupArray(name) FROM system.columns WHERE table = 'older_events'";
    const found = await engine.run("query", "names", names);
    for (const name of Object.keys(newer.columns)) expect(found.toString()).toContain(name);
    await engine.run("query", "drop", "DROP TABLE older_events");
  });

  test("a table of an earlier version gets an index that it lacks, however often", async () => {
    const server = { kind: "server", expiry: "engine" } as const;
    const older = { ...tables.log_events, name: "unindexed_events", indexes: [] };
    const added = addIndexStatement(older, arrivalIndex, server);
    for (const statement of [...createTableStatements(older, server), added, added]) {
      await engine.run("query", "change", statement);
    }
    const found = await engine.run(
      "query",
      "indexes",
      "SELECT groupArray((name, expr, type)) FROM system.data_skipping_indices " +
        "WHERE table = 'unindexed_events'",
    );
    expect(found.toString()).toContain('[["arrivals","sequence","minmax"]]');
    await engine.run("query", "drop", "DROP TABLE unindexed_events");
  });

  test("every statement of a server runs", async () => {
    for (const statement of schemaStatements(tables, { kind: "server", expiry: "engine" })) {
      await engine.run("query", "create", statement);
    }
    const count = await engine.run(
      "query",
      "count",
      "SELECT count() FROM system.tables WHERE database = 'default'",
    );
    expect(count.toString()).toContain(String(Object.keys(tables).length + 1));
  });
});

// The telemetry port over any driver: schema, group commit, bounds, expiry and truncation are the same for
// all.
import { begin } from "../../core/begin.ts";
import { renderSql } from "../../core/sql.ts";
import type { Sql } from "../../core/sql.ts";
import { TelemetryError } from "../telemetry.ts";
import type { QueryOptions, Telemetry } from "../telemetry.ts";
import type { Driver, Executor, SealBatch, StatementBounds } from "./driver.ts";
import { createExpiry } from "./expire.ts";
import { createGroupCommit } from "./group-commit.ts";
import { telemetryLimits } from "./limits.ts";
import { jsonLines as rowsOf } from "./json-lines.ts";
import { measuredQuery } from "./measured-query.ts";
import { migrate } from "./migrate.ts";
import { onEveryNode } from "./render-schema.ts";
import type { AnyTable, Deployment } from "./render-schema.ts";

export function createTelemetry(
  driver: Driver,
  tables: Readonly<Record<string, AnyTable>>,
  deployment: Deployment,
): Telemetry {
  const maintenance = boundsOf({ timeoutMs: telemetryLimits.insertTimeoutMs });
  const executor = {
    rows: async (text: string) =>
      rowsOf(await driver.query(text, maintenance)) as readonly Record<string, unknown>[],
    execute: (text: string) => driver.execute(text, maintenance),
  };
  const ready = driver.opened.then(() => migrate(executor, tables, deployment));
  ready.catch(() => undefined);
  const send = async (seal: SealBatch) => {
    await ready;
    await driver.insert(seal);
  };
  const commit = createGroupCommit(tables, send, driver.pace);
  const gate = createGate(ready);
  const expiry = createExpiry(executor, Object.values(tables), deployment);

  return {
    ready: () => ready,
    // No async function: those hold on to what they were called with until they end.
    append: (table, columns) =>
      begin(() => {
        gate.assertOpen();
        expiry.changed();
        return commit.append(table, columns);
      }),
    query: <Row>(statement: Sql, options?: QueryOptions) =>
      gate.pass(() => answer<Row>(driver, renderSql(statement), options)),
    execute: (statement, options) =>
      gate.pass(async () => {
        expiry.changed();
        await driver.execute(renderSql(statement), boundsOf(options));
      }),
    truncate: () =>
      gate.pass(async () => {
        await commit.drain();
        await driver.discard();
        const filled = await filledTables(executor, tables, deployment);
        await Promise.all(
          filled.map((name) => executor.execute(`TRUNCATE TABLE IF EXISTS ${onEveryNode(name, deployment)}`)),
        );
      }),
    expire: (now) => gate.pass(() => expiry.run(now)),
    statistics() {
      const { rows, bytes } = commit.waiting();
      const insertedRows = commit.insertedRows();
      return { waitingRows: rows, waitingBytes: bytes, insertedRows, ...driver.statistics() };
    },
    async close() {
      if (!gate.shut()) return;
      await commit.drain();
      await driver.close();
    },
  };
}

/** To empty a table takes the engine milliseconds, also when there is nothing in it. */
async function filledTables(
  executor: Executor,
  tables: Readonly<Record<string, AnyTable>>,
  { kind }: Deployment,
): Promise<readonly string[]> {
  const names = Object.values(tables).map(({ name }) => name);
  if (kind === "cluster") return names; // what the other nodes have is not known here
  const found = await executor.rows(
    "SELECT DISTINCT table FROM system.parts WHERE database = currentDatabase() AND active",
  );
  const filled = new Set(found.map(({ table }) => table));
  return names.filter((name) => filled.has(name));
}

async function answer<Row>(
  driver: Driver,
  text: string,
  options: QueryOptions = {},
): Promise<readonly Row[]> {
  const bounds = boundsOf(options);
  const isMeasured = (options.onCost ?? options.onProgress) !== undefined;
  if (isMeasured) return measuredQuery<Row>(driver, text, bounds, options);
  return rowsOf(await driver.query(text, bounds)) as readonly Row[];
}

/** Lets a bounded number of statements in once the store is ready, and none after it was closed. */
function createGate(ready: Promise<void>) {
  let inside = 0;
  let open = true;
  const assertOpen = () => {
    if (!open) throw new TelemetryError("Unavailable", "the telemetry store is closed");
  };
  return {
    assertOpen,
    async pass<Result>(work: () => Promise<Result>): Promise<Result> {
      assertOpen();
      if (inside >= telemetryLimits.waitingQueries) {
        throw new TelemetryError("Overloaded", `${inside} statements are waiting already`);
      }
      inside += 1;
      try {
        await ready;
        return await work();
      } finally {
        inside -= 1;
      }
    },
    /** Whether this call shut it. */
    shut(): boolean {
      const wasOpen = open;
      open = false;
      return wasOpen;
    },
  };
}

function boundsOf(options: QueryOptions = {}): StatementBounds {
  return {
    timeoutMs: options.timeoutMs ?? telemetryLimits.queryTimeoutMs,
    maxRows: options.maxRows ?? telemetryLimits.queryRows,
    maxResultBytes: options.maxResultBytes ?? telemetryLimits.queryResultBytes,
    maxMemoryBytes: telemetryLimits.queryMemoryBytes,
    signal: options.signal,
  };
}

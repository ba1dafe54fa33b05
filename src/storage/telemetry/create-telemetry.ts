// The telemetry port over any driver: schema, group commit, bounds, expiry and truncation are the same for all.
import { renderSql } from "../../core/sql.ts";
import { TelemetryError } from "../telemetry.ts";
import type { QueryOptions, Telemetry } from "../telemetry.ts";
import type { Driver, StatementBounds } from "./driver.ts";
import { expire } from "./expire.ts";
import { createGroupCommit } from "./group-commit.ts";
import { telemetryLimits } from "./limits.ts";
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
    rows: async (text: string) => rowsOf<Record<string, unknown>>(await driver.query(text, maintenance)),
    execute: (text: string) => driver.execute(text, maintenance),
  };
  const ready = driver.opened.then(() => migrate(executor, tables, deployment));
  ready.catch(() => undefined);
  const commit = createGroupCommit(tables, async (insert) => {
    await ready;
    await driver.insert(insert);
  });
  let runningStatements = 0;
  let closed = false;

  async function bounded<Result>(work: () => Promise<Result>): Promise<Result> {
    assertOpen();
    if (runningStatements >= telemetryLimits.waitingQueries) {
      throw new TelemetryError("Overloaded", `${runningStatements} statements are waiting already`);
    }
    runningStatements += 1;
    try {
      await ready;
      return await work();
    } finally {
      runningStatements -= 1;
    }
  }

  function assertOpen(): void {
    if (closed) throw new TelemetryError("Unavailable", "the telemetry store is closed");
  }

  return {
    ready: () => ready,
    async append(table, columns) {
      assertOpen();
      await commit.append(table, columns);
    },
    query: <Row>(statement: Parameters<Telemetry["query"]>[0], options?: QueryOptions) =>
      bounded(async () => rowsOf<Row>(await driver.query(renderSql(statement), boundsOf(options)))),
    execute: (statement, options) => bounded(() => driver.execute(renderSql(statement), boundsOf(options))),
    truncate: () =>
      bounded(async () => {
        await commit.drain();
        await Promise.all(
          Object.values(tables).map(({ name }) =>
            driver.execute(`TRUNCATE TABLE IF EXISTS ${onEveryNode(name, deployment)}`, maintenance),
          ),
        );
      }),
    expire: (now) => bounded(() => expire(executor, Object.values(tables), deployment, now)),
    statistics() {
      const { rows, bytes } = commit.waiting();
      const insertedRows = commit.insertedRows();
      return { waitingRows: rows, waitingBytes: bytes, insertedRows, ...driver.statistics() };
    },
    async close() {
      if (closed) return;
      closed = true;
      await commit.drain();
      await driver.close();
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

function rowsOf<Row>(body: Buffer): readonly Row[] {
  return body.length === 0 ? [] : (JSON.parse(body.toString()) as readonly Row[]);
}

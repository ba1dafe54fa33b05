// The telemetry port: columns in, SQL out. Implementations: the embedded engine and a ClickHouse cluster.
import type { Sql } from "../core/sql.ts";
import type { ColumnsOf, TableName } from "./telemetry/tables.ts";

/** Bounds of one query; the defaults are in `telemetry/limits.ts`. */
export interface QueryOptions {
  readonly timeoutMs?: number;
  readonly maxRows?: number;
  readonly maxResultBytes?: number;
  /** Aborting cancels the query inside the engine. */
  readonly signal?: AbortSignal;
  /** Is told what a query that was answered has cost; asking makes the answer some bytes a row longer. */
  readonly onCost?: (cost: StatementCost) => void;
  /** Is told now and then what a query has read that goes on; a quick one says nothing. */
  readonly onProgress?: (progress: Pick<StatementCost, "rowsRead" | "bytesRead">) => void;
}

/** What the engine did for one query. */
export interface StatementCost {
  readonly rowsRead: number;
  /** As they are in memory, that is without compression. */
  readonly bytesRead: number;
  readonly engineMs: number;
  /** Looked up five times a second while the query runs; undefined for one that ended sooner. */
  readonly memoryPeakBytes: number | undefined;
}

export interface TelemetryStatistics {
  readonly waitingRows: number;
  readonly waitingBytes: number;
  readonly insertedRows: number;
  /** Acknowledged and on the disk, and not yet in the engine. */
  readonly journalRows: number;
  readonly journalBytes: number;
  readonly engineRestarts: number;
  readonly engineResidentBytes: number;
}

export interface Telemetry {
  /**
   * Resolves when the store is open and its schema is current; every other call waits for that by itself.
   * Rejects when it cannot be opened: a newer schema, a folder in use, read-only or full.
   */
  ready(): Promise<void>;
  /**
   * Resolves when the rows are durable and visible to every later query; rejects with `TelemetryError`
   * otherwise.
   */
  append<Name extends TableName>(table: Name, columns: ColumnsOf<Name>): Promise<void>;
  /**
   * Runs one SELECT, given without FORMAT. 64-bit integers arrive as strings, NaN and the infinities as
   * "nan", "inf" and "-inf", DateTime64 as selected (select epoch milliseconds).
   */
  query<Row>(statement: Sql, options?: QueryOptions): Promise<readonly Row[]>;
  /** Runs one INSERT ... SELECT, DELETE or other statement without rows. */
  execute(statement: Sql, options?: QueryOptions): Promise<void>;
  /** Drops every row of every table, in the background of what else runs. */
  truncate(): Promise<void>;
  /**
   * Drops what has expired at the instant `now`, in whole partitions (a day, for most tables), so reads still
   * apply retention. A store that is opened with `expiry: "caller"` drops nothing by itself.
   */
  expire(now: number): Promise<void>;
  statistics(): TelemetryStatistics;
  close(): Promise<void>;
}

export type TelemetryProblem =
  | "Timeout"
  | "Cancelled"
  | "MemoryLimit"
  | "ResultTooLarge"
  | "Overloaded"
  | "DiskFull"
  | "ReadOnly"
  | "Unavailable"
  | "InvalidQuery";

/** Why a telemetry call failed; `problem` is for decisions, the message for people. */
export class TelemetryError extends Error {
  readonly problem: TelemetryProblem;
  constructor(problem: TelemetryProblem, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "TelemetryError";
    this.problem = problem;
  }
}

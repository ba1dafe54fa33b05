// What differs between the embedded engine and a ClickHouse server: carrying blocks and statements to it.
import type { TelemetryStatistics } from "../telemetry.ts";
import type { Pace } from "./permits.ts";

/** One INSERT of a whole batch. */
export interface BlockInsert {
  readonly table: string;
  readonly columns: readonly string[];
  /** The types of the columns in the block, for readers that must be told. */
  readonly structure: string;
  readonly block: Buffer;
  readonly rows: number;
  /** The same token again stores nothing again, also when the first attempt was stored in part. */
  readonly token: string;
}

/** Ends a batch, which takes rows until it is called; call it once at most. */
export type SealBatch = () => BlockInsert;

/** The bounds of one statement, all of them set. */
export interface StatementBounds {
  readonly timeoutMs: number;
  readonly maxRows: number;
  readonly maxResultBytes: number;
  readonly maxMemoryBytes: number;
  readonly signal: AbortSignal | undefined;
  /** Rows come as `{"row":...}`, with `{"progress":...}` among them. */
  readonly withProgress?: boolean;
}

export type DriverStatistics = Pick<
  TelemetryStatistics,
  "engineRestarts" | "engineResidentBytes" | "journalRows" | "journalBytes"
>;

/** Every failure is a `TelemetryError`. */
export interface Driver {
  /** Resolves when the engine takes statements. */
  readonly opened: Promise<void>;
  /** How often a table may be given rows; undefined where whoever takes them says when, by `SealBatch`. */
  readonly pace: Pace | undefined;
  /**
   * Resolves when the rows are durable and every later statement sees them; sends again by itself as long as
   * that can help.
   */
  insert(seal: SealBatch): Promise<void>;
  /** Resolves when rows that were inserted before, and that no statement can see yet, are no more. */
  discard(): Promise<void>;
  /** Answers a SELECT with a JSON object per line, in a buffer that the caller may change. */
  query(text: string, bounds: StatementBounds): Promise<Buffer>;
  execute(text: string, bounds: StatementBounds): Promise<void>;
  statistics(): DriverStatistics;
  close(): Promise<void>;
}

/** Statements of the store itself, with the bounds that it gives them. */
export interface Executor {
  rows(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  execute(text: string): Promise<void>;
}

// What a telemetry table is: one description, rendered as embedded and as cluster DDL and used to type its
// rows.
import type { TextColumn } from "./text-column.ts";

/**
 * The column types in use and the values a caller hands over for each; every instant is epoch milliseconds.
 */
export interface ColumnValues {
  UInt8: number;
  UInt16: number;
  UInt32: number;
  UInt64: bigint;
  Float32: number;
  Float64: number;
  DateTime: number;
  "DateTime64(3)": number;
  /** Epoch milliseconds with a fraction: microseconds are kept. */
  "DateTime64(6)": number;
  /** Bytes are stored as they are. */
  String: string | Uint8Array;
  "LowCardinality(String)": string;
  "Array(String)": readonly string[];
  "Array(UInt32)": readonly number[];
  "Map(LowCardinality(String), String)": Readonly<Record<string, string>>;
  "Map(LowCardinality(String), Float64)": Readonly<Record<string, number>>;
  /** A histogram: bucket to count. */
  "Map(Int16, Float64)": ReadonlyMap<number, number>;
}

export type ColumnType = keyof ColumnValues;

export interface ColumnDefinition {
  readonly type: ColumnType;
  /** Default `ZSTD(1)`. */
  readonly codec?: string;
}

export interface TableDefinition<Columns extends Readonly<Record<string, ColumnDefinition>>> {
  readonly name: string;
  readonly columns: Columns;
  /** Expressions over columns, computed by the engine at insert and never supplied. */
  readonly materialized?: Readonly<Record<string, { readonly type: string; readonly expression: string }>>;
  readonly indexes?: readonly string[];
  readonly engine: "MergeTree" | "ReplacingMergeTree" | "AggregatingMergeTree";
  /** The version column of a ReplacingMergeTree. */
  readonly versionColumn?: string;
  readonly partitionBy: string;
  readonly orderBy: string;
  /** An expression that gives the DateTime at which a row expires. */
  readonly expiresAt?: string;
  readonly settings?: Readonly<Record<string, number>>;
  /** The cluster's sharding expression. */
  readonly shardBy: string;
}

export function defineTable<const Columns extends Readonly<Record<string, ColumnDefinition>>>(
  definition: TableDefinition<Columns>,
): TableDefinition<Columns> {
  return definition;
}

/** The values of a column, whatever they are. */
export type Column = ArrayLike<unknown> | TextColumn;

/** Texts may be encoded already. */
type ColumnOf<Type extends ColumnType> =
  | ArrayLike<ColumnValues[Type]>
  | (Type extends "String" ? TextColumn : never);

/** The rows to append, column by column; all columns have the same length. */
export type ColumnsFor<Definition> =
  Definition extends TableDefinition<infer Columns>
    ? { readonly [Name in keyof Columns]: ColumnOf<Columns[Name]["type"]> }
    : never;

// What the pipeline knows of the rows of `pattern`, which take the place of the events.
import type { TimeSpan } from "./event-conditions.ts";
import type { OrderKey } from "./row-order.ts";
import type { ValueType } from "./value.ts";

/** A column of rows that take the place of the events. */
export interface ReplacedColumn {
  readonly name: string;
  readonly column: string;
  readonly type: ValueType;
  readonly nullable?: boolean;
}

/** Rows that take the place of the events. */
export interface ReplacedRows {
  readonly columns: readonly ReplacedColumn[];
  readonly order: readonly OrderKey[];
  readonly patterns?: PatternStage;
}

/** The rows of `pattern`, which a later command may still make others of. */
export interface PatternStage {
  readonly order: readonly OrderKey[];
  compareWith(earlier: TimeSpan): readonly ReplacedColumn[];
  findAnomalies(): readonly ReplacedColumn[];
}

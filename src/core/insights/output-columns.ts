// The columns that a query shows, and what it groups rows by.
import type { PeriodLiteral } from "./query-tree.ts";
import { mayBeMissing, type Value } from "./value.ts";

export interface OutputColumn {
  readonly name: string;
  readonly value: Value;
}

/** What rows are grouped by; `period` is that of `bin()`. */
export interface GroupKey extends OutputColumn {
  readonly period?: PeriodLiteral;
}

/** A group that some rows are not grouped by. */
export const mayBeAbsent = ({ name, value }: GroupKey): GroupKey => ({ name, value: mayBeMissing(value) });

// What a query is compiled against: the groups, their streams, the span of time, and the instant "now".
import type { DataSource } from "../logs/data-source.ts";
import type { Sql } from "../sql.ts";
import type { Source } from "./query-tree.ts";
import type { RegexProblem } from "./regexes.ts";

export interface ScopeGroup {
  readonly id: number;
  readonly account: string;
  readonly name: string;
  readonly region?: string;
  readonly dataSource?: DataSource | undefined;
  /** Events before this instant are past the group's retention. */
  readonly visibleFrom: number;
  /** Set when some events of the group may have a transformed form, in which their fields are found. */
  readonly isTransformed?: boolean;
  /** What the group's own index policies have indexed, besides the fields that every group indexes. */
  readonly indexes?: readonly ScopeIndex[];
}

/** Events that arrived from `from` on and before `until` have it in their index; epoch milliseconds. */
export interface ScopeIndex {
  readonly name: string;
  readonly from: number;
  readonly until?: number;
}

/** The events that a query reads. */
export interface EventScope {
  readonly logGroups: readonly ScopeGroup[];
  /** The streams that events may be in; needed only by queries for which `mentionsLogStream` says so. */
  readonly streams: readonly { readonly id: number; readonly name: string }[];
  /** Epoch milliseconds; both ends belong to it. */
  readonly from: number;
  readonly to: number;
  /** Set while events of a group may be stored twice, because its retention is being changed. */
  readonly takeOnce: boolean;
  /** What stands behind FROM in the place of the table of log events. */
  readonly source?: Sql;
  /**
   * The same without the texts. Set where events are stored in blocks: both have the columns `first_at` and
   * `last_at`, the times of the first and the last event of the block that an event is in.
   */
  readonly places?: Sql;
}

export interface QueryScope extends EventScope {
  /** When the query was started; epoch milliseconds. */
  readonly now: number;
  /** How many rows are answered at most when the query has no `limit`. */
  readonly limit: number;
  readonly regexProblem: RegexProblem;
  /** The groups that the SOURCE of a query inside the query means. */
  readonly groupsOfSource: (source: Source) => readonly ScopeGroup[];
  readonly lookupTables: ReadonlyMap<string, LookupTable>;
}

/** A table for `lookup`: all cells are texts, the empty ones too. */
export interface LookupTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

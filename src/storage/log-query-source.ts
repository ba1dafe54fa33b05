// The port to the queries of logs that alarms run.
import type { LogQueryRow } from "../core/alarms/log-alarm.ts";
import type { AlarmWorld } from "./alarms.ts";

export interface LogQueryQuestion {
  readonly world: AlarmWorld;
  readonly queryString: string;
  readonly logGroupIdentifiers: readonly string[];
  /** Events from here on and before there; epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** As many rows as there may be unless given. */
  readonly limit?: number;
}

/** `problem` when the query cannot be run: it is wrong, a log group is not there, or it takes too long. */
export type LogQueryAnswer = { readonly rows: readonly LogQueryRow[] } | { readonly problem: string };

export type LogQuerySource = (question: LogQueryQuestion) => Promise<LogQueryAnswer>;

// Which rows of the table of log events a query reads.
import { joinSql, sql, type Sql } from "../sql.ts";
import type { EventScope } from "./scope.ts";

export type TimeSpan = Pick<EventScope, "from" | "to">;

/** Which rows of the table belong to the scope; of the spans of time, its own unless others are given. */
export function eventConditions(scope: EventScope, spans: readonly TimeSpan[] = [scope]): readonly Sql[] {
  const { logGroups, places } = scope;
  const from = Math.min(...spans.map((span) => span.from));
  const to = Math.max(...spans.map((span) => span.to));
  const blocks = [sql`last_at >= ${instant(from)}`, sql`first_at <= ${instant(to)}`];
  const visible = logGroups.filter(({ visibleFrom }) => visibleFrom > from);
  return [
    ofGroups(logGroups.map(({ id }) => id)),
    sql`timestamp >= ${instant(from)}`,
    sql`timestamp <= ${instant(to)}`,
    ...(places === undefined ? [] : blocks),
    ...(spans.length === 1 ? [] : [sql`(${joinSql(spans.map(within), " OR ")})`]),
    ...visible.map(({ id, visibleFrom }) => sql`(group_id != ${id} OR timestamp >= ${instant(visibleFrom)})`),
  ];
}

/** With an equality the engine knows the rows to be in the order of time, and reads the newest alone. */
const ofGroups = ([first = 0, ...others]: readonly number[]): Sql =>
  others.length === 0 ? sql`group_id = ${first}` : sql`group_id IN ${[first, ...others]}`;

const within = ({ from, to }: TimeSpan): Sql =>
  sql`(timestamp >= ${instant(from)} AND timestamp <= ${instant(to)})`;

function instant(epochMs: number): Sql {
  const latest = 9_000_000_000_000;
  return sql`fromUnixTimestamp64Milli(${BigInt(Math.trunc(Math.min(Math.max(epochMs, 0), latest)))})`;
}

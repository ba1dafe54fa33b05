// Where log events are selected from: their table, or with it the sealed events of groups that have a key.
import { joinSql, rawSql, sql, type Sql } from "../../core/sql.ts";
import type { KeyUnavailableError } from "../encryption/key-errors.ts";
import type { QueryOptions, Telemetry } from "../telemetry.ts";
import { openingFunction, splitTexts } from "./sealed-texts.ts";

/** Opened, for as long as a statement is being made. */
export interface OpenDataKey {
  readonly id: number;
  readonly plain: Buffer;
}

export interface LogEventSource {
  /** Stands behind FROM, and has the columns of the table `log_events` under its name. */
  readonly table: Sql;
  /** Data keys that cannot be used: events that they have sealed are not in `table`. */
  readonly unavailable: readonly { readonly dataKeyId: number; readonly problem: KeyUnavailableError }[];
}

/** Of groups that never had a key. */
export const plainLogEvents: LogEventSource = { table: rawSql("log_events"), unavailable: [] };

const ownColumns = rawSql("group_id, stream_id, timestamp, sequence, ingested_at, retention_days");

/**
 * The engine opens what it reads, so that conditions, limits and aggregations work as on plain events;
 * what no command asks for is not opened. The conditions of the statement around it reach both tables. Keys
 * stand in the statement, which is never written down; the engine hides them in its messages.
 * https://clickhouse.com/docs/sql-reference/functions/encryption-functions#trydecrypt
 */
export function sealedLogEvents(
  groupIds: readonly number[],
  open: readonly OpenDataKey[],
  unavailable: LogEventSource["unavailable"],
): LogEventSource {
  if (open.length === 0) return { table: plainLogEvents.table, unavailable };
  const ids = open.map(({ id }) => id);
  const texts = Object.entries(splitTexts(rawSql("whole"))).map(
    ([column, text]) => sql`${text} AS ${rawSql(column)}`,
  );
  const table = sql`(
    SELECT ${ownColumns}, message, transformed, unmasked, indexed FROM log_events
    UNION ALL
    SELECT ${ownColumns}, ${joinSql(texts, ", ")}
    FROM (
      SELECT ${ownColumns}, ${opened(open)} AS opened,
        throwIf(isNull(opened) AND data_key IN ${ids}, 'a sealed log event is damaged') AS damaged,
        substring(assumeNotNull(opened), 1 + damaged) AS whole
      FROM log_events_sealed WHERE group_id IN ${groupIds} AND data_key IN ${ids}
    )
  ) AS log_events`;
  return { table, unavailable };
}

/**
 * NULL for what these keys cannot open: the engine may try rows of other groups before it looks at the
 * conditions.
 */
function opened(open: readonly OpenDataKey[]): Sql {
  const [nonce, text] = [rawSql("substring(sealed, 1, 12)"), rawSql("substring(sealed, 13)")];
  const values = [sql`'aes-256-gcm'`, text, keyOfRow(open), nonce, rawSql("toString(sequence)")];
  return sql`${rawSql(openingFunction)}(${joinSql(values, ", ")})`;
}

function keyOfRow(open: readonly OpenDataKey[]): Sql {
  const keys = open.map(({ plain }) => sql`unhex(${plain.toString("hex")})`);
  const [first = sql`''`] = keys;
  if (keys.length === 1) return first;
  return sql`transform(data_key, ${open.map(({ id }) => id)}, [${joinSql(keys, ", ")}], ${first})`;
}

/**
 * Events that a read would leave out because their key cannot be used must not be missed in silence.
 * `conditions` are those of the read, on columns that are not sealed.
 * @throws KeyUnavailableError
 */
export async function requireReadable(
  telemetry: Telemetry,
  { unavailable }: LogEventSource,
  conditions: readonly Sql[],
  options?: QueryOptions,
): Promise<void> {
  if (unavailable.length === 0) return;
  const lost = sql`data_key IN ${unavailable.map(({ dataKeyId }) => dataKeyId)}`;
  const [found] = await telemetry.query<{ dataKeyId: number }>(
    sql`SELECT toFloat64(data_key) AS dataKeyId FROM log_events_sealed AS log_events
      WHERE ${joinSql([...conditions, lost], " AND ")} LIMIT 1`,
    options,
  );
  const problem = unavailable.find(({ dataKeyId }) => dataKeyId === found?.dataKeyId)?.problem;
  if (problem !== undefined) throw problem;
}

// Where log events are selected from: their table, or with it the sealed events of groups that have a key.
import { joinSql, rawSql, sql, type Sql } from "../../core/sql.ts";
import type { KeyUnavailableError } from "../encryption/key-errors.ts";
import type { QueryOptions, Telemetry } from "../telemetry.ts";

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

/** The sealed texts, and what stands in front of the sequence number in the context of each. */
export const sealedTexts = { message: "m", transformed: "t", unmasked: "u", indexed: "i" } as const;

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
  const opened = Object.entries(sealedTexts).map(
    ([column, letter]) => sql`${openedText(column, letter, open)} AS ${rawSql(`opened_${column}`)}`,
  );
  const whole = (column: string) => {
    const text = rawSql(`opened_${column}`);
    return sql`if(throwIf(isNull(${text}) AND data_key IN ${ids}, 'a sealed log event is damaged') = 0,
      assumeNotNull(${text}), '')`;
  };
  const table = sql`(
    SELECT ${ownColumns}, message, transformed, unmasked, indexed FROM log_events
    UNION ALL
    SELECT ${ownColumns}, ${whole("message")} AS message, ${whole("transformed")} AS transformed,
      ${whole("unmasked")} AS unmasked,
      CAST(JSONExtract(${whole("indexed")}, 'Map(String, String)') AS Map(LowCardinality(String), String))
        AS indexed
    FROM (
      SELECT ${ownColumns}, data_key, ${joinSql(opened, ", ")}
      FROM log_events_sealed WHERE group_id IN ${groupIds} AND data_key IN ${ids}
    )
  ) AS log_events`;
  return { table, unavailable };
}

/**
 * NULL for what these keys cannot open: the engine may try rows of other groups before it looks at the
 * conditions. An empty text has no nonce, so it borrows one.
 */
function openedText(column: string, letter: string, open: readonly OpenDataKey[]): Sql {
  const text = rawSql(`log_events_sealed.${column}`);
  const nonce = sql`substring(concat(${text}, '000000000000'), 1, 12)`;
  const context = sql`concat(${letter}, toString(log_events_sealed.sequence))`;
  return sql`tryDecrypt('aes-256-gcm', substring(${text}, 13), ${keyOfRow(open)}, ${nonce}, ${context})`;
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

// Where log events are selected from: their table, or with it the sealed events of groups that have a key.
import { joinSql, rawSql, sql, type Sql } from "../../core/sql.ts";
import type { KeyUnavailableError } from "../encryption/key-errors.ts";
import type { QueryOptions, Telemetry } from "../telemetry.ts";
import { unpackFunction } from "./sealed-blocks/unpack-module.ts";
import { openingFunction, splitTexts } from "./sealed-texts.ts";

/** Opened, for as long as a statement is being made. */
export interface OpenDataKey {
  readonly id: number;
  readonly plain: Buffer;
}

export interface LogEventSource {
  /** Stands behind FROM, and has the columns of the table `log_events` under its name. */
  readonly table: Sql;
  /**
   * The same without the texts, which need not be opened then. Set where events are stored in blocks: both
   * have the columns of `blockConditions` too.
   */
  readonly places?: Sql;
  /** Data keys that cannot be used: events that they have sealed are not in `table`. */
  readonly unavailable: readonly { readonly dataKeyId: number; readonly problem: KeyUnavailableError }[];
}

/** Of groups that never had a key. */
export const plainLogEvents: LogEventSource = { table: rawSql("log_events"), unavailable: [] };

const ownColumns = rawSql("group_id, stream_id, timestamp, sequence, ingested_at, retention_days");
const textColumns = rawSql("message, transformed, unmasked, indexed");
/** The names of fields are in a dictionary there, which what is opened does not have. */
const plainTextColumns = rawSql(
  "message, transformed, unmasked, CAST(indexed AS Map(String, String)) AS indexed",
);

/** Of what is stored event by event. */
const ownBlock = rawSql(
  "timestamp AS first_at, timestamp AS last_at, sequence AS first_sequence, sequence AS last_sequence",
);

/** Of the blocks, and of the events in them. */
const blockColumns = rawSql(`group_id, stream_id, ingested_at, retention_days, offsets, data_key,
  timestamp AS first_at, last_at, sequence AS first_sequence,
  sequence + length(offsets) - 1 AS last_sequence`);
const eventsOfBlock = rawSql(`group_id, stream_id,
  fromUnixTimestamp64Milli(toUnixTimestamp64Milli(first_at) + offset) AS timestamp,
  first_sequence + place AS sequence, ingested_at, retention_days,
  first_at, last_at, first_sequence, last_sequence`);
const joinedPlaces = rawSql("offsets AS offset, range(length(offsets)) AS place");

/** Edges of what is wanted, where there are any. Instants are epoch milliseconds, and belong to it. */
export interface BlockSpan {
  readonly from?: number;
  readonly to?: number;
  readonly firstSequence?: bigint;
  readonly lastSequence?: bigint;
}

/** To be added to the conditions on the events: what tells the store which blocks need not be opened. */
export function blockConditions(
  { places }: LogEventSource,
  { from, to, firstSequence, lastSequence }: BlockSpan,
): readonly Sql[] {
  if (places === undefined) return [];
  return [
    ...(from === undefined ? [] : [sql`last_at >= ${instant(from)}`]),
    ...(to === undefined ? [] : [sql`first_at <= ${instant(to)}`]),
    ...(firstSequence === undefined ? [] : [sql`last_sequence >= ${firstSequence}`]),
    ...(lastSequence === undefined ? [] : [sql`first_sequence <= ${lastSequence}`]),
  ];
}

export interface SealedEvents {
  readonly groupIds: readonly number[];
  readonly open: readonly OpenDataKey[];
  readonly unavailable: LogEventSource["unavailable"];
  /** Whether the engine can open blocks; it has none otherwise. */
  readonly hasBlocks: boolean;
}

/**
 * The engine opens what it reads, so that conditions, limits and aggregations work as on plain events;
 * what no command asks for is not opened. The conditions of the statement around it reach all tables. Keys
 * stand in the statement, which is never written down; the engine hides them in its messages.
 * https://clickhouse.com/docs/sql-reference/functions/encryption-functions#trydecrypt
 */
export function sealedLogEvents({ groupIds, open, unavailable, hasBlocks }: SealedEvents): LogEventSource {
  if (open.length === 0) return { table: plainLogEvents.table, unavailable };
  const events = openedEvents(groupIds, open);
  if (!hasBlocks) {
    const plain = sql`SELECT ${ownColumns}, ${plainTextColumns} FROM log_events`;
    return { table: sql`(${plain} UNION ALL ${events}) AS log_events`, unavailable };
  }
  const plain = sql`SELECT ${ownColumns}, ${ownBlock}, ${plainTextColumns} FROM log_events`;
  const sealed = sql`data_key IN ${open.map(({ id }) => id)} AND group_id IN ${groupIds}`;
  return {
    table: sql`(
      ${plain}
      UNION ALL SELECT ${ownColumns}, ${ownBlock}, ${textColumns} FROM (${events})
      UNION ALL ${openedBlocks(groupIds, open)}
    ) AS log_events`,
    places: sql`(
      SELECT ${ownColumns}, ${ownBlock} FROM log_events
      UNION ALL ${sealedPlaces(sealed)}
    ) AS log_events`,
    unavailable,
  };
}

function openedEvents(groupIds: readonly number[], open: readonly OpenDataKey[]): Sql {
  const texts = Object.entries(splitTexts(rawSql("whole"))).map(
    ([column, text]) => sql`${text} AS ${rawSql(column)}`,
  );
  return sql`SELECT ${ownColumns}, ${joinSql(texts, ", ")}
    FROM (SELECT ${ownColumns}, ${whole(open, rawSql("toString(sequence)"))}
      FROM log_events_sealed WHERE ${ofKeys(groupIds, open)})`;
}

function openedBlocks(groupIds: readonly number[], open: readonly OpenDataKey[]): Sql {
  const unpack = rawSql(unpackFunction);
  return sql`SELECT ${eventsOfBlock}, message, transformed, unmasked, fields AS indexed
    FROM (
      SELECT ${blockColumns}, ${whole(open, rawSql("concat('block ', toString(sequence))"))},
        ${unpack}(whole) AS texts
      FROM log_events_sealed_blocks WHERE ${ofKeys(groupIds, open)}
    )
    ARRAY JOIN ${joinedPlaces}, tupleElement(texts, 1) AS message, tupleElement(texts, 2) AS transformed,
      tupleElement(texts, 3) AS unmasked, tupleElement(texts, 4) AS fields`;
}

/** The places of what is sealed, with the data key of each. */
function sealedPlaces(condition: Sql, more = rawSql("")): Sql {
  return sql`SELECT ${ownColumns}, ${ownBlock}${more} FROM log_events_sealed WHERE ${condition}
    UNION ALL SELECT ${eventsOfBlock}${more}
    FROM (SELECT ${blockColumns} FROM log_events_sealed_blocks WHERE ${condition})
    ARRAY JOIN ${joinedPlaces}`;
}

const ofKeys = (groupIds: readonly number[], open: readonly OpenDataKey[]): Sql =>
  sql`group_id IN ${groupIds} AND data_key IN ${open.map(({ id }) => id)}`;

/**
 * What was sealed, as `whole`. NULL for what these keys cannot open, and no error yet: the engine may try
 * rows of other groups before it looks at the conditions.
 */
function whole(open: readonly OpenDataKey[], context: Sql): Sql {
  const [nonce, text] = [rawSql("substring(sealed, 1, 12)"), rawSql("substring(sealed, 13)")];
  const values = [sql`'aes-256-gcm'`, text, keyOfRow(open), nonce, context];
  return sql`${rawSql(openingFunction)}(${joinSql(values, ", ")}) AS opened,
    throwIf(isNull(opened) AND data_key IN ${open.map(({ id }) => id)}, 'a sealed log event is damaged')
      AS damaged,
    substring(assumeNotNull(opened), 1 + damaged) AS whole`;
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
    sql`SELECT toFloat64(data_key) AS dataKeyId
      FROM (${sealedPlaces(lost, rawSql(", data_key"))}) AS log_events
      WHERE ${joinSql(conditions, " AND ")} LIMIT 1`,
    options,
  );
  const problem = unavailable.find(({ dataKeyId }) => dataKeyId === found?.dataKeyId)?.problem;
  if (problem !== undefined) throw problem;
}

function instant(epochMs: number): Sql {
  const latest = 9_000_000_000_000;
  return sql`fromUnixTimestamp64Milli(${BigInt(Math.trunc(Math.min(Math.max(epochMs, 0), latest)))})`;
}

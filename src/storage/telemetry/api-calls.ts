// API calls in telemetry: audit records appended as columns, found again by CloudTrail's look-up attributes.
import type { AuditEntry } from "../../core/audit/record.ts";
import { joinSql, sql, type Sql } from "../../core/sql.ts";
import type { Telemetry } from "../telemetry.ts";
import { createArrivalSequence } from "./arrival-sequence.ts";
import { storableInstant } from "./instants.ts";

const nextSequence = createArrivalSequence();

/** Resolves when the records are stored; `worlds` has the world of each entry. */
export function appendApiCalls(
  telemetry: Telemetry,
  worlds: readonly number[],
  entries: readonly AuditEntry[],
): Promise<void> {
  return telemetry.append("api_calls", {
    world: worlds,
    category: entries.map(({ category }) => category),
    called_at: entries.map(({ calledAt }) => calledAt),
    sequence: entries.map(({ calledAt }) => nextSequence(calledAt)),
    event_id: entries.map(({ eventId }) => eventId),
    event_name: entries.map(({ eventName }) => eventName),
    event_source: entries.map(({ eventSource }) => eventSource),
    read_only: entries.map(({ readOnly }) => (readOnly ? 1 : 0)),
    user_name: entries.map(({ userName }) => userName),
    access_key_id: entries.map(({ accessKeyId }) => accessKeyId),
    resource_types: entries.map(({ resources }) => resources.map(({ type }) => type)),
    resource_names: entries.map(({ resources }) => resources.map(({ name }) => name)),
    record: entries.map(({ record }) => record),
  });
}

/** CloudTrail's look-up attributes: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupAttribute.html */
export type ApiCallAttribute =
  | "AccessKeyId"
  | "EventId"
  | "EventName"
  | "EventSource"
  | "ReadOnly"
  | "ResourceName"
  | "ResourceType"
  | "Username";

/** A place in the order of calls. */
export interface ApiCallPosition {
  /** Epoch milliseconds. */
  readonly calledAt: number;
  /** A 64-bit number, as text. */
  readonly sequence: string;
}

export interface ApiCallQuery {
  readonly world: number;
  /** Both when absent. */
  readonly category?: AuditEntry["category"];
  readonly attributes?: readonly { readonly key: ApiCallAttribute; readonly value: string }[];
  /** Inclusive; epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Continue with what is strictly older. */
  readonly before?: ApiCallPosition;
  readonly limit: number;
}

export interface StoredApiCall extends ApiCallPosition {
  readonly category: AuditEntry["category"];
  readonly eventId: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly readOnly: boolean;
  readonly userName: string;
  readonly accessKeyId: string;
  readonly resourceTypes: readonly string[];
  readonly resourceNames: readonly string[];
  /** The CloudTrail record as JSON. */
  readonly record: string;
}

/** The calls, newest first; fewer than `limit` means that there are no more. */
export async function readApiCalls(
  telemetry: Telemetry,
  query: ApiCallQuery,
): Promise<readonly StoredApiCall[]> {
  // The table is sorted within a category, so that each is read in its order, up to the limit.
  const categories = query.category === undefined ? (["Management", "Data"] as const) : [query.category];
  const pages = await Promise.all(categories.map((category) => readCategory(telemetry, query, category)));
  return pages.length === 1 ? (pages[0] ?? []) : pages.flat().sort(newestFirst).slice(0, query.limit);
}

function newestFirst(left: ApiCallPosition, right: ApiCallPosition): number {
  if (left.calledAt !== right.calledAt) return right.calledAt - left.calledAt;
  return BigInt(left.sequence) < BigInt(right.sequence) ? 1 : -1;
}

/**
 * What many calls have is found in the newest of them, without opening every part of ninety days; what few
 * have costs two searches of little before the one of everything else.
 */
const windowsMs = [86_400_000, 7 * 86_400_000, Number.POSITIVE_INFINITY] as const;

async function readCategory(
  telemetry: Telemetry,
  query: ApiCallQuery,
  category: AuditEntry["category"],
): Promise<readonly StoredApiCall[]> {
  const { limit, before } = query;
  const newest = Math.min(query.to, before?.calledAt ?? query.to);
  const found: StoredApiCall[] = [];
  let to = newest;
  for (const windowMs of windowsMs) {
    const from = Math.max(query.from, newest - windowMs);
    if (to < from) break;
    const range = { ...query, from, to, limit: limit - found.length };
    found.push(...(await readWindow(telemetry, range, category)));
    if (found.length >= limit) break;
    to = from - 1;
  }
  return found;
}

async function readWindow(
  telemetry: Telemetry,
  { world, attributes = [], from, to, before, limit }: ApiCallQuery,
  category: AuditEntry["category"],
): Promise<readonly StoredApiCall[]> {
  const conditions: Sql[] = [
    sql`world = ${world}`,
    sql`category = ${category}`,
    sql`called_at >= fromUnixTimestamp64Milli(${storableInstant(from)})`,
    sql`called_at <= fromUnixTimestamp64Milli(${storableInstant(to)})`,
    ...attributes.map(({ key, value }) => attributeConditions[key](value)),
  ];
  if (before !== undefined) {
    const { calledAt, sequence } = before;
    conditions.push(
      sql`(called_at, sequence) < (fromUnixTimestamp64Milli(${calledAt}), ${BigInt(sequence)})`,
    );
  }
  const rows = await telemetry.query<Omit<StoredApiCall, "readOnly"> & { readOnly: number }>(sql`
    SELECT category, toFloat64(toUnixTimestamp64Milli(called_at)) AS calledAt, sequence,
      event_id AS eventId, event_name AS eventName, event_source AS eventSource, read_only AS readOnly,
      user_name AS userName, access_key_id AS accessKeyId, resource_types AS resourceTypes,
      resource_names AS resourceNames, record
    FROM api_calls
    WHERE ${joinSql(conditions, " AND ")}
    ORDER BY world DESC, category DESC, called_at DESC, sequence DESC
    LIMIT ${limit}`);
  return rows.map((row) => ({ ...row, readOnly: row.readOnly === 1 }));
}

const attributeConditions: Readonly<Record<ApiCallAttribute, (value: string) => Sql>> = {
  AccessKeyId: (value) => sql`access_key_id = ${value}`,
  EventId: (value) => sql`event_id = ${value}`,
  EventName: (value) => sql`event_name = ${value}`,
  EventSource: (value) => sql`event_source = ${value}`,
  ReadOnly: (value) => sql`read_only = ${value === "true"}`,
  ResourceName: (value) => sql`has(resource_names, ${value})`,
  ResourceType: (value) => sql`has(resource_types, ${value})`,
  Username: (value) => sql`user_name = ${value}`,
};

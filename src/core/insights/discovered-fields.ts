// The fields that Logs Insights finds in log events by itself: system fields, JSON, and well-known records.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import { defaultIndexedFields } from "../logs/indexed-fields.ts";
import { isKeptField } from "../logs/kept-fields.ts";
import { missing, type Value } from "./value.ts";
import type { EventScope, ScopeGroup } from "./scope.ts";

/** The columns of an event that every stage passes on as long as no aggregation has taken their place. */
export const eventColumns = [
  "group_id",
  "stream_id",
  "timestamp",
  "sequence",
  "ingested_at",
  "message",
] as const;

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
export function systemField(name: string, scope: EventScope): Value | undefined {
  switch (name) {
    case "@timestamp":
      return { sql: sql`toUnixTimestamp64Milli(timestamp)`, type: "time", nullable: false };
    case "@ingestionTime":
      return { sql: sql`toUnixTimestamp64Milli(ingested_at)`, type: "time", nullable: false };
    case "@message":
      return { sql: sql`message`, type: "text", nullable: false };
    case "@logStream":
      return { sql: named("stream_id", scope.streams), type: "text", nullable: false };
    case "@ptr":
      return { sql: pointer, type: "text", nullable: false };
    default:
      return Object.hasOwn(groupFields, name) ? fieldOfGroups(groupFields[name], scope) : undefined;
  }
}

/** System fields that all events of a group have alike. */
const groupFields: Readonly<Record<string, (group: ScopeGroup) => string | undefined>> = {
  "@log": ({ account, name }) => `${account}:${name}`,
  "@aws.account": ({ account }) => account,
  "@aws.region": ({ region }) => region,
  "@data_source_name": ({ dataSource }) => dataSource?.name,
  "@data_source_type": ({ dataSource }) => dataSource?.type,
};

/**
 * System fields that every group indexes.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs-Field-Indexing.html
 */
export const indexedSystemFields: ReadonlySet<string> = new Set([
  "@logStream",
  "@aws.account",
  "@aws.region",
  "@data_source_name",
  "@data_source_type",
]);

function fieldOfGroups(valueOf: (typeof groupFields)[string] | undefined, scope: EventScope): Value {
  const names = scope.logGroups.map((group) => ({ id: group.id, name: valueOf?.(group) ?? "" }));
  const name = named("group_id", names);
  const nullable = names.some((group) => group.name === "");
  return { sql: nullable ? sql`nullIf(${name}, '')` : name, type: "text", nullable };
}

const timestampText = sql`toString(toUnixTimestamp64Milli(timestamp))`;
const pointer = sql`base64Encode(concat(toString(group_id), '/', ${timestampText}, '/', toString(sequence)))`;

/** The number of a row's group or stream as its name. */
function named(column: string, names: readonly { readonly id: number; readonly name: string }[]): Sql {
  if (names.length === 0) return sql`''`;
  const ids = names.map(({ id }) => id);
  return sql`transform(${rawSql(column)}, ${ids}, ${names.map(({ name }) => name)}, '')`;
}

/** Lambda's REPORT lines have sizes in megabytes; the fields are in bytes. */
const megabyte = 1_000_000;

/** Fields of Lambda's platform lines by expression; one number or word each, and its factor. */
const lambdaFields: Readonly<Record<string, { readonly regex: string; readonly factor?: number }>> = {
  "@type": { regex: String.raw`^(START|END|REPORT|INIT_START|EXTENSION|TELEMETRY) ` },
  "@requestId": {
    regex: String.raw`^(?:(?:START|END|REPORT) RequestId: |\S+Z\t)([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})`,
  },
  "@duration": { regex: String.raw`^REPORT .*?\tDuration: ([\d.]+) ms` },
  "@billedDuration": { regex: String.raw`^REPORT .*?\tBilled Duration: ([\d.]+) ms` },
  "@initDuration": { regex: String.raw`^REPORT .*?\tInit Duration: ([\d.]+) ms` },
  "@memorySize": { regex: String.raw`^REPORT .*?\tMemory Size: (\d+) MB`, factor: megabyte },
  "@maxMemoryUsed": { regex: String.raw`^REPORT .*?\tMax Memory Used: (\d+) MB`, factor: megabyte },
  "@xrayTraceId": { regex: String.raw`XRAY TraceId: (\S+)` },
  "@xraySegmentId": { regex: String.raw`SegmentId: (\S+)` },
};

interface SpacedRecord {
  /** What a record of this kind looks like, and how many words it has at least. */
  readonly begins: string;
  readonly words: readonly string[];
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html, the default format */
const vpcFlowRecord: SpacedRecord = {
  begins: String.raw`^\d+ \S+ eni-\S+ \S+ \S+ \S+ \S+ \S+ \S+ \S+ \d+ \d+ \S+ (?:OK|NODATA|SKIPDATA)\s*$`,
  words: (
    "version accountId interfaceId srcAddr dstAddr srcPort dstPort protocol packets bytes startTime " +
    "endTime " +
    "action logStatus"
  ).split(" "),
};

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html */
const route53Record: SpacedRecord = {
  begins: String.raw`^\d+\.\d+ \d{4}-\S+Z \S+ \S+ [A-Z]+ [A-Z]+ (?:UDP|TCP) \S+ \S+`,
  words: (
    "version queryTimestamp hostZoneId queryName queryType responseCode protocol edgeLocation resolverIp " +
    "ednsClientSubnet"
  ).split(" "),
};

const spacedRecords = [vpcFlowRecord, route53Record] as const;

/**
 * A field of the event's text, as Nullable(String). JSON objects are flattened with dots and array indexes;
 * true and false are 1 and 0, objects and arrays themselves are no fields. A field that begins with `@` in
 * the text is written with one more. Field names of flow and query records exist in those records too.
 */
export function discoveredField(given: readonly (string | number)[], scope: EventScope): Value {
  if (given[0] === unmaskedStep) return unmaskedField(given.slice(1), scope);
  const name = given.join(".");
  const lambda = lambdaFields[name];
  if (lambda !== undefined) return lambdaField(lambda);
  if (isKeptField(name)) return keptField(name);
  if (/^@[^@]/.test(name)) return missing;
  const path = name.replace(/^@@/, "@");
  const choices = spacedRecords.flatMap((record) => {
    const position = record.words.indexOf(path);
    if (position < 0) return [];
    const word = sql`splitByChar(' ', trimRight(message))[${position + 1}]`;
    return [sql`match(message, ${record.begins}), ${word}`];
  });
  const first = String(given[0]).replace(/^@@/, "@");
  const json = jsonOrIndex(path, [first, ...given.slice(1)], scope);
  if (choices.length === 0) return json;
  return { sql: sql`multiIf(${joinSql([...choices, json.sql], ", ")})`, type: "field", nullable: true };
}

/** Kept beside the indexed fields of an event, whatever policies say. */
function keptField(name: string): Value {
  return { sql: indexedField(name), type: "field", nullable: true };
}

/** In front of the steps of a field: the field as it came, without masks. No query can write it. */
export const unmaskedStep = -1;

/** Of the event's text alone: what a transformer made of it is masked for good. */
function unmaskedField(path: readonly (string | number)[], scope: EventScope): Value {
  const message = sql`if(unmasked = '', message, unmasked)`;
  const name = path.join(".");
  if (name === "@message") return { sql: message, type: "text", nullable: false };
  const system = systemField(name, scope);
  if (system !== undefined) return system;
  if (isKeptField(name)) return keptField(name);
  return { sql: jsonField(message, path), type: "field", nullable: true };
}

function jsonOrIndex(path: string, steps: readonly (string | number)[], scope: EventScope): Value {
  const field = { type: "field", nullable: true } as const;
  if (isIndexed(path, scope)) return { sql: indexedField(path), ...field, orEmpty: sql`indexed[${path}]` };
  const json = jsonField(documentOf(scope), steps);
  const indexed = indexedRows(path, scope);
  return {
    sql: indexed === undefined ? json : sql`if(${indexed}, ${indexedField(path)}, ${json})`,
    ...field,
  };
}

/** Whether every value of the field is in the map that is stored beside the message. */
function isIndexed(path: string, scope: EventScope): boolean {
  return defaultIndexedFields.has(path) && !scope.logGroups.some(isLambda);
}

/**
 * Which events have the field in their index because of an index policy; undefined when none have. Fields
 * that are found elsewhere than in JSON are in no index.
 */
export function indexedRows(path: string, { logGroups }: EventScope): Sql | undefined {
  if (path.startsWith("@") || spacedRecords.some(({ words }) => words.includes(path))) return undefined;
  const rows = logGroups.flatMap((group) =>
    isLambda(group)
      ? []
      : (group.indexes ?? [])
          .filter(({ name }) => name === path)
          .map(({ from, until }) => {
            const ended = until === undefined ? rawSql("") : sql` AND ingested_at < ${instant(until)}`;
            return sql`(group_id = ${group.id} AND ingested_at >= ${instant(from)}${ended})`;
          }),
  );
  return rows.length === 0 ? undefined : sql`(${joinSql(rows, " OR ")})`;
}

const instant = (epochMs: number): Sql => sql`fromUnixTimestamp64Milli(${BigInt(Math.trunc(epochMs))})`;

function indexedField(path: string): Sql {
  return sql`if(mapContains(indexed, ${path}), indexed[${path}], NULL)`;
}

const isLambda = ({ name }: { readonly name: string }) => name.startsWith("/aws/lambda/");

/** Lambda puts words before a JSON document; its first one is what fields are found in. */
export function documentOf(scope: EventScope): Sql {
  const document = scope.logGroups.some(isLambda)
    ? sql`if(startsWith(message, '{'), message, substring(message, greatest(position(message, '{'), 1)))`
    : sql`message`;
  return isTransformed(scope) ? sql`if(transformed = '', ${document}, transformed)` : document;
}

/** Whether fields may be found elsewhere than in the messages. */
export const isTransformed = ({ logGroups }: EventScope): boolean =>
  logGroups.some(({ isTransformed = false }) => isTransformed);

/**
 * A value inside a JSON text as Nullable(String): the nested one; where there is none, that of a property
 * whose name has the dots in it, as those of OpenTelemetry do; where that is missing too, the way as it was
 * written.
 */
export function jsonField(document: Sql, path: readonly (string | number)[]): Sql {
  const full = path.join(".");
  const nested = path.flatMap((step) => (typeof step === "string" && step !== "" ? step.split(".") : [step]));
  if (nested.length === 1) return jsonScalar(document, nested);
  const quoted = `"${full}"`;
  const byFullName = sql`if(position(${document}, ${quoted}) > 0, ${jsonScalar(document, [full])}, NULL)`;
  const asWritten = path.length === 1 || path.length === nested.length ? [] : [jsonScalar(document, path)];
  return sql`coalesce(${joinSql([jsonScalar(document, nested), byFullName, ...asWritten], ", ")})`;
}

/** Each digit step may be the position in an array or the name of a property. */
function jsonScalar(document: Sql, path: readonly (string | number)[]): Sql {
  const position = path.findIndex((step) => typeof step === "string" && /^\d{1,6}$/.test(step));
  if (position < 0) return scalarAt(document, path);
  const before = path.slice(0, position);
  const element = [...before, Number(path[position]), ...path.slice(position + 1)];
  const property = [...before, ` ${path[position]}`, ...path.slice(position + 1)];
  const isArray = sql`${typeAt(document, before)} = 'Array'`;
  return sql`if(${isArray}, ${jsonScalar(document, element)}, ${jsonScalar(document, property)})`;
}

const steps = (path: readonly (string | number)[]): Sql =>
  joinSql(
    // A space before digits says that they are a name.
    path.map((step) => sql`, ${typeof step === "number" ? step + 1 : step.replace(/^ (?=\d+$)/, "")}`),
    "",
  );

const typeAt = (document: Sql, path: readonly (string | number)[]): Sql =>
  sql`toString(JSONType(${document}${steps(path)}))`;

/** The type is looked at again only where the text could be that of an object, an array or a boolean. */
function scalarAt(document: Sql, path: readonly (string | number)[]): Sql {
  const value = sql`JSONExtract(${document}${steps(path)}, 'Nullable(String)')`;
  const type = typeAt(document, path);
  const boolean = sql`toString(${value} = 'true')`;
  const instead = sql`multiIf(${type} IN ('Object', 'Array'), NULL, ${type} = 'Bool', ${boolean}, ${value})`;
  return sql`if(match(${value}, '^(?:[{[]|true$|false$)'), ${instead}, ${value})`;
}

/** A part of a JSON text as JSON again, for what goes on with lists and maps. */
export function jsonPart(document: Sql, path: readonly (string | number)[]): Sql {
  return sql`nullIf(JSONExtractRaw(${document}${steps(path)}), '')`;
}

function lambdaField({ regex, factor }: { readonly regex: string; readonly factor?: number }): Value {
  const text = sql`nullIf(extract(message, ${regex}), '')`;
  if (factor === undefined) return { sql: text, type: "field", nullable: true };
  return { sql: sql`toFloat64OrNull(${text}) * ${factor}`, type: "number", nullable: true };
}

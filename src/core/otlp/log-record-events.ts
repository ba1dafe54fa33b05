// Log events out of an ExportLogsServiceRequest, in the JSON form of OTLP.
import type { InputLogEvent } from "../logs/log-batch.ts";

/**
 * One event for each record, in the order of the request. Its message is a JSON object with the record beside
 * its resource and scope, attributes as plain objects: the form in which CloudWatch Logs shows them. `now` in
 * epoch milliseconds, for records without a time.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_HTTP_Endpoints_OTLP.html
 *
 * @throws TypeError when the request is not in the form of OTLP.
 */
export function logRecordEvents(request: unknown, now: number): readonly InputLogEvent[] {
  return listOf(request, "resourceLogs").flatMap((resourceLogs) => {
    const resource = resourceOf(memberOf(resourceLogs, "resource"));
    return listOf(resourceLogs, "scopeLogs").flatMap((scopeLogs) => {
      const scope = scopeOf(memberOf(scopeLogs, "scope"));
      return listOf(scopeLogs, "logRecords").map((record) => eventOf(record, { ...resource, ...scope }, now));
    });
  });
}

function eventOf(record: unknown, origin: Readonly<Record<string, unknown>>, now: number): InputLogEvent {
  const time = nanosecondsOf(memberOf(record, "timeUnixNano"));
  const observed = nanosecondsOf(memberOf(record, "observedTimeUnixNano"));
  const severity = withoutEmpty({
    severityNumber: memberOf(record, "severityNumber"),
    severityText: memberOf(record, "severityText"),
  });
  const body = plainValue(memberOf(record, "body"));
  const others = withoutEmpty({
    attributes: plainAttributes(record),
    droppedAttributesCount: memberOf(record, "droppedAttributesCount"),
    flags: memberOf(record, "flags"),
    traceId: memberOf(record, "traceId"),
    spanId: memberOf(record, "spanId"),
    eventName: memberOf(record, "eventName"),
  });
  // Nanoseconds are beyond what a double holds, so they are written as digits, not through a number.
  const times = [
    ...(time === undefined ? [] : [`"timeUnixNano":${time}`]),
    ...(observed === undefined ? [] : [`"observedTimeUnixNano":${observed}`]),
  ];
  const content = { ...severity, ...(body === undefined ? {} : { body }), ...others };
  const members = [JSON.stringify(origin).slice(1, -1), ...times, JSON.stringify(content).slice(1, -1)];
  const nanoseconds = time ?? observed;
  return {
    message: `{${members.filter((part) => part !== "").join(",")}}`,
    timestamp: nanoseconds === undefined ? now : Number(nanoseconds / 1_000_000n),
  };
}

function resourceOf(resource: unknown): Readonly<Record<string, unknown>> {
  const attributes = plainAttributes(resource);
  return attributes === undefined ? {} : { resource: { attributes } };
}

function scopeOf(scope: unknown): Readonly<Record<string, unknown>> {
  const members = withoutEmpty({
    name: memberOf(scope, "name"),
    version: memberOf(scope, "version"),
    attributes: plainAttributes(scope),
  });
  return Object.keys(members).length === 0 ? {} : { scope: members };
}

/** Zero, empty and missing mean the same in protocol buffers. */
function withoutEmpty(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isEmpty = (value: unknown) => value === undefined || value === "" || value === 0;
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isEmpty(value)));
}

function plainAttributes(holder: unknown): Readonly<Record<string, unknown>> | undefined {
  const attributes = listOf(holder, "attributes");
  return attributes.length === 0 ? undefined : plainObject(attributes);
}

function plainObject(keyValues: readonly unknown[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    keyValues.map((pair) => {
      const key = memberOf(pair, "key");
      if (typeof key !== "string") throw new TypeError("an attribute has no key");
      return [key, plainValue(memberOf(pair, "value"))];
    }),
  );
}

/** An AnyValue as the JSON value that it stands for; bytes stay base64. */
function plainValue(value: unknown): unknown {
  if (value === undefined) return undefined;
  const [[kind, content] = ["", undefined]] = Object.entries(objectOf(value));
  switch (kind) {
    case "intValue":
      return numberOf(content);
    case "arrayValue":
      return listOf(content, "values").map(plainValue);
    case "kvlistValue":
      return plainObject(listOf(content, "values"));
    case "stringValue":
    case "boolValue":
    case "doubleValue":
    case "bytesValue":
      return content;
    case "":
      return null;
    default:
      throw new TypeError(`there is no value of the kind ${kind}`);
  }
}

/** 64-bit integers come as text; those that a double does not hold stay text. */
function numberOf(content: unknown): unknown {
  const number = Number(content);
  return Number.isSafeInteger(number) ? number : content;
}

/** Undefined for zero too, which means "not known". */
function nanosecondsOf(value: unknown): bigint | undefined {
  if (value === undefined) return undefined;
  const isDigits = typeof value === "string" ? /^\d{1,20}$/.test(value) : Number.isSafeInteger(value);
  if (!isDigits) throw new TypeError("a time is not a whole number of nanoseconds");
  const nanoseconds = BigInt(value as string | number);
  return nanoseconds === 0n ? undefined : nanoseconds;
}

function listOf(holder: unknown, name: string): readonly unknown[] {
  const value = memberOf(holder, name) ?? [];
  if (!Array.isArray(value)) throw new TypeError(`${name} is not an array`);
  return value;
}

/** Null is what is not there, as in all JSON of protocol buffers. */
function memberOf(holder: unknown, name: string): unknown {
  return holder === undefined ? undefined : (objectOf(holder)[name] ?? undefined);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("an object was expected");
  }
  return value as Readonly<Record<string, unknown>>;
}

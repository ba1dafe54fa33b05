// Log events out of an ExportLogsServiceRequest, in the JSON form of OTLP.
import type { InputLogEvent } from "../logs/log-batch.ts";
import { listOf, memberOf, nanosecondsOf, plainAttributes, plainValue } from "./plain-values.ts";

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

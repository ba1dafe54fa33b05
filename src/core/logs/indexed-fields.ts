// Which fields of a JSON message are indexed when it is stored.
import type { MessageReading } from "./filter-pattern/message-reading.ts";

/**
 * The fields that every group indexes; CloudWatch Logs has such a default too, and index policies add to it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs-Field-Indexing.html
 */
export const defaultIndexedFields: ReadonlySet<string> = new Set([
  "level",
  "severity",
  "requestId",
  "traceId",
  "service",
  "status",
  "path",
  "userId",
  "sessionId",
  "eventName",
  "eventSource",
  "errorCode",
]);

const none: Readonly<Record<string, string>> = Object.freeze({});

/**
 * The indexed fields of a message that is a JSON object, values as the text that Logs Insights shows (true
 * and false are 1 and 0; objects, arrays and null are no values); empty for any other message. Queries take
 * the index for the whole truth about its fields, so no value is left out.
 *
 * `paths` are fields further down, named with dots: a value inside is taken before a member whose own name
 * has the dots.
 */
export function indexedFieldsOf(
  reading: MessageReading,
  fields: ReadonlySet<string> = defaultIndexedFields,
  paths: readonly string[] = [],
): Readonly<Record<string, string>> {
  const { message, document } = reading;
  if (document === undefined || Array.isArray(document)) return none;
  const found: Record<string, string> = {};
  for (const name of Object.keys(document)) {
    if (!fields.has(name)) continue;
    const text = textOf(name, Reflect.get(document, name), message);
    if (text !== undefined) found[name] = text;
  }
  for (const path of paths) {
    const steps = path.split(".");
    const text = textOf(steps.at(-1) ?? path, insideOf(document, steps), message) ?? found[path];
    if (text !== undefined) found[path] = text;
  }
  return found;
}

function insideOf(document: object, steps: readonly string[]): unknown {
  let value: unknown = document;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function textOf(name: string, value: unknown, message: string): string | undefined {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return value ? "1" : "0";
    case "number":
      return Number.isInteger(value) && !Number.isSafeInteger(value)
        ? digitsOf(name, value, message)
        : String(value);
    default:
      return undefined;
  }
}

/** An integer that a number cannot hold keeps its digits, as identifiers need it. */
function digitsOf(name: string, value: number, message: string): string {
  const written = [...message.matchAll(new RegExp(`"${name}"\\s*:\\s*(-?\\d+)(?![\\d.eE])`, "g"))];
  return written.find(([, digits]) => Number(digits) === value)?.[1] ?? String(value);
}

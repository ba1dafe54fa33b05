// Which fields of a JSON message are indexed when it is stored.

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
 * The indexed top-level fields of a message that is a JSON object, values as the text that Logs Insights
 * shows (true and false are 1 and 0; objects, arrays and null are no values); empty for any other message.
 * Queries take the index for the whole truth about its fields, so no value is left out.
 */
export function indexedFieldsOf(
  message: string,
  fields: ReadonlySet<string> = defaultIndexedFields,
): Readonly<Record<string, string>> {
  if (!/^\s*\{/.test(message)) return none;
  let document: unknown;
  try {
    document = JSON.parse(message);
  } catch {
    return none; // a message that only begins like JSON
  }
  if (typeof document !== "object" || document === null) return none;
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(document)) {
    if (!fields.has(name)) continue;
    const text = textOf(name, value, message);
    if (text !== undefined) found[name] = text;
  }
  return found;
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

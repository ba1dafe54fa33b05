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

/** A value longer than this is a text to read rather than one to look up. */
const maximumValueLength = 1_024;

const none: Readonly<Record<string, string>> = Object.freeze({});

/**
 * The indexed top-level fields of a message that is a JSON object, values as text; empty for any other
 * message.
 */
export function indexedFieldsOf(
  message: string,
  fields: ReadonlySet<string> = defaultIndexedFields,
): Readonly<Record<string, string>> {
  if (message.charCodeAt(0) !== 0x7b) return none;
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
    const text = typeof value === "string" ? value : typeof value === "object" ? undefined : String(value);
    if (text !== undefined && text.length <= maximumValueLength) found[name] = text;
  }
  return found;
}

// The bulk request that puts log events into OpenSearch, and what its answer says.
import type { SubscriptionEvent } from "../../core/logs/subscription-payload.ts";
import type { EncodedPayload } from "../../storage/log-subscriptions.ts";
import { joinEvents } from "./join-events.ts";

/**
 * Two lines an event, with the members that the function of the CloudWatch console writes. The id of the
 * event is that of the document, so that what is delivered twice is there once.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_OpenSearch_Stream.html
 */
export function bulkBody({ head, events }: EncodedPayload, index: string | undefined): string {
  const logEvents = JSON.parse(`[${joinEvents(events).toString()}]`) as readonly SubscriptionEvent[];
  const lines = logEvents.flatMap(({ id, timestamp, message, extractedFields }) => {
    const at = new Date(timestamp).toISOString();
    const day = at.slice(0, 10).replaceAll("-", ".");
    const document = {
      ...objectIn(message),
      ...extractedFields,
      "@id": id,
      "@timestamp": at,
      "@message": message,
      "@owner": head.owner,
      "@log_group": head.logGroup,
      "@log_stream": head.logStream,
    };
    return [JSON.stringify({ index: { _index: index ?? `cwl-${day}`, _id: id } }), JSON.stringify(document)];
  });
  return `${lines.join("\n")}\n`;
}

/** Events that a search domain did not take. */
export interface BulkFailures {
  readonly detail: string;
  /** It would not take them another time either: they do not fit to its mapping. */
  readonly isFinal: boolean;
}

interface BulkItem {
  readonly index?: { readonly status?: number; readonly error?: { readonly reason?: string } };
}

/**
 * Undefined when every event was taken. Each has a status of its own, as a request has one.
 * https://docs.opensearch.org/latest/api-reference/document-apis/bulk/
 */
export function failuresOfBulk(answer: string): BulkFailures | undefined {
  const { errors, items = [] } = JSON.parse(answer) as {
    readonly errors?: boolean;
    readonly items?: readonly BulkItem[];
  };
  if (errors !== true) return undefined;
  const failed = items.filter(({ index }) => index?.error !== undefined);
  const reason = failed[0]?.index?.error?.reason ?? "without a reason";
  return {
    detail: `${failed.length} events were not taken: ${reason}`,
    isFinal: failed.length > 0 && failed.every(({ index }) => isRefusal(index?.status)),
  };
}

const tooManyRequests = 429;

const isRefusal = (status = 0) => status >= 400 && status < 500 && status !== tooManyRequests;

/** The members of a message that is a JSON object. */
function objectIn(message: string): object {
  if (!message.startsWith("{")) return {};
  try {
    const parsed: unknown = JSON.parse(message);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {}; // text that begins with a brace is text
  }
}

// GetLogObject: the content of one event as a stream of bytes.
import { ResourceNotFoundException, type GetLogObjectResponseStream } from "@aws-sdk/client-cloudwatch-logs";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { findRecord } from "./log-records.ts";

/** Of one event of the stream. */
const chunkBytes = 256 * 1024;

/**
 * AWS cuts events of more than a megabyte, and keeps what it has cut as objects. Events are not cut here, so
 * that the object is the event itself: its pointer is its `@ptr`.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogObject.html
 */
export async function getLogObject(
  input: Input<"GetLogObject">,
  context: LogsContext,
): Promise<Output<"GetLogObject">> {
  const found = await findRecord(input.logObjectPointer, input.unmask ?? false, context);
  if (found === undefined) {
    throw modelled(ResourceNotFoundException, "The specified log object does not exist.");
  }
  return { fieldStream: chunksOf(Buffer.from(found.event.document)) };
}

async function* chunksOf(content: Buffer): AsyncGenerator<GetLogObjectResponseStream> {
  for (let from = 0; from === 0 || from < content.length; from += chunkBytes) {
    yield { fields: { data: content.subarray(from, from + chunkBytes) } };
  }
}

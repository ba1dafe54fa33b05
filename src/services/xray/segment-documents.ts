// Storing segment documents, whichever way they came: through the API or from the daemon's port.
import {
  parseSegmentDocument,
  type Segment,
  type UnprocessedSegment,
} from "../../core/traces/segment-document.ts";
import { appendSegments } from "../../storage/telemetry/segments.ts";
import type { Dependencies } from "../dependencies.ts";

/**
 * Stores what is valid and returns the problems of the rest; resolves when all that is valid is durable.
 * `now` in epoch milliseconds.
 */
export async function storeSegmentDocuments(
  { telemetry, worlds }: Pick<Dependencies, "telemetry" | "worlds">,
  { account, region }: { readonly account: string; readonly region: string },
  documents: readonly string[],
  now: number,
): Promise<readonly UnprocessedSegment[]> {
  const segments: Segment[] = [];
  const problems: UnprocessedSegment[] = [];
  for (const document of documents) {
    for (const outcome of parseSegmentDocument(document, now)) {
      if (outcome.accepted) segments.push(outcome.segment);
      else problems.push(outcome.problem);
    }
  }
  if (segments.length > 0) {
    await appendSegments(telemetry, await worlds.numberOf(account, region), segments, now);
  }
  return problems;
}

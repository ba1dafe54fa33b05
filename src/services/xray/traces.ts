// Traces: segments are put as documents and read back by trace id.
import { InvalidRequestException, type Trace } from "@aws-sdk/client-xray";
import type * as Sdk from "@aws-sdk/client-xray";
import { traceLimits } from "../../core/traces/limits.ts";
import { normalTraceId } from "../../core/traces/trace-id.ts";
import { readTraces, type StoredSegment, type TracePosition } from "../../storage/telemetry/segments.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { modelled } from "../../wire/service.ts";
import type { XrayContext } from "./context.ts";
import { storeSegmentDocuments } from "./segment-documents.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html */
export async function putTraceSegments(
  input: Input<"PutTraceSegments">,
  { call, dependencies }: XrayContext,
): Promise<Output<"PutTraceSegments">> {
  const documents = input.TraceSegmentDocuments;
  if (documents.length > traceLimits.documentsPerCall) {
    throw modelled(
      InvalidRequestException,
      `A request must have at most ${traceLimits.documentsPerCall} segment documents.`,
    );
  }
  const problems = await storeSegmentDocuments(dependencies, call, documents, call.now);
  return {
    UnprocessedTraceSegments: problems.map(({ id, errorCode, message }) => ({
      ...(id === undefined ? {} : { Id: id }),
      ErrorCode: errorCode,
      Message: message,
    })),
  };
}

/**
 * Independent subsegments are segments of their own here. A trace that does not fit a page goes on under the
 * same id on the next: https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html
 */
export async function batchGetTraces(
  input: Input<"BatchGetTraces">,
  { call, dependencies }: XrayContext,
): Promise<Output<"BatchGetTraces">> {
  const { worlds, telemetry } = dependencies;
  const traceIds = requestedIds(input.TraceIds);
  const after = input.NextToken === undefined ? undefined : positionOf(input.NextToken);
  if (traceIds.length === 0) return { Traces: [], UnprocessedTraceIds: [] };
  const world = await worlds.numberOf(call.account, call.region);
  const page = await readTraces(telemetry, { world, traceIds, after, now: call.now });
  const last = page.segments.at(-1);
  const found = new Set(page.segments.map(({ traceId }) => traceId));
  const missing = traceIds.filter((id) => !found.has(id));
  return {
    Traces: tracesOf(page.segments),
    // On the pages of a longer answer the other traces are only elsewhere.
    UnprocessedTraceIds: after === undefined && !page.more ? missing : [],
    ...(page.more && last !== undefined ? { NextToken: tokenOf(last) } : {}),
  };
}

function requestedIds(ids: readonly string[]): readonly string[] {
  if (ids.length > traceLimits.traceIdsPerCall) {
    throw modelled(
      InvalidRequestException,
      `A request must have at most ${traceLimits.traceIdsPerCall} trace ids.`,
    );
  }
  const normal = ids.map((id) => {
    const known = normalTraceId(id);
    if (known === undefined) throw modelled(InvalidRequestException, `Invalid trace id: ${id}`);
    return known;
  });
  return [...new Set(normal)];
}

function tracesOf(segments: readonly StoredSegment[]): Trace[] {
  const traces = new Map<string, Trace & { Segments: Sdk.Segment[] }>();
  for (const { traceId, segmentId, document, traceSeconds, traceBytes } of segments) {
    let trace = traces.get(traceId);
    if (trace === undefined) {
      const LimitExceeded = traceBytes > traceLimits.traceBytes;
      trace = { Id: traceId, Duration: traceSeconds, LimitExceeded, Segments: [] };
      traces.set(traceId, trace);
    }
    trace.Segments.push({ Id: segmentId, Document: document });
  }
  return [...traces.values()];
}

function tokenOf({ traceId, startedMicros, segmentId }: TracePosition): string {
  return Buffer.from(`${traceId} ${startedMicros} ${segmentId}`).toString("base64url");
}

const positionForm = /^(1-[0-9a-f]{8}-[0-9a-f]{24}) (\d{1,18}) ([0-9a-f]{16})$/;

function positionOf(token: string): TracePosition {
  const match = positionForm.exec(Buffer.from(token, "base64url").toString());
  const [, traceId, startedMicros, segmentId] = match ?? [];
  if (traceId === undefined || startedMicros === undefined || segmentId === undefined) {
    throw modelled(InvalidRequestException, "The NextToken is not valid.");
  }
  return { traceId, startedMicros, segmentId };
}

// Segment documents: parsed, checked as X-Ray checks them, and reduced to the columns that searches need.
import { traceLimits } from "./limits.ts";
import { brokenField, isObject, isSegmentId, type Fields } from "./segment-fields.ts";
import { normalTraceId } from "./trace-id.ts";

/** A segment, or a subsegment that was sent by itself. Instants are epoch milliseconds with microseconds. */
export interface Segment {
  /** In X-Ray's form, in lower case. */
  readonly traceId: string;
  readonly id: string;
  /** Empty for the segment that began the trace. */
  readonly parentId: string;
  readonly name: string;
  readonly startedAt: number;
  /** Seconds; undefined while it is in progress. */
  readonly duration: number | undefined;
  readonly error: boolean;
  readonly fault: boolean;
  readonly throttle: boolean;
  /** 0 and empty when the document has none. */
  readonly httpStatus: number;
  readonly httpMethod: string;
  readonly httpUrl: string;
  /** Of the segment and its subsegments; booleans are `true` and `false`. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly numberAnnotations: Readonly<Record<string, number>>;
  /** The JSON as it came. */
  readonly document: string;
}

/** X-Ray's UnprocessedTraceSegment. */
export interface UnprocessedSegment {
  readonly id: string | undefined;
  readonly errorCode: string;
  readonly message: string;
}

export type SegmentOutcome =
  | { readonly accepted: true; readonly segment: Segment }
  | { readonly accepted: false; readonly problem: UnprocessedSegment };

/**
 * Reads one entry of TraceSegmentDocuments: a segment, or an array of subsegments, each with its own outcome
 * (https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html). AWS publishes no list of error codes;
 * those seen in daemons' logs are `Missing` or `Invalid` with the field's name, and so are the others.
 */
export function parseSegmentDocument(text: string, now: number): readonly SegmentOutcome[] {
  if (isLongerThan(text, traceLimits.documentBytes)) return [refused(undefined, "DocumentTooLarge", false)];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [refused(undefined, "ParseError", false)];
  }
  if (!Array.isArray(parsed)) return [outcomeOf(parsed, text, now)];
  if (parsed.length === 0) return [refused(undefined, "MissingId", false)];
  return parsed.map((item: unknown) => outcomeOf(item, undefined, now));
}

function outcomeOf(value: unknown, text: string | undefined, now: number): SegmentOutcome {
  if (!isObject(value)) return refused(undefined, "ParseError", false);
  const isSubsegment = value["type"] === "subsegment";
  const errorCode = problemOfWhole(value, isSubsegment, now);
  const id = typeof value["id"] === "string" ? value["id"] : undefined;
  if (errorCode !== undefined) return refused(id, errorCode, isSubsegment);
  const nested = nestedProblem(value);
  if (nested !== undefined) return refused(id, nested, true);
  return { accepted: true, segment: segmentOf(value, text ?? JSON.stringify(value)) };
}

/** The wording of X-Ray, whose subsegment form carries a cause that is never filled in. */
function refused(id: string | undefined, errorCode: string, isSubsegment: boolean): SegmentOutcome {
  const message = isSubsegment
    ? `Invalid subsegment. ErrorCode: ${errorCode}, Cause: null`
    : `Invalid segment. ErrorCode: ${errorCode}`;
  return { accepted: false, problem: { id, errorCode, message } };
}

function problemOfWhole(segment: Fields, isSubsegment: boolean, now: number): string | undefined {
  const { type = null, trace_id: traceId = null, parent_id: parentId = null } = segment;
  if (type !== null && !isSubsegment) return "InvalidType";
  const common = commonProblem(segment);
  if (common !== undefined) return common;
  if (traceId === null) return "MissingTraceId";
  if (typeof traceId !== "string" || normalTraceId(traceId) === undefined) return "InvalidTraceId";
  if (parentId === null) return isSubsegment ? "MissingParentId" : timeProblem(segment, now);
  return isSegmentId(parentId) ? timeProblem(segment, now) : "InvalidParentId";
}

/** What is older than the retention could not be read back, so it is not accepted. */
function timeProblem(segment: Fields, now: number): string | undefined {
  const startedAt = Number(segment["start_time"]) * 1000;
  if (startedAt < now - traceLimits.retentionMs) return "InvalidStartTime";
  if (startedAt > now + traceLimits.futureToleranceMs) return "InvalidStartTime";
  const endedAt = Number(segment["end_time"] ?? 0) * 1000;
  return endedAt > now + traceLimits.futureToleranceMs ? "InvalidEndTime" : undefined;
}

/** Unicode letters, numbers and whitespace, and the symbols of the documentation's list. */
const validName = /^[\p{L}\p{N}\s_.:/%&#=+\\\-@]+$/u;

/** What holds for segments and subsegments, nested ones too. */
function commonProblem(segment: Fields): string | undefined {
  const { id = null, name = null } = segment;
  if (id === null) return "MissingId";
  if (!isSegmentId(id)) return "InvalidId";
  if (name === null || name === "") return "MissingName";
  if (typeof name !== "string" || !validName.test(name) || isLongName(name)) return "InvalidName";
  const { start_time: start = null, end_time: end = null, in_progress: inProgress = null } = segment;
  if (start === null) return "MissingStartTime";
  if (!isTime(start)) return "InvalidStartTime";
  if (inProgress !== null && typeof inProgress !== "boolean") return "InvalidInProgress";
  if (end === null) return inProgress === true ? brokenField(segment) : "MissingEndTime";
  return isTime(end) && end >= start ? brokenField(segment) : "InvalidEndTime";
}

function isLongName(name: string): boolean {
  return name.length > traceLimits.nameCharacters && Array.from(name).length > traceLimits.nameCharacters;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** X-Ray reports a broken nested subsegment under the id of the document that holds it. */
function nestedProblem(segment: Fields): string | undefined {
  for (const nested of subsegmentsOf(segment)) {
    const problem = commonProblem(nested) ?? nestedProblem(nested);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function subsegmentsOf(segment: Fields): readonly Fields[] {
  return (segment["subsegments"] as readonly Fields[] | null | undefined) ?? [];
}

function segmentOf(fields: Fields, document: string): Segment {
  const { start_time: start, end_time: end = null, http } = fields;
  const { request, response } = (http ?? {}) as { request?: Fields | null; response?: Fields | null };
  const annotations: Record<string, string> = {};
  const numberAnnotations: Record<string, number> = {};
  collectAnnotations(fields, annotations, numberAnnotations, { left: traceLimits.indexedAnnotations });
  return {
    traceId: normalTraceId(textOf(fields["trace_id"])) ?? "",
    id: textOf(fields["id"]).toLowerCase(),
    parentId: textOf(fields["parent_id"]).toLowerCase(),
    name: textOf(fields["name"]),
    startedAt: Number(start) * 1000,
    duration: end === null ? undefined : Number(end) - Number(start),
    error: fields["error"] === true,
    fault: fields["fault"] === true,
    throttle: fields["throttle"] === true,
    httpStatus: statusOf(response?.["status"]),
    httpMethod: textOf(request?.["method"]),
    httpUrl: textOf(request?.["url"]),
    annotations,
    numberAnnotations,
    document,
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function statusOf(status: unknown): number {
  return Number.isInteger(status) && Number(status) > 0 && Number(status) < 1000 ? Number(status) : 0;
}

/** Filter expressions know only such keys. */
const indexableKey = /^[A-Za-z0-9_.]+$/;

function collectAnnotations(
  segment: Fields,
  texts: Record<string, string>,
  numbers: Record<string, number>,
  budget: { left: number },
): void {
  for (const [key, value] of Object.entries(segment["annotations"] ?? {})) {
    if (budget.left === 0) return;
    if (!indexableKey.test(key)) continue;
    if (typeof value === "number" && Number.isFinite(value)) numbers[key] = value;
    else if (typeof value === "string" || typeof value === "boolean") texts[key] = String(value);
    else continue;
    budget.left--;
  }
  for (const nested of subsegmentsOf(segment)) collectAnnotations(nested, texts, numbers, budget);
}

/** Whether the text has more than `limit` bytes of UTF-8; most texts are decided by their length alone. */
function isLongerThan(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  if (text.length * 3 <= limit) return false;
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) bytes += unit > 0x7_ff && (unit < 0xd8_00 || unit > 0xdf_ff) ? 2 : 1;
  }
  return bytes > limit;
}

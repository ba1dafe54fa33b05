// One run of one metric stream: what arrived since is sent, and only then is it passed over.
import { createHash } from "node:crypto";
import type { LinkedAccounts } from "../../core/linked-accounts.ts";
import { streamedAccounts, type MetricStream } from "../../core/metric-streams/metric-stream.ts";
import { deliveriesOf } from "../../core/metric-streams/records.ts";
import type { FirehoseTarget } from "../../core/metric-streams/targets.ts";
import { deliverRecords } from "../../delivery/firehose.ts";
import type { Blobs } from "../../storage/blobs.ts";
import type { DeliveryAttempts } from "../../storage/delivery-attempts.ts";
import type { ArrivedMinute, MetricArrivals } from "../../storage/metric-arrivals.ts";
import { progressOf, streamScope, type StreamProgress } from "../../storage/metric-streams.ts";
import type { Document, State } from "../../storage/state.ts";
import type { Worlds } from "../../storage/worlds.ts";
import type { StreamDatapoints } from "./stream-datapoints.ts";

/** How many minutes of series are read at once. */
const pageSize = 2_000;
const minuteMs = 60_000;
const firstPauseMs = 10_000;
const longestPauseMs = 300_000;

export interface StreamParts {
  readonly state: State;
  readonly blobs: Blobs;
  readonly worlds: Worlds;
  readonly metricArrivals: MetricArrivals;
  readonly deliveryAttempts: DeliveryAttempts;
  readonly datapoints: StreamDatapoints;
  readonly linkedAccounts: Pick<LinkedAccounts, "sourcesOf">;
  readonly targetOf: (stream: MetricStream) => FirehoseTarget;
  /** How far the writes of processes beside this one may lie behind. */
  readonly lagMs: number;
  /** Aborted when the server stops: what is under way is sent again after the next start. */
  readonly signal: AbortSignal;
}

/** An attempt that fails is made again with everything in it, after a pause that grows. */
export async function deliverStream(
  parts: StreamParts,
  { key, value: stream }: Document<MetricStream>,
  now: number,
): Promise<void> {
  const found = await progressOf(parts.state).get(streamScope, key);
  if (found === undefined || isWaiting(found.value, now)) return;
  const { position, heldFrom, failures } = found.value;
  const before = await parts.metricArrivals.settledBefore(now, parts.lagMs);
  // A minute is over when all that arrived in it can be read.
  const minutesBefore = Math.floor((now - parts.lagMs) / minuteMs) * minuteMs;
  const attempt = { number: failures + 1, lastRequestId: "" };
  try {
    await deliverAll(parts, stream, { after: position, before, minutesBefore, heldFrom }, now, attempt);
  } catch (error) {
    if (parts.signal.aborted) return;
    await noteFailure(parts, stream, found, { now, error, requestId: attempt.lastRequestId });
    return;
  }
  if (failures > 0) await recordAttempt(parts, stream, { now, number: failures + 1, ...arrived(attempt) });
  const next = {
    position: String(BigInt(before) - 1n),
    heldFrom: minutesBefore,
    failures: 0,
    nextAttemptAt: 0,
  };
  // Whoever starts the stream anew meanwhile has the last word.
  await progressOf(parts.state).replace(streamScope, key, next, found.version);
}

/** Longer than the longest pause a stream waits only if the clock was set back meanwhile. */
function isWaiting({ nextAttemptAt }: StreamProgress, now: number): boolean {
  return nextAttemptAt > now && nextAttemptAt <= now + longestPauseMs;
}

interface Question {
  readonly after: string;
  readonly before: string;
  readonly minutesBefore: number;
  readonly heldFrom: number | undefined;
}

interface Attempt {
  readonly number: number;
  lastRequestId: string;
}

async function deliverAll(
  parts: StreamParts,
  stream: MetricStream,
  question: Question,
  now: number,
  attempt: Attempt,
): Promise<void> {
  for (const account of streamedAccounts(stream, parts.linkedAccounts)) {
    await deliverAccount(parts, stream, { ...question, account }, now, attempt);
  }
}

/** Records name the account that the metrics are of. */
async function deliverAccount(
  parts: StreamParts,
  stream: MetricStream,
  { account, ...question }: Question & { readonly account: string },
  now: number,
  attempt: Attempt,
): Promise<void> {
  const world = await parts.worlds.numberOf(account, stream.region);
  const target = parts.targetOf(stream);
  let last: ArrivedMinute | undefined;
  for (;;) {
    const page = await parts.metricArrivals.read({ ...question, world }, { last, limit: pageSize });
    const datapoints = await parts.datapoints.of(stream, world, page, now);
    for (const records of deliveriesOf({ ...stream, account }, datapoints)) {
      const requestId = requestIdOf(stream, records);
      attempt.lastRequestId = requestId;
      const { firehoseArn: arn } = stream;
      await deliverRecords(target, { arn, requestId, records, now, signal: parts.signal }, parts.blobs);
    }
    last = page.at(-1);
    if (page.length < pageSize) return;
  }
}

/** The same for the same records, so that a receiver can tell what it has already. */
function requestIdOf({ arn }: MetricStream, records: readonly Uint8Array[]): string {
  const hash = createHash("sha256").update(arn);
  for (const record of records) hash.update(record);
  const hex = hash.digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

async function noteFailure(
  parts: StreamParts,
  stream: MetricStream,
  { scope, key, value, version }: Document<StreamProgress>,
  { now, error, requestId }: { readonly now: number; readonly error: unknown; readonly requestId: string },
): Promise<void> {
  const failures = value.failures + 1;
  const nextAttemptAt = now + Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(10, value.failures));
  const outcome = { outcome: "Failed", detail: detailOf(error), requestId, nextAttemptAt } as const;
  await recordAttempt(parts, stream, { now, number: failures, ...outcome });
  await progressOf(parts.state).replace(scope, key, { ...value, failures, nextAttemptAt }, version);
}

interface Outcome {
  readonly now: number;
  readonly number: number;
  readonly outcome: "Succeeded" | "Failed";
  readonly detail: string;
  readonly requestId: string;
  readonly nextAttemptAt?: number;
}

const arrived = ({ lastRequestId }: Attempt) =>
  ({ outcome: "Succeeded", detail: "delivered", requestId: lastRequestId }) as const;

/** Failures and the end of a series of them; deliveries that arrive at once would hide these. */
function recordAttempt(parts: StreamParts, stream: MetricStream, outcome: Outcome): Promise<void> {
  const target = parts.targetOf(stream);
  return parts.deliveryAttempts.record({
    account: stream.account,
    region: stream.region,
    sourceArn: stream.arn,
    targetArn: stream.firehoseArn,
    endpoint: target.kind === "http" ? target.url : `${target.bucket}/${target.prefix}`,
    messageId: outcome.requestId,
    attempt: outcome.number,
    attemptedAt: outcome.now,
    outcome: outcome.outcome,
    detail: outcome.detail,
    ...(outcome.nextAttemptAt === undefined ? {} : { nextAttemptAt: outcome.nextAttemptAt }),
  });
}

function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

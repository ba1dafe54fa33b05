// Log events: put, get and filter.
import { entityFields, entityRejection, type EntityRejection } from "../../core/logs/entity.ts";
import {
  eventIdOf,
  parsePageToken,
  printPageToken,
  type EventPosition,
} from "../../core/logs/event-position.ts";
import { logLimits } from "../../core/logs/limits.ts";
import type { EventOrigin } from "../../core/logs/transformers/define.ts";
import { acceptBatch, batchBytes, type InputLogEvent } from "../../core/logs/log-batch.ts";
import { readLogEvents } from "../../storage/telemetry/log-event-pages.ts";
import { appendLogEvents, type LogDestination } from "../../storage/telemetry/log-events.ts";
import type { Document } from "../../storage/state.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { groupIdentifier, groupNotFound, invalidParameter, streamNotFound } from "./errors.ts";
import { begin } from "../../core/begin.ts";
import { requireBearerTokens } from "./bearer-tokens.ts";
import { findingsStream, reportFindings } from "./data-protection-findings.ts";
import { storeEventMetrics } from "./event-metrics.ts";
import { storeIngestMetrics } from "./ingest-metrics.ts";
import { ingest, type IngestedBatch, type IngestRules } from "./ingest-rules.ts";
import { requireReadableClass } from "./log-classes.ts";
import {
  groupsIn,
  requireReadableGroup,
  scopeOf,
  streamScope,
  streamsIn,
  type StoredGroup,
  type StoredStream,
} from "./stored-groups.ts";
import type { EventTimes } from "./stream-activity.ts";
import type { KnownStream } from "./stream-directory.ts";

/**
 * Answers when the events, and the metrics that they lead to, are stored and readable. A sequence token is
 * never refused.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export function putLogEvents(
  input: Input<"PutLogEvents">,
  context: LogsContext,
): Promise<Output<"PutLogEvents">> {
  const place = recallPlace(input, context);
  return place === undefined
    ? findPlace(input, context).then((found) => putInto(found, input, context))
    : putInto(place, input, context);
}

/** What must be known of a stream before events are put into it. */
interface PutPlace {
  readonly stream: KnownStream;
  readonly rules: IngestRules;
}

/** Undefined where state must be asked. */
function recallPlace(
  { logGroupName, logStreamName }: Input<"PutLogEvents">,
  context: LogsContext,
): PutPlace | undefined {
  const stream = context.streams.recall(scopeOf(context), logGroupName, logStreamName);
  if (stream === undefined || typeof stream === "string") return undefined;
  const rules = context.ingestRules.recall(stream.groupId);
  return rules && { stream, rules };
}

async function findPlace(
  { logGroupName, logStreamName }: Input<"PutLogEvents">,
  context: LogsContext,
): Promise<PutPlace> {
  const stream = await requireStream(context, logGroupName, logStreamName);
  return { stream, rules: await rulesOf(context, logGroupName, stream) };
}

/** No async function: those hold on to what they were called with until they end. */
function putInto(
  { stream, rules }: PutPlace,
  input: Input<"PutLogEvents">,
  context: LogsContext,
): Promise<Output<"PutLogEvents">> {
  const { now } = context.call;
  requireBearerTokens(context, stream);
  const outcome = acceptBatch(input.logEvents, now, stream.retentionDays);
  if (outcome.kind === "refused") throw invalidParameter(outcome.reason);
  const errorType = entityProblem(input.entity, rules);
  const answer = {
    nextSequenceToken: sequenceToken(now),
    ...(outcome.rejected === undefined ? {} : { rejectedLogEventsInfo: outcome.rejected }),
    ...(errorType === undefined ? {} : { rejectedEntityInfo: { errorType } }),
  };
  if (outcome.events.length === 0) return Promise.resolve(answer);
  const entity = errorType === undefined && input.entity ? entityFields(input.entity) : undefined;
  const stored = store(context, input.logGroupName, stream, { rules, events: outcome.events, entity });
  return stored.then(() => answer);
}

/** The events are stored in any case. */
function entityProblem(
  entity: Input<"PutLogEvents">["entity"],
  { takesEntities }: IngestRules,
): EntityRejection | undefined {
  if (entity === undefined) return undefined;
  return takesEntities ? entityRejection(entity.keyAttributes) : "UnsupportedLogGroupType";
}

/** 56 digits, as AWS's tokens. */
export function sequenceToken(instant: number): string {
  return `4${String(Math.trunc(instant)).padStart(55, "0")}`;
}

async function requireStream(context: LogsContext, group: string, stream: string): Promise<KnownStream> {
  const scope = scopeOf(context);
  const found =
    context.streams.recall(scope, group, stream) ?? (await context.streams.find(scope, group, stream));
  if (found === "noGroup") throw groupNotFound();
  if (found === "noStream") throw streamNotFound();
  return found;
}

async function rulesOf(
  context: LogsContext,
  logGroupName: string,
  { groupId }: KnownStream,
): Promise<IngestRules> {
  const { ingestRules } = context;
  return ingestRules.recall(groupId) ?? ingestRules.find(scopeOf(context), logGroupName, groupId);
}

interface AcceptedEvents {
  readonly rules: IngestRules;
  readonly events: readonly InputLogEvent[];
  /** What they are about, as fields. */
  readonly entity: Readonly<Record<string, string>> | undefined;
}

function store(
  context: LogsContext,
  logGroupName: string,
  stream: KnownStream,
  accepted: AcceptedEvents,
): Promise<void> {
  const { kmsKeyId, groupId } = stream;
  if (kmsKeyId === undefined) return storeIn(stream, context, logGroupName, stream, accepted);
  return context.dependencies.logEncryption
    .sealerOf(groupId, kmsKeyId, accepted.events.length)
    .then((sealer) => storeIn({ ...stream, sealer }, context, logGroupName, stream, accepted));
}

function storeIn(
  destination: LogDestination,
  context: LogsContext,
  logGroupName: string,
  stream: KnownStream,
  { rules, events, entity }: AcceptedEvents,
): Promise<void> {
  const { account, region, now } = context.call;
  const origin = { logGroupName, logStreamName: stream.streamName, account, region };
  const ingested = ingest(rules, events, origin, entity);
  const activity = {
    groupId: stream.groupId,
    streamName: stream.streamName,
    firstEventAt: events[0]?.timestamp ?? now,
    lastEventAt: events.at(-1)?.timestamp ?? now,
    lastIngestionAt: now,
    storedBytes: batchBytes(events, (text) => Buffer.byteLength(text)),
  };
  const { telemetry } = context.dependencies;
  const stored = context.activity.storing(activity, () =>
    Promise.all([
      begin(() => appendLogEvents(telemetry, destination, ingested.events, now)),
      begin(() => storeEventMetrics(context, logGroupName, stream, ingested)),
      storeIngestMetrics(context, logGroupName, ingested.tally),
    ]),
  );
  const isHeard = context.dependencies.facts.hasListeners("LogEventsAccepted");
  if (ingested.findings.length === 0 && !isHeard) return stored.then(ignore);
  return stored.then(([sequences]) => tell(context, origin, { rules, ingested, sequences }));
}

/** A function of `storeIn` would hold on to the events. */
const ignore = () => undefined;

interface StoredEvents {
  readonly rules: IngestRules;
  readonly ingested: IngestedBatch;
  readonly sequences: BigUint64Array;
}

/** Tells whoever is to hear of sensitive data, and whoever follows the group. */
async function tell(
  context: LogsContext,
  origin: EventOrigin,
  { rules, ingested, sequences }: StoredEvents,
): Promise<void> {
  const { now } = context.call;
  // What is found in findings is told to nobody: two groups could tell each other for ever.
  if (ingested.findings.length > 0 && origin.logStreamName !== findingsStream) {
    const audits = rules.protection?.audits ?? [];
    await reportFindings(context, origin.logGroupName, audits, ingested.findings, (...report) =>
      writeFindings(context, ...report),
    );
  }
  context.dependencies.facts.publish({
    kind: "LogEventsAccepted",
    ...origin,
    events: ingested.events.map(({ timestamp, message, transformed }, index) => ({
      eventId: eventIdOf({ timestamp, sequence: sequences[index] ?? 0n }),
      timestamp,
      ingestedAt: now,
      message,
      ...(transformed === undefined ? {} : { transformed }),
    })),
  });
}

/** Findings of a group that is no more are told by the metric alone. */
async function writeFindings(
  context: LogsContext,
  logGroupName: string,
  logStreamName: string,
  messages: readonly string[],
): Promise<void> {
  const { state } = context.dependencies;
  const { now } = context.call;
  const group = await groupsIn(state).get(scopeOf(context), logGroupName);
  if (group === undefined) return;
  const { id: groupId, retentionDays } = group.value;
  const streams = streamsIn(state);
  const scope = streamScope(groupId);
  if ((await streams.get(scope, logStreamName)) === undefined) {
    await streams.create(
      scope,
      logStreamName,
      { id: await state.nextNumber("log-stream"), createdAt: now },
      now,
    );
  }
  const stream = await requireStream(context, logGroupName, logStreamName);
  await store(
    context,
    logGroupName,
    { ...stream, groupId, retentionDays },
    {
      rules: await rulesOf(context, logGroupName, stream),
      events: messages.map((message) => ({ timestamp: now, message })),
      entity: undefined,
    },
  );
}

/** The events of a group that a reader may see now: those within its present retention. */
export function visibleFrom(group: StoredGroup, now: number, from: number): number {
  return group.retentionDays === undefined
    ? from
    : Math.max(from, now - group.retentionDays * logLimits.dayMs);
}

/**
 * Events in the order of time; the tokens lead on in both directions, and at an end lead to the same place
 * again. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 */
export async function getLogEvents(
  input: Input<"GetLogEvents">,
  context: LogsContext,
): Promise<Output<"GetLogEvents">> {
  const group = await requireReadableGroup(
    context,
    groupIdentifier(input.logGroupName, input.logGroupIdentifier),
  );
  requireReadableClass(group, "GetLogEvents");
  const { state, telemetry, logEncryption } = context.dependencies;
  const knownTimes = context.activity.knownTimes();
  const stream = await streamsIn(state).get(streamScope(group.value.id), input.logStreamName);
  if (stream === undefined) throw streamNotFound();
  const token = input.nextToken === undefined ? undefined : parsePageToken(input.nextToken);
  if (input.nextToken !== undefined && token === undefined) {
    throw invalidParameter("The specified nextToken is invalid.");
  }
  const descending = token === undefined ? input.startFromHead !== true : token.direction === "backward";
  const from = visibleFrom(group.value, context.call.now, input.startTime ?? 0);
  const to = input.endTime ?? Number.POSITIVE_INFINITY;
  const { firstEventAt, lastEventAt } = stream.value;
  const beginsAt = descending ? lastEventAt : firstEventAt;
  const page = await readLogEvents(telemetry, {
    source: await logEncryption.sourceOf([group.value.id]),
    groupId: group.value.id,
    streamIds: [stream.value.id],
    ...withinTimes({ from, to }, [knownTimes(group.value.id, stream.key, stream.value)]),
    ...(beginsAt === undefined ? {} : { beginsAt }),
    descending,
    limit: input.limit ?? logLimits.pageEvents,
    unmask: input.unmask ?? false,
    ...(token === undefined ? {} : { position: token.position }),
  });
  const rows = descending ? page.rows.toReversed() : page.rows;
  const here: EventPosition = token?.position ?? { timestamp: Math.max(0, from), sequence: 0n };
  return {
    events: rows.map(({ timestamp, message, ingestedAt }) => ({
      timestamp,
      message,
      ingestionTime: ingestedAt,
    })),
    nextForwardToken: printPageToken({ direction: "forward", position: rows.at(-1) ?? here }),
    nextBackwardToken: printPageToken({ direction: "backward", position: rows[0] ?? here }),
  };
}

/** The times, less those at which there is no event of these streams, where that is known of all of them. */
export function withinTimes(
  { from, to }: { readonly from: number; readonly to: number },
  streams: readonly (EventTimes | undefined)[],
): { readonly from: number; readonly to: number } {
  const times = streams.filter((one) => one !== undefined);
  if (times.length < streams.length) return { from, to };
  const first = times.reduce((least, { firstEventAt }) => Math.min(least, firstEventAt), to);
  const last = times.reduce((most, { lastEventAt }) => Math.max(most, lastEventAt), from - 1);
  return { from: Math.max(from, first), to: Math.min(to, last + 1) };
}

/** Which streams of a group a reader asks for; all of them when undefined. */
export async function namedStreams(
  context: LogsContext,
  group: Document<StoredGroup>,
  names: readonly string[] | undefined,
): Promise<readonly Document<StoredStream>[] | undefined> {
  if (names === undefined) return undefined;
  const found = await streamsIn(context.dependencies.state).getMany(streamScope(group.value.id), names);
  if (found.length < new Set(names).size) throw streamNotFound();
  return found;
}

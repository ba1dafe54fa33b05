// FilterLogEvents: the events of a group that match a filter pattern, over all its streams or some.
import { eventIdOf, positionOfEventId, type EventPosition } from "../../core/logs/event-position.ts";
import { logLimits } from "../../core/logs/limits.ts";
import { utf8Bytes } from "../../core/logs/log-batch.ts";
import type { Document } from "../../storage/state.ts";
import { readLogEvents, type LogEventRow } from "../../storage/telemetry/log-event-pages.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { groupIdentifier, invalidParameter, parseToken, printToken } from "./errors.ts";
import { compilePattern, type CompiledPattern } from "./filter-patterns.ts";
import { namedStreams, visibleFrom, withinTimes } from "./log-events.ts";
import { requireReadableClass } from "./log-classes.ts";
import {
  requireReadableGroup,
  streamScope,
  streamsIn,
  type StoredGroup,
  type StoredStream,
} from "./stored-groups.ts";

const isEventId = (value: unknown): value is string =>
  typeof value === "string" && positionOfEventId(value) !== undefined;

/**
 * One call looks at a bounded number of events, so a page may be empty and still have a token: the search
 * goes
 * on behind what was looked at.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 */
export async function filterLogEvents(
  input: Input<"FilterLogEvents">,
  context: LogsContext,
): Promise<Output<"FilterLogEvents">> {
  const group = await requireReadableGroup(
    context,
    groupIdentifier(input.logGroupName, input.logGroupIdentifier),
  );
  requireReadableClass(group, "FilterLogEvents");
  const pattern = compilePattern(input.filterPattern ?? "");
  if (input.logStreamNames !== undefined && input.logStreamNamePrefix !== undefined) {
    throw invalidParameter("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.");
  }
  const knownTimes = context.activity.knownTimes();
  const chosen =
    input.logStreamNamePrefix === undefined
      ? await namedStreams(context, group, input.logStreamNames)
      : await streamsOf(context, group, input.logStreamNamePrefix);
  const eventId = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isEventId);
  // Rows of a deleted stream may still be there; it has no name any more.
  const streams = chosen ?? (await streamsOf(context, group, ""));
  const names = new Map(streams.map(({ key, value }) => [value.id, key]));
  const times = {
    from: visibleFrom(group.value, context.call.now, input.startTime ?? 0),
    // AWS's end is inclusive here, unlike that of GetLogEvents.
    to: input.endTime === undefined ? Number.POSITIVE_INFINITY : input.endTime + 1,
  };
  const known = streams.map(({ key, value }) => knownTimes(group.value.id, key, value));
  const found = await scan(input, context, group, {
    pattern,
    names,
    streamIds: chosen?.map(({ value }) => value.id),
    ...withinTimes(times, known),
    position: eventId === undefined ? undefined : positionOfEventId(eventId),
  });
  return {
    events: found.rows.map((row) => ({
      logStreamName: names.get(row.streamId) ?? "",
      timestamp: row.timestamp,
      message: row.message,
      ingestionTime: row.ingestedAt,
      eventId: eventIdOf(row),
    })),
    searchedLogStreams: [], // as AWS answers since 2019
    ...(found.next === undefined ? {} : { nextToken: printToken(eventIdOf(found.next)) }),
  };
}

interface Scan {
  readonly pattern: CompiledPattern;
  readonly names: ReadonlyMap<number, string>;
  readonly streamIds: readonly number[] | undefined;
  readonly from: number;
  readonly to: number;
  readonly position: EventPosition | undefined;
}

/** Reads on until the page is full, the events end, or enough of them were looked at. */
async function scan(
  input: Input<"FilterLogEvents">,
  { call, dependencies }: LogsContext,
  group: Document<StoredGroup>,
  { pattern, names, streamIds, from, to, position: start }: Scan,
): Promise<{ rows: readonly LogEventRow[]; next: EventPosition | undefined }> {
  const limit = input.limit ?? logLimits.pageEvents;
  const everything = pattern.pattern.kind === "everything";
  const rows: LogEventRow[] = [];
  const source = await dependencies.logEncryption.sourceOf([group.value.id]);
  let bytes = 0;
  let position = start;
  let characters = 0;
  for (let looked = 0; looked < logLimits.scannedEvents && characters < logLimits.scannedCharacters;) {
    const page = await readLogEvents(
      dependencies.telemetry,
      {
        source,
        groupId: group.value.id,
        from,
        to,
        descending: input.startFromHead === false,
        needles: pattern.needles,
        unmask: input.unmask ?? false,
        limit: everything ? limit - rows.length : logLimits.readEvents,
        ...(streamIds === undefined ? {} : { streamIds }),
        ...(position === undefined ? {} : { position }),
      },
      { signal: call.signal },
    );
    for (const row of page.rows) {
      characters += row.message.length;
      if (names.has(row.streamId) && pattern.matches(row.message)) {
        bytes += utf8Bytes(row.message) + logLimits.eventOverheadBytes;
        if (rows.length > 0 && bytes > logLimits.pageBytes) return { rows, next: position };
        rows.push(row);
      }
      position = row;
      if (rows.length === limit)
        return { rows, next: page.more || row !== page.rows.at(-1) ? row : undefined };
    }
    if (!page.more) return { rows, next: undefined };
    looked += page.rows.length;
  }
  return { rows, next: position };
}

/** The streams of a group whose names begin with a prefix. */
async function streamsOf(
  { dependencies }: LogsContext,
  group: Document<StoredGroup>,
  prefix: string,
): Promise<readonly Document<StoredStream>[]> {
  const streams: Document<StoredStream>[] = [];
  for (let after: string | undefined; ;) {
    const page = await streamsIn(dependencies.state).list(streamScope(group.value.id), {
      limit: logLimits.readEvents,
      ...(prefix === "" ? {} : { prefix }),
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    streams.push(...page);
    after = page.at(-1)?.key;
    if (page.length < logLimits.readEvents) return streams;
  }
}

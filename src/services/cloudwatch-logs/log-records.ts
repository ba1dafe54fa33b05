// Single log events by the pointer that Logs Insights gives them, and the fields that a group's events have.
import { ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";
import { flattenEvent } from "../../core/insights/flatten-event.ts";
import type { EventPosition } from "../../core/logs/event-position.ts";
import type { Document } from "../../storage/state.ts";
import { readLogEvent, sampleDocuments, type StoredEvent } from "../../storage/telemetry/log-queries.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { groupIdentifier, invalidParameter } from "./errors.ts";
import { visibleFrom } from "./log-events.ts";
import { queryLimits } from "./query-limits.ts";
import {
  accountOf,
  groupsIn,
  readableScopes,
  requireReadableGroup,
  streamScope,
  streamsIn,
  type StoredGroup,
} from "./stored-groups.ts";

/**
 * The whole event as fields: the text, the system fields, and those found in JSON.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogRecord.html
 */
export async function getLogRecord(
  input: Input<"GetLogRecord">,
  context: LogsContext,
): Promise<Output<"GetLogRecord">> {
  const found = await findRecord(input.logRecordPointer, input.unmask ?? false, context);
  if (found === undefined) {
    throw modelled(ResourceNotFoundException, "The specified log record does not exist.");
  }
  const { group, event } = found;
  return {
    logRecord: {
      ...flattenEvent(event.document),
      ...event.kept,
      "@timestamp": String(event.timestamp),
      "@message": event.message,
      "@logStream": await streamName(group, event.streamId, context),
      "@log": `${accountOf(group)}:${group.key}`,
      "@ingestionTime": String(event.ingestedAt),
      "@ptr": input.logRecordPointer,
    },
  };
}

interface FoundRecord {
  readonly group: Document<StoredGroup>;
  readonly event: StoredEvent;
}

/**
 * The event that a pointer is to; undefined where none is, or none any more.
 * @throws InvalidParameterException, KeyUnavailableError
 */
export async function findRecord(
  recordPointer: string,
  unmask: boolean,
  context: LogsContext,
): Promise<FoundRecord | undefined> {
  const { telemetry, logEncryption } = context.dependencies;
  const pointer = parsePointer(recordPointer);
  const group = await groupById(pointer.groupId, context);
  if (group === undefined) return undefined;
  const { id } = group.value;
  const event = await readLogEvent(telemetry, await logEncryption.sourceOf([id]), id, pointer, unmask);
  const isVisible = event !== undefined && event.timestamp >= visibleFrom(group.value, context.call.now, 0);
  return isVisible ? { group, event } : undefined;
}

/** @throws InvalidParameterException for a text that is no pointer of ours. */
function parsePointer(pointer: string): EventPosition & { readonly groupId: number } {
  const text = Buffer.from(pointer, "base64").toString();
  const [, group = "", timestamp = "", sequence = ""] =
    /^(\d{1,10})\/(\d{1,14})\/(\d{1,20})$/.exec(text) ?? [];
  if (group === "") throw invalidParameter("Invalid record pointer.");
  return { groupId: Number(group), timestamp: Number(timestamp), sequence: BigInt(sequence) };
}

const pageSize = 10_000;

async function groupById(id: number, context: LogsContext): Promise<Document<StoredGroup> | undefined> {
  for (const scope of readableScopes(context)) {
    for (let after: string | undefined; ;) {
      const page = await groupsIn(context.dependencies.state).list(scope, {
        limit: pageSize,
        ...(after === undefined ? {} : { after: { key: after } }),
      });
      const found = page.find(({ value }) => value.id === id);
      if (found !== undefined) return found;
      if (page.length < pageSize) break;
      after = page.at(-1)?.key;
    }
  }
  return undefined;
}

async function streamName(group: Document<StoredGroup>, id: number, context: LogsContext): Promise<string> {
  for (let after: string | undefined; ;) {
    const page = await streamsIn(context.dependencies.state).list(streamScope(group.value.id), {
      limit: pageSize,
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    const found = page.find(({ value }) => value.id === id);
    if (found !== undefined || page.length < pageSize) return found?.key ?? "";
    after = page.at(-1)?.key;
  }
}

const systemFields = ["@ingestionTime", "@log", "@logStream", "@message", "@timestamp"];

/**
 * How many of a hundred events have each field, of those around an instant or of the last quarter of an hour.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogGroupFields.html
 */
export async function getLogGroupFields(
  input: Input<"GetLogGroupFields">,
  context: LogsContext,
): Promise<Output<"GetLogGroupFields">> {
  const group = await requireReadableGroup(
    context,
    groupIdentifier(input.logGroupName, input.logGroupIdentifier),
  );
  const { now } = context.call;
  const asked =
    input.time === undefined ? undefined : input.time < 100_000_000_000 ? input.time * 1_000 : input.time;
  const from = asked === undefined ? now - queryLimits.recentSpanMs : asked - queryLimits.sampleSpanMs;
  const span = {
    from: Math.max(0, visibleFrom(group.value, now, from)),
    to: asked === undefined ? now : asked + queryLimits.sampleSpanMs,
  };
  const { telemetry, logEncryption } = context.dependencies;
  const documents = await sampleDocuments(
    telemetry,
    await logEncryption.sourceOf([group.value.id]),
    group.value.id,
    span,
    queryLimits.sampledEvents,
  );
  const counts = new Map<string, number>();
  for (const document of documents) {
    for (const name of [...systemFields, ...Object.keys(flattenEvent(document))]) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const fields = [...counts].map(([name, count]) => ({
    name,
    percent: Math.round((100 * count) / documents.length),
  }));
  return {
    logGroupFields: fields.toSorted(
      (left, right) => right.percent - left.percent || (left.name < right.name ? -1 : 1),
    ),
  };
}

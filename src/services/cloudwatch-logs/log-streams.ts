// Log streams: create, describe and delete.
import { ResourceAlreadyExistsException } from "@aws-sdk/client-cloudwatch-logs";
import { logLimits } from "../../core/logs/limits.ts";
import { logStreamArn } from "../../core/logs/log-group-identifier.ts";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { groupIdentifier, invalidParameter, parseToken, printToken, streamNotFound } from "./errors.ts";
import { sequenceToken } from "./log-events.ts";
import {
  accountOf,
  collectionNames,
  requireGroup,
  requireReadableGroup,
  requireUnprotected,
  streamScope,
  streamsIn,
  type StoredGroup,
  type StoredStream,
} from "./stored-groups.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html */
export async function createLogStream(
  input: Input<"CreateLogStream">,
  context: LogsContext,
): Promise<Output<"CreateLogStream">> {
  const { state } = context.dependencies;
  const group = await requireGroup(context, input.logGroupName);
  const createdAt = context.call.now;
  const stream = { id: await state.nextNumber("log-stream"), createdAt };
  const created = await streamsIn(state).create(
    streamScope(group.value.id),
    input.logStreamName,
    stream,
    createdAt,
  );
  if (!created) throw modelled(ResourceAlreadyExistsException, "The specified log stream already exists");
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html */
export async function deleteLogStream(
  input: Input<"DeleteLogStream">,
  context: LogsContext,
): Promise<Output<"DeleteLogStream">> {
  const { state } = context.dependencies;
  const group = await requireGroup(context, input.logGroupName);
  requireUnprotected(group, "log streams");
  const scope = streamScope(group.value.id);
  const stream = await streamsIn(state).get(scope, input.logStreamName);
  if (stream === undefined) throw streamNotFound();
  const { key, version } = stream;
  const deleted = { groupId: group.value.id, streamId: stream.value.id };
  const written = await state.write([
    { kind: "delete", collection: collectionNames.streams, scope, key, version },
    context.deletions.note(deleted),
  ]);
  context.streams.forget();
  if (!written) return deleteLogStream(input, context); // it changed since it was read
  context.deletions.begin(deleted);
  return {};
}

interface StreamPosition {
  readonly key: string;
  readonly rank?: number;
}

const isPosition = (value: unknown): value is StreamPosition =>
  typeof value === "object" && value !== null && "key" in value && typeof value.key === "string";

/**
 * By name, or by the time of the last event; a stream without events counts with its creation.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
 */
export async function describeLogStreams(
  input: Input<"DescribeLogStreams">,
  context: LogsContext,
): Promise<Output<"DescribeLogStreams">> {
  const byTime = input.orderBy === "LastEventTime";
  const prefix = input.logStreamNamePrefix;
  if (byTime && prefix !== undefined) {
    throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  const group = await requireReadableGroup(
    context,
    groupIdentifier(input.logGroupName, input.logGroupIdentifier),
  );
  await context.activity.flush();
  const limit = input.limit ?? logLimits.describePage;
  const after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isPosition);
  const found = await streamsIn(context.dependencies.state).list(streamScope(group.value.id), {
    order: byTime ? "rank" : "key",
    descending: input.descending ?? false,
    limit: limit + 1,
    ...(prefix === undefined ? {} : { prefix }),
    ...(after === undefined ? {} : { after }),
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    logStreams: page.map((stream) => describe(context, group, stream)),
    ...(found.length > limit && last !== undefined
      ? { nextToken: printToken({ key: last.key, rank: last.rank }) }
      : {}),
  };
}

function describe(
  { call }: LogsContext,
  group: Document<StoredGroup>,
  { key, value }: Document<StoredStream>,
) {
  const { firstEventAt, lastEventAt, lastIngestionAt } = value;
  return {
    logStreamName: key,
    creationTime: value.createdAt,
    ...(firstEventAt === undefined ? {} : { firstEventTimestamp: firstEventAt }),
    ...(lastEventAt === undefined ? {} : { lastEventTimestamp: lastEventAt }),
    ...(lastIngestionAt === undefined ? {} : { lastIngestionTime: lastIngestionAt }),
    // Old clients send it back; it is never refused.
    uploadSequenceToken: sequenceToken(lastIngestionAt ?? value.createdAt),
    arn: logStreamArn(accountOf(group), call.region, group.key, key),
    storedBytes: 0, // as AWS answers for streams since 2019
  };
}

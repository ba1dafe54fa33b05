// Metric streams: made, changed, listed, started and stopped. The worker of metric streams sends them.
import { ResourceNotFoundException, type MetricStreamFilter } from "@aws-sdk/client-cloudwatch";
import {
  streamedAccounts,
  type MetricFilter,
  type MetricStream,
} from "../../core/metric-streams/metric-stream.ts";
import {
  allStreams,
  deleteChanges,
  startChange,
  streamCollection,
  streamKey,
  streamScope,
  streamsOf,
} from "../../storage/metric-streams.ts";
import type { Change, Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import { isKeyPosition, parseToken, printToken } from "./alarm-errors.ts";
import { withTags } from "./alarm-input.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { invalidValue } from "./metric-errors.ts";
import { checkMetricStream } from "./metric-stream-input.ts";
import { untilWritten } from "./stored-alarms.ts";

const defaultResults = 500;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricStream.html */
export async function putMetricStream(
  input: Input<"PutMetricStream">,
  context: CloudWatchContext,
): Promise<Output<"PutMetricStream">> {
  const { call, dependencies } = context;
  const { state, metricArrivals } = dependencies;
  const definition = checkMetricStream(input, call);
  const key = streamKey(call, definition.name);
  await untilWritten(async () => {
    const before = await streamsOf(state).get(streamScope, key);
    if (before !== undefined) {
      const { isRunning, createdAt, tags } = before.value;
      const stream: MetricStream = { ...definition, isRunning, createdAt, tags, updatedAt: call.now };
      return streamsOf(state).replace(streamScope, key, stream, before.version);
    }
    const stream: MetricStream = {
      ...definition,
      isRunning: true,
      createdAt: call.now,
      updatedAt: call.now,
      tags: withTags({}, input.Tags),
    };
    const create = { kind: "create", collection: streamCollection, scope: streamScope, key } as const;
    return state.write([
      { ...create, value: stream },
      startChange(key, await metricArrivals.position(call.now)),
    ]);
  });
  const found = await streamsOf(state).get(streamScope, key);
  if (found?.value.isRunning === true) {
    await watch(context, found.value);
    dependencies.facts.publish({ kind: "WorkPlanned" });
  }
  return { Arn: definition.arn };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStream.html */
export async function getMetricStream(
  { Name }: Input<"GetMetricStream">,
  { call, dependencies }: CloudWatchContext,
): Promise<Output<"GetMetricStream">> {
  const found = await streamsOf(dependencies.state).get(streamScope, streamKey(call, Name));
  if (found === undefined) {
    throw modelled(ResourceNotFoundException, `Metric stream with name ${Name} does not exist.`);
  }
  const { value: stream } = found;
  const { roleArn, include, exclude, statistics, includesLinkedAccounts } = stream;
  return {
    ...entryOf(stream),
    RoleArn: roleArn,
    ...(include.length === 0 ? {} : { IncludeFilters: include.map(shownFilter) }),
    ...(exclude.length === 0 ? {} : { ExcludeFilters: exclude.map(shownFilter) }),
    ...(statistics.length === 0
      ? {}
      : {
          StatisticsConfigurations: statistics.map(({ metrics, statistics: added }) => ({
            IncludeMetrics: metrics.map(({ namespace, name }) => ({
              Namespace: namespace,
              MetricName: name,
            })),
            AdditionalStatistics: [...added],
          })),
        }),
    ...(includesLinkedAccounts === undefined ? {} : { IncludeLinkedAccountsMetrics: includesLinkedAccounts }),
  };
}

const entryOf = (stream: MetricStream) => ({
  Arn: stream.arn,
  Name: stream.name,
  FirehoseArn: stream.firehoseArn,
  State: stream.isRunning ? "running" : "stopped",
  OutputFormat: stream.format,
  CreationDate: new Date(stream.createdAt),
  LastUpdateDate: new Date(stream.updatedAt),
});

const shownFilter = ({ namespace, names }: MetricFilter): MetricStreamFilter => ({
  Namespace: namespace,
  ...(names === undefined ? {} : { MetricNames: [...names] }),
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetricStreams.html */
export async function listMetricStreams(
  input: Input<"ListMetricStreams">,
  { call, dependencies }: CloudWatchContext,
): Promise<Output<"ListMetricStreams">> {
  const after = parseToken(input.NextToken, isKeyPosition);
  const limit = input.MaxResults ?? defaultResults;
  const found = await streamsOf(dependencies.state).list(streamScope, {
    prefix: streamKey(call, ""),
    ...(after === undefined ? {} : { after: { key: streamKey(call, after.key) } }),
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1)?.value.name;
  return {
    Entries: page.map(({ value }) => entryOf(value)),
    ...(found.length > limit && last !== undefined ? { NextToken: printToken({ key: last }) } : {}),
  };
}

/**
 * A stream that is not there is no error, as AWS models none.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteMetricStream.html
 */
export async function deleteMetricStream(
  { Name }: Input<"DeleteMetricStream">,
  context: CloudWatchContext,
): Promise<object> {
  const { call, dependencies } = context;
  await dependencies.state.write(deleteChanges(streamKey(call, Name)));
  await endWatch(context);
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_StartMetricStreams.html */
export async function startMetricStreams(
  { Names }: Input<"StartMetricStreams">,
  context: CloudWatchContext,
): Promise<object> {
  const { call, dependencies } = context;
  const { metricArrivals, state } = dependencies;
  await setRunning(context, Names, true, await metricArrivals.position(call.now));
  const keys = Names.map((name) => streamKey(call, name));
  for (const { value } of await streamsOf(state).getMany(streamScope, keys)) await watch(context, value);
  return {};
}

/**
 * What arrives while a stream is stopped is never sent.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_StopMetricStreams.html
 */
export async function stopMetricStreams(
  { Names }: Input<"StopMetricStreams">,
  context: CloudWatchContext,
): Promise<object> {
  await setRunning(context, Names, false, "");
  await endWatch(context);
  return {};
}

/** All of the streams or none; those that are in the state already stay as they are. */
async function setRunning(
  { call, dependencies }: CloudWatchContext,
  names: readonly string[],
  isRunning: boolean,
  position: string,
): Promise<void> {
  const { state } = dependencies;
  const wanted = [...new Set(names)];
  await untilWritten(async () => {
    const found = await streamsOf(state).getMany(
      streamScope,
      wanted.map((name) => streamKey(call, name)),
    );
    const known = new Set(found.map(({ value }) => value.name));
    const missing = wanted.filter((name) => !known.has(name));
    if (missing.length > 0) throw invalidValue(`Metric streams [${missing.join(", ")}] do not exist.`);
    const changes = found
      .filter(({ value }) => value.isRunning !== isRunning)
      .flatMap((stream) => [
        changed(stream, isRunning, call.now),
        ...(isRunning ? [startChange(stream.key, position)] : []),
      ]);
    return changes.length === 0 || state.write(changes);
  });
  dependencies.facts.publish({ kind: "WorkPlanned" });
}

function changed({ key, value, version }: Document<MetricStream>, isRunning: boolean, now: number): Change {
  const stream: MetricStream = { ...value, isRunning, updatedAt: now };
  return {
    kind: "replace",
    collection: streamCollection,
    scope: streamScope,
    key,
    value: stream,
    version,
  };
}

async function watch({ dependencies }: CloudWatchContext, stream: MetricStream): Promise<void> {
  const { linkedAccounts, metricArrivals, worlds } = dependencies;
  for (const account of streamedAccounts(stream, linkedAccounts)) {
    await metricArrivals.watch(await worlds.numberOf(account, stream.region));
  }
}

/** Nobody notes what arrives in a world that no stream which runs is about. */
async function endWatch({ call, dependencies }: CloudWatchContext): Promise<void> {
  const { linkedAccounts, metricArrivals, state, worlds } = dependencies;
  const needed = new Set(
    (await allStreams(state, "")).flatMap(({ value }) =>
      value.isRunning && value.region === call.region ? streamedAccounts(value, linkedAccounts) : [],
    ),
  );
  for (const account of [call.account, ...linkedAccounts.sourcesOf(call.account)]) {
    if (needed.has(account)) continue;
    await metricArrivals.unwatch(await worlds.numberOf(account, call.region));
  }
}

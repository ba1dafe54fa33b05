// Metric filters: put, described and deleted. What they count is in `event-metrics.ts`.
import {
  LimitExceededException,
  ResourceNotFoundException,
  type MetricFilter,
} from "@aws-sdk/client-cloudwatch-logs";
import { parseFilterPattern, regexesOf } from "../../core/logs/filter-pattern/parse.ts";
import { logLimits } from "../../core/logs/limits.ts";
import {
  MetricFilterError,
  metricFilterLimits,
  type MetricTransformation,
} from "../../core/logs/metric-filter.ts";
import type { Change, Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { aborted, invalidParameter, parseToken, printToken } from "./errors.ts";
import { checkSelection, checkTransformed } from "./filter-options.ts";
import { compilePattern } from "./filter-patterns.ts";
import { activate } from "./metric-filter-directory.ts";
import { requireStandardClass } from "./log-classes.ts";
import { collectionNames, requireGroup, scopeOf, type StoredGroup } from "./stored-groups.ts";
import {
  filterKey,
  metricFilterCollection,
  metricFiltersIn,
  metricFiltersOf,
  parseFilterKey,
  type StoredMetricFilter,
} from "./stored-metric-filters.ts";

/** How often a write that races another one of the same group is made again. */
const attempts = 10;

/**
 * The filter counts the events that are put from then on. A filter of the same name is replaced.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
 */
export async function putMetricFilter(
  input: Input<"PutMetricFilter">,
  context: LogsContext,
): Promise<Output<"PutMetricFilter">> {
  const { state } = context.dependencies;
  const filter = checkFilter(input, context);
  await checkTransformed(context, input.logGroupName, input.applyOnTransformedLogs);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const group = await requireGroup(context, input.logGroupName);
    requireStandardClass(group);
    const others = await metricFiltersOf(state, group.scope, group.key);
    const key = filterKey(group.key, input.filterName);
    const before = others.find((other) => other.key === key);
    checkQuotas(filter, others, before);
    const value = { ...filter, createdAt: before?.value.createdAt ?? context.call.now };
    const count = others.length + (before === undefined ? 1 : 0);
    const put = { kind: "put", collection: metricFilterCollection, scope: group.scope, key, value } as const;
    if (await writeFilter(context, group, count, put)) return {};
  }
  throw aborted();
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteMetricFilter.html */
export async function deleteMetricFilter(
  input: Input<"DeleteMetricFilter">,
  context: LogsContext,
): Promise<Output<"DeleteMetricFilter">> {
  const { state } = context.dependencies;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const group = await requireGroup(context, input.logGroupName);
    const filters = await metricFiltersOf(state, group.scope, group.key);
    const key = filterKey(group.key, input.filterName);
    if (!filters.some((filter) => filter.key === key)) {
      throw modelled(ResourceNotFoundException, "The specified metric filter does not exist.");
    }
    const { scope } = group;
    const deletion = { kind: "delete", collection: metricFilterCollection, scope, key } as const;
    if (await writeFilter(context, group, filters.length - 1, deletion)) return {};
  }
  throw aborted();
}

const isKey = (value: unknown): value is string => typeof value === "string";

/**
 * Those of one group, or of all; in the order of their groups and names.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html
 */
export async function describeMetricFilters(
  input: Input<"DescribeMetricFilters">,
  context: LogsContext,
): Promise<Output<"DescribeMetricFilters">> {
  const { logGroupName, filterNamePrefix = "", metricName, metricNamespace } = input;
  if ((metricName === undefined) !== (metricNamespace === undefined)) {
    throw invalidParameter("metricName and metricNamespace must be specified together.");
  }
  if (logGroupName !== undefined) requireStandardClass(await requireGroup(context, logGroupName));
  const prefix = logGroupName === undefined ? undefined : filterKey(logGroupName, filterNamePrefix);
  const limit = input.limit ?? logLimits.describePage;
  const wanted = ({ value: { transformation } }: Document<StoredMetricFilter>) =>
    metricName === undefined ||
    (transformation.metricName === metricName && transformation.metricNamespace === metricNamespace);
  const found: Document<StoredMetricFilter>[] = [];
  let after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isKey);
  for (;;) {
    const page = await metricFiltersIn(context.dependencies.state).list(scopeOf(context), {
      limit: logLimits.listedGroups,
      ...(prefix === undefined ? {} : { prefix }),
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    found.push(...page.filter(wanted));
    after = page.at(-1)?.key;
    if (page.length < logLimits.listedGroups || found.length > limit) break;
  }
  const page = found.slice(0, limit);
  return {
    metricFilters: page.map(describe),
    ...(found.length > limit ? { nextToken: printToken(page.at(-1)?.key) } : {}),
  };
}

/** The number of filters is kept with the group, whose version makes two changes one after the other. */
async function writeFilter(
  context: LogsContext,
  { scope, key, value, version }: Document<StoredGroup>,
  count: number,
  change: Change,
): Promise<boolean> {
  const group: StoredGroup = { ...value, metricFilters: count };
  const written = await context.dependencies.state.write([
    { kind: "replace", collection: collectionNames.groups, scope, key, value: group, version },
    change,
  ]);
  context.streams.forget();
  context.metricFilters.forget(value.id);
  return written;
}

/** @throws InvalidParameterException */
function checkFilter(
  input: Input<"PutMetricFilter">,
  context: LogsContext,
): Omit<StoredMetricFilter, "createdAt"> {
  const { filterPattern, emitSystemFieldDimensions, fieldSelectionCriteria } = input;
  const unknown = emitSystemFieldDimensions?.find(
    (name) => name !== "@aws.account" && name !== "@aws.region",
  );
  if (unknown !== undefined) {
    throw invalidParameter(`Invalid system field: ${unknown}. Valid are @aws.account and @aws.region.`);
  }
  compilePattern(filterPattern);
  checkSelection(fieldSelectionCriteria);
  const filter = {
    filterPattern,
    transformation: transformationOf(input),
    createdAt: context.call.now,
    ...(emitSystemFieldDimensions === undefined
      ? {}
      : { emitSystemFieldDimensions: [...new Set(emitSystemFieldDimensions)] }),
    ...(fieldSelectionCriteria === undefined ? {} : { fieldSelectionCriteria }),
    ...(input.applyOnTransformedLogs === true ? { isOnTransformed: true } : {}),
  };
  try {
    activate({ scope: scopeOf(context), key: "", value: filter });
  } catch (error) {
    if (error instanceof MetricFilterError) throw invalidParameter(error.message);
    throw error;
  }
  return filter;
}

function transformationOf({ metricTransformations }: Input<"PutMetricFilter">): MetricTransformation {
  const [transformation] = metricTransformations;
  if (transformation === undefined) throw invalidParameter("A metric transformation must be specified.");
  const { metricName, metricNamespace, metricValue, defaultValue, dimensions, unit } = transformation;
  return {
    metricName,
    metricNamespace,
    metricValue,
    ...(defaultValue === undefined ? {} : { defaultValue }),
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(unit === undefined ? {} : { unit }),
  };
}

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 * @throws LimitExceededException
 */
function checkQuotas(
  { filterPattern }: Pick<StoredMetricFilter, "filterPattern">,
  filters: readonly Document<StoredMetricFilter>[],
  replaced: Document<StoredMetricFilter> | undefined,
): void {
  const { filtersPerGroup, regexesPerGroup } = metricFilterLimits;
  if (replaced === undefined && filters.length >= filtersPerGroup) {
    throw modelled(LimitExceededException, "Resource limit exceeded.");
  }
  const patterns = filters.filter((filter) => filter !== replaced).map(({ value }) => value.filterPattern);
  const regexes = [...patterns, filterPattern].flatMap((text) => regexesOf(parseFilterPattern(text)));
  if (regexes.length > regexesPerGroup) {
    throw modelled(
      LimitExceededException,
      `Resource limit exceeded: the filters of a group have at most ${regexesPerGroup} regular expressions.`,
    );
  }
}

function describe({ key, value }: Document<StoredMetricFilter>): MetricFilter {
  const { filterPattern, transformation, createdAt, fieldSelectionCriteria, emitSystemFieldDimensions } =
    value;
  return {
    ...parseFilterKey(key),
    filterPattern,
    metricTransformations: [
      { ...transformation, dimensions: transformation.dimensions && { ...transformation.dimensions } },
    ],
    creationTime: createdAt,
    applyOnTransformedLogs: value.isOnTransformed ?? false,
    ...(fieldSelectionCriteria === undefined ? {} : { fieldSelectionCriteria }),
    ...(emitSystemFieldDimensions === undefined
      ? {}
      : { emitSystemFieldDimensions: [...emitSystemFieldDimensions] }),
  };
}

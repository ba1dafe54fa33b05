// Data sources: which kind of logs a group holds, by its tags, and which fields such logs have.
import {
  ResourceNotFoundException,
  type LogFieldsListItem,
  type LogFieldType,
} from "@aws-sdk/client-cloudwatch-logs";
import { dataSourceOf, isOfDataSources, type DataSource } from "../../core/logs/data-source.ts";
import { fieldTypesOf, type FieldType, type FieldTypes } from "../../core/logs/log-field-types.ts";
import { compileNamePattern } from "../../core/logs/log-group-filter.ts";
import type { Document } from "../../storage/state.ts";
import { sampleDocuments } from "../../storage/telemetry/log-queries.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { parseToken, printToken } from "./errors.ts";
import { visibleFrom } from "./log-events.ts";
import { isOfClass } from "./log-classes.ts";
import { accountsOf } from "./log-group-listings.ts";
import { groupsIn, scopeOf, type StoredGroup } from "./stored-groups.ts";

const limits = {
  /** Groups that are read at once, and those whose events GetLogFields looks at. */
  groupPage: 1_000,
  sampledGroups: 50,
  sampledEvents: 200,
  summaryPage: 50,
} as const;

/**
 * The fields of the newest events of the groups of a data source, with the types that hold all their values.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogFields.html
 */
export async function getLogFields(
  { dataSourceName, dataSourceType }: Input<"GetLogFields">,
  context: LogsContext,
): Promise<Output<"GetLogFields">> {
  const { telemetry, logEncryption } = context.dependencies;
  const wanted = [{ name: dataSourceName, type: dataSourceType }];
  const groups: Document<StoredGroup>[] = [];
  for await (const group of groupsOf(scopeOf(context), context)) {
    if (isOfDataSources(group.value.tags, wanted)) groups.push(group);
    if (groups.length === limits.sampledGroups) break;
  }
  if (groups.length === 0) {
    const named = `${dataSourceName}.${dataSourceType}`;
    throw modelled(ResourceNotFoundException, `No log group is of the data source ${named}.`);
  }
  const documents: string[] = [];
  for (const { value } of groups) {
    const source = await logEncryption.sourceOf([value.id]);
    const span = { from: Math.max(0, visibleFrom(value, context.call.now, 0)), to: context.call.now };
    documents.push(...(await sampleDocuments(telemetry, source, value.id, span, limits.sampledEvents)));
  }
  return { logFields: shownFields(fieldTypesOf(documents)) };
}

function shownFields(fields: FieldTypes): LogFieldsListItem[] {
  return [...fields]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([logFieldName, type]) => ({ logFieldName, logFieldType: shownType(type) }));
}

function shownType(type: FieldType): LogFieldType {
  if (type.kind === "struct") return { type: type.kind, fields: shownFields(type.fields) };
  if (type.kind === "array" && type.element !== undefined) {
    return { type: type.kind, element: shownType(type.element) };
  }
  return { type: type.kind };
}

async function* groupsOf(
  scope: string,
  { dependencies }: LogsContext,
): AsyncGenerator<Document<StoredGroup>> {
  for (let after: string | undefined; ;) {
    const page = await groupsIn(dependencies.state).list(scope, {
      limit: limits.groupPage,
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    yield* page;
    after = page.at(-1)?.key;
    if (page.length < limits.groupPage) return;
  }
}

const isPosition = (value: unknown): value is number => typeof value === "number" && value >= 0;

/**
 * Groups without a data source are not counted.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListAggregateLogGroupSummaries.html
 */
export async function listAggregateLogGroupSummaries(
  input: Input<"ListAggregateLogGroupSummaries">,
  context: LogsContext,
): Promise<Output<"ListAggregateLogGroupSummaries">> {
  const { logGroupNamePattern: pattern, logGroupClass, dataSources } = input;
  const matchesName = pattern === undefined ? () => true : compileNamePattern(pattern);
  const counts = new Map<string, { readonly source: DataSource; groups: number }>();
  for (const account of accountsOf(input, context)) {
    for await (const { key, value } of groupsOf(`${account}/${context.call.region}`, context)) {
      const source = dataSourceOf(value.tags);
      if (source === undefined || !matchesName(key) || !isOfDataSources(value.tags, dataSources)) continue;
      if (!isOfClass(logGroupClass, value.logGroupClass)) continue;
      const name = JSON.stringify([source.name, source.type]);
      const counted = counts.get(name) ?? { source, groups: 0 };
      counted.groups += 1;
      counts.set(name, counted);
    }
  }
  const all = [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, counted]) => counted);
  const from = input.nextToken === undefined ? 0 : parseToken(input.nextToken, isPosition);
  const to = from + (input.limit ?? limits.summaryPage);
  return {
    aggregateLogGroupSummaries: all.slice(from, to).map(({ source, groups }) => ({
      logGroupCount: groups,
      groupingIdentifiers: [
        { key: "dataSource.Name", value: source.name },
        ...(source.type === "" ? [] : [{ key: "dataSource.Type", value: source.type }]),
      ],
    })),
    ...(to < all.length ? { nextToken: printToken(to) } : {}),
  };
}

// Saved queries of Logs Insights.
import { randomUUID } from "node:crypto";
import { LimitExceededException, ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";
import type { QueryLanguage } from "../../core/insights/query-languages.ts";
import type { Collection } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { parseToken, printToken } from "./errors.ts";
import { queryLimits } from "./query-limits.ts";
import { scopeOf } from "./stored-groups.ts";

interface StoredDefinition {
  readonly name: string;
  readonly queryString: string;
  /** Logs Insights QL when undefined. */
  readonly queryLanguage?: QueryLanguage;
  readonly logGroupNames: readonly string[];
  readonly parameters: NonNullable<Input<"PutQueryDefinition">["parameters"]>;
  /** Epoch milliseconds. */
  readonly lastModifiedAt: number;
}

const definitionsIn = ({ dependencies }: LogsContext): Collection<StoredDefinition> =>
  dependencies.state.collection<StoredDefinition>("log-query-definitions");

const definitionNotFound = (queryDefinitionId: string) =>
  modelled(ResourceNotFoundException, `Query definition ${queryDefinitionId} does not exist.`);

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html */
export async function putQueryDefinition(
  input: Input<"PutQueryDefinition">,
  context: LogsContext,
): Promise<Output<"PutQueryDefinition">> {
  const definitions = definitionsIn(context);
  const scope = scopeOf(context);
  const { queryDefinitionId } = input;
  if (queryDefinitionId !== undefined && (await definitions.get(scope, queryDefinitionId)) === undefined) {
    throw definitionNotFound(queryDefinitionId);
  }
  if (queryDefinitionId === undefined && (await definitions.count(scope)) >= queryLimits.definitions) {
    throw modelled(LimitExceededException, "The limit of query definitions has been reached.");
  }
  // A call that is repeated with its token makes no second definition.
  const id = queryDefinitionId ?? input.clientToken ?? randomUUID();
  const definition: StoredDefinition = {
    name: input.name,
    queryString: input.queryString,
    queryLanguage: input.queryLanguage ?? "CWLI",
    logGroupNames: input.logGroupNames ?? [],
    parameters: input.parameters ?? [],
    lastModifiedAt: context.call.now,
  };
  await definitions.put(scope, id, definition);
  return { queryDefinitionId: id };
}

const isKey = (value: unknown): value is string => typeof value === "string";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueryDefinitions.html */
export async function describeQueryDefinitions(
  input: Input<"DescribeQueryDefinitions">,
  context: LogsContext,
): Promise<Output<"DescribeQueryDefinitions">> {
  const { queryDefinitionNamePrefix: prefix = "", queryLanguage, nextToken } = input;
  const after = nextToken === undefined ? undefined : parseToken(nextToken, isKey);
  const all = await definitionsIn(context).list(scopeOf(context), { limit: queryLimits.definitions });
  const wanted = all
    .filter(({ value }) => value.name.startsWith(prefix) && isIn(value, queryLanguage))
    .toSorted((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
  const rest = wanted.filter((definition) => after === undefined || sortKey(definition) > after);
  const page = rest.slice(0, input.maxResults ?? queryLimits.describePage);
  const last = page.at(-1);
  return {
    queryDefinitions: page.map(({ key, value }) => ({
      queryLanguage: value.queryLanguage ?? "CWLI",
      queryDefinitionId: key,
      name: value.name,
      queryString: value.queryString,
      lastModified: value.lastModifiedAt,
      logGroupNames: [...value.logGroupNames],
      ...(value.parameters.length === 0 ? {} : { parameters: [...value.parameters] }),
    })),
    ...(last !== undefined && page.length < rest.length ? { nextToken: printToken(sortKey(last)) } : {}),
  };
}

const isIn = (value: StoredDefinition, language: QueryLanguage | undefined): boolean =>
  language === undefined || language === (value.queryLanguage ?? "CWLI");

const sortKey = ({ key, value }: { readonly key: string; readonly value: StoredDefinition }): string =>
  `${value.name}\n${key}`;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteQueryDefinition.html */
export async function deleteQueryDefinition(
  input: Input<"DeleteQueryDefinition">,
  context: LogsContext,
): Promise<Output<"DeleteQueryDefinition">> {
  const { queryDefinitionId } = input;
  if (!(await definitionsIn(context).delete(scopeOf(context), queryDefinitionId))) {
    throw definitionNotFound(queryDefinitionId);
  }
  return { success: true };
}

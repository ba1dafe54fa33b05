// Which log groups and streams a query of Logs Insights reads.
import { MalformedQueryException, ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";
import { RE2JS, RE2JSSyntaxException } from "re2js";
import {
  compileInsightsQuery,
  lookupTablesOf,
  mentionsLogStream,
  nestedSources,
  sourceOf,
} from "../../core/insights/compile-query.ts";
import { timeOfSource } from "../../core/insights/commands/source.ts";
import { explainQueryError, type InsightsQueryError } from "../../core/insights/query-error.ts";
import type { Query, Source } from "../../core/insights/query-tree.ts";
import type { QueryScope, ScopeGroup } from "../../core/insights/scope.ts";
import { dataSourceOf } from "../../core/logs/data-source.ts";
import { mayHaveTwins } from "../../storage/retention-moves.ts";
import type { Document } from "../../storage/state.ts";
import { requireReadable, type LogEventSource } from "../../storage/telemetry/log-event-source.ts";
import { modelled } from "../../wire/service.ts";
import { accountIndexesOf, readAccountRules, type AccountRules } from "./account-rules.ts";
import type { LogsContext } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { indexPoliciesIn, policyKey } from "./group-policies.ts";
import { visibleFrom } from "./log-events.ts";
import { readLookupTables } from "./lookup-tables.ts";
import { queryLimits } from "./query-limits.ts";
import { chosenGroups } from "./source-groups.ts";
import {
  accountOf,
  groupsIn,
  readablePlace,
  streamScope,
  streamsIn,
  type StoredGroup,
} from "./stored-groups.ts";

/** The exception that tells where a query is wrong. */
export function malformed(error: InsightsQueryError, queryString: string): MalformedQueryException {
  const location = { startCharOffset: error.span.start, endCharOffset: error.span.end };
  const message = explainQueryError(error, queryString);
  return modelled(MalformedQueryException, message, { queryCompileError: { location, message } });
}

type Groups = readonly Document<StoredGroup>[];

/** One of the three, or none. */
export interface NamedLogGroups {
  readonly logGroupName?: string | undefined;
  readonly logGroupNames?: readonly string[] | undefined;
  readonly logGroupIdentifiers?: readonly string[] | undefined;
}

/**
 * The groups that the call names, or the query by its SOURCE.
 * @throws InvalidParameterException, ResourceNotFoundException
 */
export async function groupsOf(input: NamedLogGroups, query: Query, context: LogsContext): Promise<Groups> {
  const given = [
    input.logGroupName === undefined ? undefined : [input.logGroupName],
    input.logGroupNames,
    input.logGroupIdentifiers,
  ].filter((names) => names !== undefined);
  const source = sourceOf(query);
  if (given.length > 1 || (given.length === 1 && source !== undefined)) {
    throw invalidParameter(
      "Exactly one of logGroupName, logGroupNames, logGroupIdentifiers and a SOURCE command must name " +
        "the log groups.",
    );
  }
  return source === undefined ? namedGroups(given[0] ?? [], context) : groupsOfSource(source, context);
}

function groupsOfSource(source: Source, context: LogsContext): Promise<Groups> {
  return source.logGroups.length === 0
    ? chosenGroups(source, context)
    : namedGroups(source.logGroups, context);
}

async function namedGroups(given: readonly string[], context: LogsContext): Promise<Groups> {
  const identifiers = [...new Set(given)];
  if (identifiers.length === 0) throw invalidParameter("Log group must be specified.");
  if (identifiers.length > queryLimits.logGroups) {
    throw invalidParameter(`A query reads at most ${queryLimits.logGroups} log groups.`);
  }
  const places = identifiers.map((identifier) => readablePlace(context, identifier));
  const groups = groupsIn(context.dependencies.state);
  const found: Document<StoredGroup>[] = [];
  for (const scope of new Set(places.map((place) => place.scope))) {
    const names = places.flatMap((place) => (place.scope === scope ? [place.name] : []));
    found.push(...(await groups.getMany(scope, [...new Set(names)])));
  }
  const missing = places.find(
    ({ scope, name }) => !found.some((one) => one.scope === scope && one.key === name),
  );
  if (missing !== undefined) {
    throw modelled(
      ResourceNotFoundException,
      `Log group '${missing.name}' does not exist for account ID '${missing.account}'`,
    );
  }
  return found;
}

export interface ReadScope {
  readonly scope: QueryScope;
  /** Those of queries inside the query too. */
  readonly groups: Groups;
  /** The ARNs of the keys of lookup tables. */
  readonly tableKeys: readonly string[];
}

/**
 * Everything that the query is compiled against; `from` and `to` are epoch milliseconds.
 * @throws KeyUnavailableError when it would read events whose key cannot be used.
 */
export async function scopeOfQuery(
  groups: Groups,
  span: { readonly from: number; readonly to: number },
  query: Query,
  queryString: string,
  limit: number,
  context: LogsContext,
): Promise<ReadScope> {
  const nested = new Map<Source, Groups>();
  for (const source of nestedSources(query)) nested.set(source, await groupsOfSource(source, context));
  const all = [...groups, ...[...nested.values()].flat()];
  const groupIds = all.map(({ value }) => value.id);
  const scopeGroups = await scopeGroupsOf(all, context);
  const { state, telemetry, logEncryption } = context.dependencies;
  const source = await logEncryption.sourceOf(groupIds);
  const { tables, keyArns: tableKeys } = await readLookupTables(lookupTablesOf(query), context);
  const scope: QueryScope = {
    ...timeOfSource(sourceOf(query), span, context.call.now),
    now: context.call.now,
    limit,
    ...tablesOf(source),
    logGroups: groups.map(scopeGroups),
    streams: mentionsLogStream(queryString) ? await streamsOf(all, context) : [],
    groupsOfSource: (source) => (nested.get(source) ?? []).map(scopeGroups),
    lookupTables: tables,
    takeOnce: await mayHaveTwins(state, groupIds),
    regexProblem,
  };
  if (source.unavailable.length > 0) {
    const { eventConditions, nestedEventConditions } = compileInsightsQuery(query, scope);
    for (const conditions of [eventConditions, ...nestedEventConditions]) {
      await requireReadable(telemetry, source, conditions);
    }
  }
  return { scope, groups: all, tableKeys };
}

const tablesOf = ({ table, places }: LogEventSource): Pick<QueryScope, "source" | "places"> => ({
  source: table,
  ...(places === undefined ? {} : { places }),
});

/** How each of these groups is described to the compiler. */
async function scopeGroupsOf(
  groups: Groups,
  context: LogsContext,
): Promise<(group: Groups[number]) => ScopeGroup> {
  const { now, region } = context.call;
  const indexes = await indexPoliciesIn(context.dependencies.state).getMany(
    "",
    groups.map(({ value }) => policyKey(value.id)),
  );
  const indexesOf = new Map(indexes.map(({ key, value }) => [key, value.fields]));
  const rulesOf = await accountRulesOf(groups, context);
  return (group) => {
    const { key, value, scope } = group;
    const rules = rulesOf.get(scope);
    const ofAccount = rules === undefined ? [] : accountIndexesOf(rules, key, value);
    return {
      id: value.id,
      account: accountOf(group),
      name: key,
      region,
      dataSource: dataSourceOf(value.tags),
      visibleFrom: visibleFrom(value, now, 0),
      isTransformed: (value.isTransformed ?? false) || (rules?.isTransformed ?? false),
      indexes: [...(indexesOf.get(policyKey(value.id)) ?? []), ...ofAccount],
    };
  };
}

/** By account and region. */
async function accountRulesOf(groups: Groups, { dependencies }: LogsContext) {
  const rules = new Map<string, AccountRules>();
  for (const scope of new Set(groups.map((group) => group.scope))) {
    rules.set(scope, await readAccountRules(dependencies.state, scope));
  }
  return rules;
}

async function streamsOf(groups: Groups, context: LogsContext): Promise<QueryScope["streams"]> {
  const streams: { id: number; name: string }[] = [];
  let characters = 0;
  const pageSize = 10_000;
  for (const group of groups) {
    for (let after: string | undefined; ;) {
      const page = await streamsIn(context.dependencies.state).list(streamScope(group.value.id), {
        limit: pageSize,
        ...(after === undefined ? {} : { after: { key: after } }),
      });
      for (const { key, value } of page) {
        streams.push({ id: value.id, name: key });
        characters += key.length;
      }
      if (characters > queryLimits.streamNameCharacters) {
        throw invalidParameter("The log groups have too many log streams for a query with @logStream.");
      }
      after = page.at(-1)?.key;
      if (page.length < pageSize) break;
    }
  }
  return streams;
}

/** The engine's regular expressions are RE2's, and so are these. */
function regexProblem(source: string): string | undefined {
  try {
    RE2JS.compile(source.replaceAll(/\(\?<(?![=!])/g, "(?P<"));
    return undefined;
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.message;
    throw error;
  }
}

// A query that is understood: its tree, with the log groups and all else that it is compiled against.
import { AccessDeniedException } from "@aws-sdk/client-cloudwatch-logs";
import { parseQuery, type QueryLanguage } from "../../core/insights/query-languages.ts";
import { InsightsQueryError } from "../../core/insights/query-error.ts";
import type { Query } from "../../core/insights/query-tree.ts";
import type { QueryScope } from "../../core/insights/scope.ts";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import { KeyUnavailableError } from "../../storage/encryption/key-errors.ts";
import { modelled } from "../../wire/service.ts";
import type { LogsContext } from "./context.ts";
import { queryLimits } from "./query-limits.ts";
import { groupsOf, malformed, scopeOfQuery, type NamedLogGroups } from "./query-scope.ts";
import { accountOf } from "./stored-groups.ts";

interface QueryToPrepare extends NamedLogGroups {
  readonly queryString: string;
  /** Logs Insights QL when undefined. */
  readonly queryLanguage?: QueryLanguage | undefined;
  readonly limit?: number | undefined;
}

export interface PreparedQuery {
  readonly query: Query;
  readonly queryString: string;
  readonly queryLanguage: QueryLanguage;
  readonly groups: Awaited<ReturnType<typeof groupsOf>>;
  /** Those of queries inside the query too. */
  readonly allGroups: PreparedQuery["groups"];
  /** The ARNs of the keys of lookup tables. */
  readonly tableKeys: readonly string[];
  readonly scope: QueryScope;
}

/**
 * `span` is in epoch milliseconds, and both ends belong to it.
 * @throws MalformedQueryException, InvalidParameterException, ResourceNotFoundException,
 * AccessDeniedException
 */
export async function prepareQuery(
  input: QueryToPrepare,
  span: { readonly from: number; readonly to: number },
  context: LogsContext,
): Promise<PreparedQuery> {
  const { queryString, queryLanguage = "CWLI", limit = queryLimits.defaultRows } = input;
  try {
    const query = parseQuery(queryString, queryLanguage);
    const groups = await groupsOf(input, query, context);
    const read = await scopeOfQuery(groups, span, query, queryString, limit, context);
    const { scope, groups: allGroups, tableKeys } = read;
    return { query, queryString, queryLanguage, groups, allGroups, tableKeys, scope };
  } catch (error) {
    throw explained(error, queryString);
  }
}

/** What is noted of a group that is queried: its name, or its ARN when it is in another account. */
export function notedName(group: PreparedQuery["groups"][number], { call }: LogsContext): string {
  const account = accountOf(group);
  return account === call.account ? group.key : logGroupArn(account, call.region, group.key);
}

/** What is wrong with a query as AWS says it; other errors stay what they are. */
export function explained(error: unknown, queryString: string): unknown {
  if (error instanceof KeyUnavailableError) return modelled(AccessDeniedException, error.message);
  return error instanceof InsightsQueryError ? malformed(error, queryString) : error;
}

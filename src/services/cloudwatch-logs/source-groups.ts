// The log groups that a SOURCE command chooses.
import { LimitExceededException } from "@aws-sdk/client-cloudwatch-logs";
import type { Source } from "../../core/insights/query-tree.ts";
import { isOfDataSources } from "../../core/logs/data-source.ts";
import { compileTagFilters } from "../../core/logs/log-group-filter.ts";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { LogsContext } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { queryLimits } from "./query-limits.ts";
import { groupsIn, readableScopes, type StoredGroup } from "./stored-groups.ts";

/**
 * Of all accounts that the caller may read, unless the command names some.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html
 * @throws LimitExceededException for more groups than a query may read.
 */
export async function chosenGroups(
  source: Source,
  context: LogsContext,
): Promise<readonly Document<StoredGroup>[]> {
  const { call, dependencies } = context;
  const foreign = source.accounts.find(
    (account) => !dependencies.linkedAccounts.mayRead(call.account, account),
  );
  if (foreign !== undefined) {
    throw invalidParameter(`The account ${foreign} is not linked to the account ${call.account}.`);
  }
  const scopes =
    source.accounts.length === 0
      ? readableScopes(context)
      : source.accounts.map((account) => `${account}/${call.region}`);
  const prefixes = source.namePrefixes.length === 0 ? [""] : source.namePrefixes;
  const isChosen = criteriaOf(source);
  const chosen = new Map<number, Document<StoredGroup>>();
  for (const scope of scopes) {
    for (const prefix of prefixes) {
      for await (const group of groupsWith(prefix, scope, context)) {
        if (isChosen(group.value)) chosen.set(group.value.id, group);
        if (chosen.size > queryLimits.sourceLogGroups) throw tooManyGroups();
      }
    }
  }
  return [...chosen.values()];
}

function criteriaOf({ groupClass = "STANDARD", tags, dataSources }: Source): (group: StoredGroup) => boolean {
  const matchesTags = compileTagFilters(tags);
  const wanted = dataSources.length === 0 ? undefined : dataSources;
  return (group) =>
    group.logGroupClass === groupClass && matchesTags(group.tags) && isOfDataSources(group.tags, wanted);
}

async function* groupsWith(prefix: string, scope: string, { dependencies }: LogsContext) {
  const groups = groupsIn(dependencies.state);
  const pageSize = queryLimits.sourcePage;
  for (let after: string | undefined; ;) {
    const page = await groups.list(scope, {
      limit: pageSize,
      ...(prefix === "" ? {} : { prefix }),
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    yield* page;
    after = page.at(-1)?.key;
    if (page.length < pageSize) return;
  }
}

const tooManyGroups = () =>
  modelled(
    LimitExceededException,
    `The SOURCE command chooses more than ${queryLimits.sourceLogGroups} log groups.`,
  );

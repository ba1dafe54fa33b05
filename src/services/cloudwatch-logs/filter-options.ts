// What metric filters and subscription filters have in common beside their pattern.
import { FieldSelectionError, parseFieldSelection } from "../../core/logs/field-selection.ts";
import { policyFor, readAccountRules } from "./account-rules.ts";
import type { LogsContext } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { policyKey, transformersIn } from "./group-policies.ts";
import { requireGroup, scopeOf } from "./stored-groups.ts";

/** @throws InvalidParameterException with what is wrong and where. */
export function checkSelection(criteria: string | undefined): void {
  if (criteria === undefined) return;
  try {
    parseFieldSelection(criteria);
  } catch (error) {
    if (!(error instanceof FieldSelectionError)) throw error;
    throw invalidParameter(
      `Invalid fieldSelectionCriteria: ${error.message} (at character ${error.offset + 1})`,
    );
  }
}

/**
 * Only a group with a transformer, its own or one of the account, has transformed events to apply a filter
 * on. When the transformer goes, the filter is applied on the events as they come.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
 * @throws InvalidParameterException, ResourceNotFoundException
 */
export async function checkTransformed(
  context: LogsContext,
  logGroupName: string,
  applyOnTransformedLogs: boolean | undefined,
): Promise<void> {
  if (applyOnTransformedLogs !== true) return;
  const { state } = context.dependencies;
  const { value } = await requireGroup(context, logGroupName);
  if ((await transformersIn(state).get("", policyKey(value.id))) !== undefined) return;
  const { transformers } = await readAccountRules(state, scopeOf(context));
  if (policyFor(transformers, logGroupName, value) !== undefined) return;
  throw invalidParameter("applyOnTransformedLogs is valid only for log groups that have a log transformer.");
}

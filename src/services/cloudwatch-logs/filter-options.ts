// What metric filters and subscription filters have in common beside their pattern.
import { FieldSelectionError, parseFieldSelection } from "../../core/logs/field-selection.ts";
import type { LogsContext } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { policyKey, transformersIn } from "./group-policies.ts";
import { requireGroup } from "./stored-groups.ts";

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
 * Only a group with a transformer has transformed events to apply a filter on. When the transformer goes, the
 * filter is applied on the events as they come.
 * @throws InvalidParameterException, ResourceNotFoundException
 */
export async function checkTransformed(
  context: LogsContext,
  logGroupName: string,
  applyOnTransformedLogs: boolean | undefined,
): Promise<void> {
  if (applyOnTransformedLogs !== true) return;
  const { value } = await requireGroup(context, logGroupName);
  const transformer = await transformersIn(context.dependencies.state).get("", policyKey(value.id));
  if (transformer !== undefined) return;
  throw invalidParameter("applyOnTransformedLogs is valid only for log groups that have a log transformer.");
}

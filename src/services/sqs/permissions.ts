// The permissions of a queue: statements of its policy, by their labels.
import { OverLimit } from "@aws-sdk/client-sqs";
import type * as Sdk from "@aws-sdk/client-sqs";
import { queueLimits } from "../../core/queues/limits.ts";
import { permittedActions, withPermission, withoutPermission } from "../../core/queues/queue-permissions.ts";
import { withAttributes } from "../../core/queues/queue-attributes.ts";
import type { InputOf } from "../../wire/handlers.ts";
import { modelled } from "../../wire/service.ts";
import type { SqsContext } from "./context.ts";
import { invalidParameter, missingParameter } from "./errors.ts";
import { changeQueue } from "./stored-queues.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html */
export async function addPermission(input: Input<"AddPermission">, context: SqsContext): Promise<object> {
  const { QueueUrl: url, Label: label, AWSAccountIds: accounts, Actions: actions } = input;
  checkPermission(label, accounts, actions);
  await changeQueue(context, url, (queue) => {
    const policy = withPermission(queue.attributes["Policy"], queue, { label, accounts, actions });
    if (policy === undefined) throw invalidParameter("Label", label, "Already exists.");
    const attributes = withAttributes(queue.attributes, { Policy: policy });
    return { attributes, modifiedAt: context.call.now };
  });
  return {};
}

function checkPermission(label: string, accounts: readonly string[], actions: readonly string[]): void {
  if (!/^[\w-]{1,80}$/.test(label)) {
    const reason = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
    throw invalidParameter("Label", label, reason);
  }
  if (accounts.length === 0) throw missingParameter("AWSAccountIds");
  if (actions.length === 0) throw missingParameter("Actions");
  const notAccount = accounts.find((account) => !/^\d{12}$/.test(account));
  if (notAccount !== undefined) {
    throw invalidParameter("PrincipalId", notAccount, "Unable to verify.");
  }
  const isPermitted = (name: string) => name === "*" || permittedActions.some((known) => known === name);
  const refused = actions.find((name) => !isPermitted(name));
  if (refused !== undefined) {
    const reason = "Only the queue owner is allowed to invoke this action.";
    throw invalidParameter("ActionName", `SQS:${refused}`, reason);
  }
  const { actionsPerPermission: most } = queueLimits;
  if (actions.length > most) {
    throw modelled(OverLimit, `${actions.length} Actions were found, maximum allowed is ${most}.`);
  }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html */
export async function removePermission(
  input: Input<"RemovePermission">,
  context: SqsContext,
): Promise<object> {
  await changeQueue(context, input.QueueUrl, ({ attributes }) => {
    const policy = withoutPermission(attributes["Policy"], input.Label);
    if (policy === undefined) {
      throw invalidParameter("Label", input.Label, "can't find label on existing policy.");
    }
    return { attributes: withAttributes(attributes, { Policy: policy }), modifiedAt: context.call.now };
  });
  return {};
}

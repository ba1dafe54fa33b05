// Permissions: the resource policy of an event bus, statement by statement or as a whole.
import { PolicyLengthExceededException, ResourceNotFoundException } from "@aws-sdk/client-eventbridge";
import type * as Sdk from "@aws-sdk/client-eventbridge";
import {
  busArnOf,
  parsePolicy,
  withPermission,
  withoutStatement,
  type BusPolicy,
} from "../../core/events/event-bus.ts";
import { eventLimits } from "../../core/events/limits.ts";
import type { InputOf } from "../../wire/handlers.ts";
import { modelled } from "../../wire/service.ts";
import type { EventBridgeContext } from "./context.ts";
import { validationError } from "./errors.ts";
import { changeBus } from "./stored-buses.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html */
export async function putPermission(
  input: Input<"PutPermission">,
  context: EventBridgeContext,
): Promise<object> {
  const { account, region } = context.call;
  await changeBus(context, input.EventBusName, (bus, name) => {
    const policy = policyOf(input, bus.policy, busArnOf(account, region, name));
    if (Buffer.byteLength(JSON.stringify(policy)) > eventLimits.policyBytes) {
      throw modelled(
        PolicyLengthExceededException,
        `The event bus policy is larger than ${eventLimits.policyBytes} bytes.`,
      );
    }
    return { ...bus, policy };
  });
  return {};
}

function policyOf(input: Input<"PutPermission">, before: BusPolicy | undefined, resource: string): BusPolicy {
  const { Action: action, Principal: principal, StatementId: statementId, Condition } = input;
  if (input.Policy !== undefined) {
    const others = [action, principal, statementId, Condition];
    if (others.some((other) => other !== undefined)) {
      throw validationError("Policy cannot be combined with Action, Principal, StatementId or Condition.");
    }
    const policy = parsePolicy(input.Policy);
    if (policy === undefined) throw validationError("The policy document is not valid.");
    return policy;
  }
  if (action === undefined || principal === undefined || statementId === undefined) {
    throw validationError("Action, Principal and StatementId are required when there is no Policy.");
  }
  if (action !== "events:PutEvents") {
    throw validationError("Provided value in parameter 'action' is not supported.");
  }
  const condition =
    Condition === undefined
      ? undefined
      : { type: Condition.Type, key: Condition.Key, value: Condition.Value };
  return withPermission(before, { action, principal, statementId, condition }, resource);
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemovePermission.html */
export async function removePermission(
  input: Input<"RemovePermission">,
  context: EventBridgeContext,
): Promise<object> {
  await changeBus(context, input.EventBusName, ({ policy, ...bus }) => {
    if (input.RemoveAllPermissions === true) return bus;
    if (policy === undefined) {
      throw modelled(ResourceNotFoundException, "EventBus does not have a policy.");
    }
    const { StatementId: statementId = "" } = input;
    if (!policy.Statement.some(({ Sid }) => Sid === statementId)) {
      throw modelled(ResourceNotFoundException, "Statement with the provided id does not exist.");
    }
    const left = withoutStatement(policy, statementId);
    return left === undefined ? bus : { ...bus, policy: left };
  });
  return {};
}

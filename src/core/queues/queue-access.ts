// Who may do what with a queue: its own account, and whomever its policy names.
import {
  requestOfCaller,
  requestOfService,
  type PolicyCaller,
  type ServiceCaller,
} from "../policies/caller.ts";
import { decide, parseResourcePolicy, type PolicyDecision } from "../policies/resource-policy.ts";
import type { QueueAttributes } from "./queue-attributes.ts";
import { queueArnOf, type QueueName } from "./queue.ts";

interface PolicedQueue extends QueueName {
  readonly attributes: QueueAttributes;
}

/**
 * What no policy can allow another account.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-limitations-of-custom-policies.html
 */
const ownersOnly: ReadonlySet<string> = new Set([
  "AddPermission",
  "CancelMessageMoveTask",
  "DeleteQueue",
  "ListMessageMoveTasks",
  "ListQueueTags",
  "RemovePermission",
  "SetQueueAttributes",
  "StartMessageMoveTask",
  "TagQueue",
  "UntagQueue",
]);

/** By these the root of an account undoes a policy that shuts everybody out. */
const unlocking: ReadonlySet<string> = new Set([
  "GetQueueAttributes",
  "GetQueueUrl",
  "RemovePermission",
  "SetQueueAttributes",
]);

/** A batch is allowed by what allows one. */
export function queueActionOf(operation: string): string {
  return `sqs:${operation.replace(/Batch$/, "")}`;
}

/**
 * In a queue's own account everything is allowed that its policy does not deny, in others what it allows.
 * @returns why it may not be done.
 */
export function refusalOfQueue(
  queue: PolicedQueue,
  caller: PolicyCaller,
  operation: string,
): "denied" | "not allowed" | undefined {
  const { account, userName } = caller.principal;
  const isOwner = account === queue.account;
  if (isOwner && userName === undefined && unlocking.has(operation)) return undefined;
  const request = requestOfCaller(caller, queueActionOf(operation), queueArnOf(queue));
  const decision = decisionOf(queue, request);
  if (decision === "Deny") return "denied";
  if (isOwner) return undefined;
  return decision === "Allow" && !ownersOnly.has(operation) ? undefined : "not allowed";
}

/**
 * Whether a service may send to a queue. One without a policy takes what comes for its own account, where AWS
 * wants a policy that says so.
 */
export function takesMessagesOf(queue: PolicedQueue, caller: ServiceCaller): boolean {
  if (queue.attributes["Policy"] === undefined) return caller.sourceAccount === queue.account;
  const request = requestOfService(caller, "sqs:SendMessage", queueArnOf(queue));
  return decisionOf(queue, request) === "Allow";
}

function decisionOf({ attributes }: PolicedQueue, request: Parameters<typeof decide>[1]): PolicyDecision {
  const policy = parseResourcePolicy(attributes["Policy"] ?? "");
  return policy === undefined ? "Neither" : decide(policy, request);
}

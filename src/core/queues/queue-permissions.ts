// The statements that AddPermission and RemovePermission write in the policy of a queue.
import { parseResourcePolicy, type ResourcePolicy } from "../policies/resource-policy.ts";
import { queueArnOf, type QueueName } from "./queue.ts";

/** What AddPermission may allow, besides everything (`*`). */
export const permittedActions = [
  "ChangeMessageVisibility",
  "DeleteMessage",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListDeadLetterSourceQueues",
  "PurgeQueue",
  "ReceiveMessage",
  "SendMessage",
] as const;

export interface QueuePermission {
  readonly label: string;
  readonly accounts: readonly string[];
  readonly actions: readonly string[];
}

/** Undefined when the policy has a statement of that label already. */
export function withPermission(
  policyText: string | undefined,
  queue: QueueName,
  { label, accounts, actions }: QueuePermission,
): string | undefined {
  const arn = queueArnOf(queue);
  const empty: ResourcePolicy = { Version: "2012-10-17", Id: `${arn}/SQSDefaultPolicy`, Statement: [] };
  const policy = (policyText === undefined ? undefined : parseResourcePolicy(policyText)) ?? empty;
  if (policy.Statement.some(({ Sid }) => Sid === label)) return undefined;
  const principals = accounts.map((account) => `arn:aws:iam::${account}:root`);
  const names = actions.map((name) => `SQS:${name}`);
  const statement = {
    Sid: label,
    Effect: "Allow",
    Principal: { AWS: principals.length === 1 ? principals[0] : principals },
    Action: names.length === 1 ? names[0] : names,
    Resource: arn,
  };
  return JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] });
}

/** An empty text when that was the last statement, undefined when there is none of that label. */
export function withoutPermission(policyText: string | undefined, label: string): string | undefined {
  const policy = parseResourcePolicy(policyText ?? "");
  if (policy === undefined) return undefined;
  const kept = policy.Statement.filter(({ Sid }) => Sid !== label);
  if (kept.length === policy.Statement.length) return undefined;
  return kept.length === 0 ? "" : JSON.stringify({ ...policy, Statement: kept });
}

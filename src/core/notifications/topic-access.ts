// Who may do what with a topic: its own account, and whomever its policy names.
import {
  requestOfCaller,
  requestOfService,
  type PolicyCaller,
  type ServiceCaller,
} from "../policies/caller.ts";
import { decide, parseResourcePolicy, type PolicyRequest } from "../policies/resource-policy.ts";
import { topicArnOf, type StoredTopic, type TopicName } from "./topic.ts";

type PolicedTopic = TopicName & Pick<StoredTopic, "attributes">;

/**
 * What a policy may allow.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
 */
export const topicActions = [
  "GetTopicAttributes",
  "SetTopicAttributes",
  "AddPermission",
  "RemovePermission",
  "DeleteTopic",
  "Subscribe",
  "ListSubscriptionsByTopic",
  "Publish",
] as const;

/** Everything for the topic's own account, and for what services do on its behalf. */
export function defaultPolicy(topic: TopicName): string {
  const statement = {
    Sid: "__default_statement_ID",
    Effect: "Allow",
    Principal: { AWS: "*" },
    Action: topicActions.map((name) => `SNS:${name}`),
    Resource: topicArnOf(topic),
    Condition: { StringEquals: { "AWS:SourceOwner": topic.account } },
  };
  return JSON.stringify({ Version: "2008-10-17", Id: "__default_policy_ID", Statement: [statement] });
}

/** By these the root of an account undoes a policy that shuts everybody out. */
const unlocking: ReadonlySet<string> = new Set([
  "GetTopicAttributes",
  "RemovePermission",
  "SetTopicAttributes",
]);

export type TopicRefusal = "denied" | "not allowed";

/** A batch is allowed by what allows one. */
export function topicActionOf(operation: string): string {
  return operation === "PublishBatch" ? "Publish" : operation;
}

/**
 * In a topic's own account everything is allowed that its policy does not deny, in others what it allows.
 * @returns why it may not be done.
 */
export function refusalOfTopic(
  topic: PolicedTopic,
  caller: PolicyCaller,
  operation: string,
  more: { readonly protocol?: string; readonly endpoint?: string } = {},
): TopicRefusal | undefined {
  const { account, userName } = caller.principal;
  const isOwner = account === topic.account;
  if (isOwner && userName === undefined && unlocking.has(operation)) return undefined;
  const action = topicActionOf(operation);
  const request = requestOfCaller(caller, `sns:${action}`, topicArnOf(topic));
  const { protocol, endpoint } = more;
  const context = {
    ...request.context,
    ...(protocol === undefined ? {} : { "sns:protocol": protocol }),
    ...(endpoint === undefined ? {} : { "sns:endpoint": endpoint }),
  };
  const decision = decisionOf(topic, { ...request, context });
  if (decision === "Deny") return "denied";
  if (isOwner) return undefined;
  const isShared = topicActions.some((known) => known === action);
  return decision === "Allow" && isShared ? undefined : "not allowed";
}

/** Whether a service may publish for what it does: an alarm, a rule. */
export function takesMessagesOf(topic: PolicedTopic, caller: ServiceCaller): boolean {
  return decisionOf(topic, requestOfService(caller, "sns:Publish", topicArnOf(topic))) === "Allow";
}

function decisionOf(topic: PolicedTopic, request: PolicyRequest): ReturnType<typeof decide> {
  const policy = parseResourcePolicy(topic.attributes["Policy"] ?? defaultPolicy(topic));
  return policy === undefined ? "Neither" : decide(policy, request);
}

// The attributes of topics and subscriptions: one entry each says what values it takes.
import { problemOfContentType } from "../deliveries/request-policy.ts";
import { problemOfRetryPolicy } from "../deliveries/retry-policy.ts";
import { parseResourcePolicy } from "../policies/resource-policy.ts";
import { queueOfArn } from "../queues/queue.ts";
import { problemOfPolicy, type FilterScope } from "./filter-policy.ts";

export type Attributes = Readonly<Record<string, string>>;

/** Completes "Invalid parameter: "; undefined for a good value. */
type Judge = (value: string, all: Attributes) => string | undefined;

const oneOf =
  (name: string, ...values: readonly string[]): Judge =>
  (value) =>
    values.includes(value)
      ? undefined
      : `Attributes Reason: ${name}: Invalid value [${value}]. Must be ${values.join(" or ")}`;
/** Of FIFO topics only. */
const ordered =
  (judge: Judge): Judge =>
  (value, all) =>
    all["FifoTopic"] === "true" ? judge(value, all) : "AttributeName";

const deliveryPolicy: Judge = (value) => {
  const problem = value === "" ? undefined : (problemOfRetryPolicy(value) ?? problemOfContentType(value));
  return problem && `Attributes Reason: DeliveryPolicy: ${problem}`;
};

/** https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
const ofTopics: Readonly<Record<string, Judge>> = {
  DisplayName: (value) => (value.length <= 100 ? undefined : "Attributes Reason: DisplayName: too long"),
  Policy: (value) => {
    const isPolicy = value === "" || parseResourcePolicy(value) !== undefined;
    return isPolicy ? undefined : "Policy Error: null";
  },
  DeliveryPolicy: deliveryPolicy,
  SignatureVersion: oneOf("SignatureVersion", "1", "2"),
  FifoTopic: oneOf("FifoTopic", "true", "false"),
  ContentBasedDeduplication: ordered(oneOf("ContentBasedDeduplication", "true", "false")),
  FifoThroughputScope: ordered(oneOf("FifoThroughputScope", "Topic", "MessageGroup")),
};

/** https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html */
const ofSubscriptions: Readonly<Record<string, Judge>> = {
  DeliveryPolicy: deliveryPolicy,
  FilterPolicy: (value, all) => {
    if (value === "" || value === "{}") return undefined;
    return problemOfPolicy(value, filterScopeOf(all));
  },
  FilterPolicyScope: oneOf("FilterPolicyScope", "MessageAttributes", "MessageBody"),
  RawMessageDelivery: oneOf("RawMessageDelivery", "true", "false"),
  RedrivePolicy: (value) =>
    value === "" || deadLetterArnOf(value) !== undefined
      ? undefined
      : "RedrivePolicy: deadLetterTargetArn must be the ARN of an Amazon SQS queue",
};

export function filterScopeOf(attributes: Attributes): FilterScope {
  return attributes["FilterPolicyScope"] === "MessageBody" ? "MessageBody" : "MessageAttributes";
}

/** The queue for messages that could not be delivered, of a subscription's RedrivePolicy. */
export function deadLetterArnOf(policy: string): string | undefined {
  if (!isJsonObject(policy)) return undefined;
  const { deadLetterTargetArn } = JSON.parse(policy) as { readonly deadLetterTargetArn?: unknown };
  const isQueue = typeof deadLetterTargetArn === "string" && queueOfArn(deadLetterTargetArn) !== undefined;
  return isQueue ? deadLetterTargetArn : undefined;
}

/** @returns what is wrong with attributes of a topic, in AWS's words. */
export function problemOfTopicAttributes(given: Attributes, before: Attributes): string | undefined {
  return problemIn(ofTopics, given, before);
}

/** @returns what is wrong with attributes of a subscription, in AWS's words. */
export function problemOfSubscriptionAttributes(given: Attributes, before: Attributes): string | undefined {
  return problemIn(ofSubscriptions, given, before);
}

function problemIn(judges: Readonly<Record<string, Judge>>, given: Attributes, before: Attributes) {
  for (const [name, value] of Object.entries(given)) {
    const judge = Object.hasOwn(judges, name) ? judges[name] : undefined;
    if (judge === undefined) return "Invalid parameter: AttributeName";
    const problem = judge(value, { ...before, ...given });
    if (problem !== undefined) return `Invalid parameter: ${problem}`;
  }
  return undefined;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false; // what is no JSON is no object either
  }
}

// Attributes of subscriptions: read, set and checked.
import type * as Sdk from "@aws-sdk/client-sns";
import { effectiveHttpPolicy } from "../../core/deliveries/retry-policy.ts";
import {
  deadLetterArnOf,
  filterScopeOf,
  problemOfSubscriptionAttributes,
  type Attributes,
} from "../../core/notifications/topic-attributes.ts";
import {
  subscriptionArnOf,
  topicArnOf,
  type Protocol,
  type TopicName,
} from "../../core/notifications/topic.ts";
import { queueOfArn } from "../../core/queues/queue.ts";
import type { Subscription } from "../../storage/topics.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { notImplemented } from "../../wire/service.ts";
import type { SnsContext } from "./context.ts";
import { confirmsItself } from "./endpoints.ts";
import { invalidParameter, refused } from "./errors.ts";
import { changeSubscription, requireSubscription } from "./stored-subscriptions.ts";
import { refuseThrottling, withAttribute } from "./topic-attributes.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html */
export async function getSubscriptionAttributes(
  input: Input<"GetSubscriptionAttributes">,
  context: SnsContext,
): Promise<Output<"GetSubscriptionAttributes">> {
  const subscription = await requireSubscription(context, input.SubscriptionArn);
  const { attributes } = subscription;
  return {
    Attributes: {
      RawMessageDelivery: "false",
      ...computedOf(subscription),
      ...attributes,
      ...(attributes["FilterPolicy"] === undefined ? {} : { FilterPolicyScope: filterScopeOf(attributes) }),
    },
  };
}

function computedOf(subscription: Subscription): Attributes {
  const { protocol, endpoint, owner, token, attributes } = subscription;
  const isAuthenticated = subscription.needsAuthenticationToEnd || confirmsItself(protocol, endpoint, owner);
  return {
    SubscriptionArn: subscriptionArnOf(subscription),
    TopicArn: topicArnOf(subscription),
    Owner: owner,
    Protocol: protocol,
    Endpoint: endpoint,
    PendingConfirmation: String(token !== undefined),
    ConfirmationWasAuthenticated: String(isAuthenticated),
    SubscriptionPrincipal: `arn:aws:iam::${owner}:root`,
    ...(isHttp(protocol) && attributes["DeliveryPolicy"] !== undefined
      ? {
          EffectiveDeliveryPolicy: JSON.stringify({
            healthyRetryPolicy: effectiveHttpPolicy(attributes["DeliveryPolicy"]),
          }),
        }
      : {}),
  };
}

/** https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html */
export async function setSubscriptionAttributes(
  input: Input<"SetSubscriptionAttributes">,
  context: SnsContext,
): Promise<object> {
  const { AttributeName: name, AttributeValue: value = "" } = input;
  await changeSubscription(context, input.SubscriptionArn, (subscription) => {
    checkSubscriptionAttributes(subscription, { [name]: value }, subscription.attributes);
    return { attributes: withAttribute(subscription.attributes, name, value) };
  });
  return {};
}

const unsupported: ReadonlySet<string> = new Set(["ReplayPolicy", "ReplayStatus", "SubscriptionRoleArn"]);
const rawProtocols: ReadonlySet<Protocol> = new Set(["http", "https", "sqs"]);
const isHttp = (protocol: Protocol) => protocol === "http" || protocol === "https";

/** @throws InvalidParameterException, or the refusal of what is not supported. */
export function checkSubscriptionAttributes(
  { protocol, account, region, name: topicName }: Pick<Subscription, "protocol" | keyof TopicName>,
  given: Attributes,
  before: Attributes,
): void {
  const name = Object.keys(given).find((key) => unsupported.has(key));
  if (name !== undefined) {
    throw notImplemented(`Groundwatch does not support the attribute ${name} of subscriptions.`);
  }
  refuseThrottling(given);
  const problem = problemOfSubscriptionAttributes(given, before);
  if (problem !== undefined) throw refused(problem);
  if (given["RawMessageDelivery"] === "true" && !rawProtocols.has(protocol)) {
    throw invalidParameter(
      `Attributes Reason: Delivery protocol [${protocol}] does not support raw message delivery.`,
    );
  }
  if (given["DeliveryPolicy"] && !isHttp(protocol)) {
    throw invalidParameter(`Attributes Reason: Delivery protocol [${protocol}] has no delivery policy.`);
  }
  const deadLetterQueue = queueOfArn(deadLetterArnOf(given["RedrivePolicy"] ?? "") ?? "");
  const isNear = deadLetterQueue?.account === account && deadLetterQueue.region === region;
  const isSameKind = deadLetterQueue?.name.endsWith(".fifo") === topicName.endsWith(".fifo");
  if (deadLetterQueue !== undefined && (!isNear || !isSameKind)) {
    throw invalidParameter(
      "RedrivePolicy: deadLetterTargetArn must be a queue of the topic's kind, account and region",
    );
  }
}

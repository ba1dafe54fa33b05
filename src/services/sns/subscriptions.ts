// Subscriptions: subscribe, confirm and end.
import { randomBytes } from "node:crypto";
import { SubscriptionLimitExceededException } from "@aws-sdk/client-sns";
import type * as Sdk from "@aws-sdk/client-sns";
import { topicLimits } from "../../core/notifications/limits.ts";
import {
  isFifoTopic,
  protocols,
  subscriptionArnOf,
  type Protocol,
  type StoredSubscription,
} from "../../core/notifications/topic.ts";
import type { Subscription, Topic } from "../../storage/topics.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import type { Principal } from "../../wire/request.ts";
import { modelled, notImplemented } from "../../wire/service.ts";
import type { SnsContext } from "./context.ts";
import { checkEndpoint, confirmsItself } from "./endpoints.ts";
import { changedMeanwhile, invalidParameter, notAuthorized, refused, topicNotFound } from "./errors.ts";
import { findSubscription, searchSubscriptions } from "./stored-subscriptions.ts";
import { findTopic, requireTopic } from "./stored-topics.ts";
import { checkSubscriptionAttributes } from "./subscription-attributes.ts";
import { presentIn } from "./topic-attributes.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

const newToken = () => randomBytes(32).toString("hex");
const unsupportedProtocols: ReadonlySet<string> = new Set(["sms", "application", "firehose"]);

/**
 * Queues and functions of the topic's account are subscribed at once, everybody else is asked.
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
export async function subscribe(
  input: Input<"Subscribe">,
  context: SnsContext,
): Promise<Output<"Subscribe">> {
  const { call, dependencies } = context;
  const { Endpoint: endpoint = "" } = input;
  const protocol = protocolOf(input.Protocol);
  const topic = await requireTopic(context, input.TopicArn, { protocol, endpoint });
  checkEndpoint(protocol, endpoint, isFifoTopic(topic));
  const attributes = presentIn(input.Attributes ?? {});
  checkSubscriptionAttributes({ ...topic, protocol }, attributes, {});
  const { existing, ended, count } = await lookFor(context, topic, { protocol, endpoint });
  if (existing !== undefined) {
    refuseDifference(existing, attributes);
    if (existing.token !== undefined) await dependencies.topics.askAgain(topic, existing, call.now);
  } else if (isFifoTopic(topic) && count >= topicLimits.fifoSubscriptions) {
    throw modelled(SubscriptionLimitExceededException, "Subscription limit exceeded for topic");
  }
  // What brought the ended one back would make two of one.
  if (ended !== undefined) await dependencies.topics.deleteSubscription(ended);
  const token = confirmsItself(protocol, endpoint, call.account) ? {} : { token: newToken() };
  const added: StoredSubscription = {
    protocol,
    endpoint,
    owner: call.account,
    attributes,
    createdAt: call.now,
    needsAuthenticationToEnd: false,
    ...token,
  };
  const subscription = existing ?? (await dependencies.topics.addSubscription(topic, added, call.now));
  dependencies.facts.publish({ kind: "DeliveriesQueued" });
  const isShown = subscription.token === undefined || input.ReturnSubscriptionArn === true;
  return { SubscriptionArn: isShown ? subscriptionArnOf(subscription) : "pending confirmation" };
}

function protocolOf(text: string): Protocol {
  const protocol = protocols.find((known) => known === text);
  if (protocol !== undefined) return protocol;
  if (unsupportedProtocols.has(text)) {
    throw notImplemented(`Groundwatch does not support subscriptions of the protocol ${text}.`);
  }
  throw invalidParameter(`Amazon SNS does not support this protocol string: ${text}`);
}

/** The subscription of an endpoint, one of it that has ended, and how many there are of the topic. */
async function lookFor(
  context: SnsContext,
  topic: Topic,
  { protocol, endpoint }: Pick<Subscription, "protocol" | "endpoint">,
) {
  let count = 0;
  let ended: Subscription | undefined;
  const existing = await searchSubscriptions(context, topic, (one) => {
    const isSame = one.protocol === protocol && one.endpoint === endpoint;
    if (one.endedAt === undefined) count++;
    else if (isSame) ended = one;
    return isSame && one.endedAt === undefined;
  });
  return { existing, ended, count };
}

function refuseDifference(existing: Subscription, asked: StoredSubscription["attributes"]): void {
  const { attributes } = existing;
  const present: StoredSubscription["attributes"] = { RawMessageDelivery: "false", ...attributes };
  if (Object.entries(asked).some(([name, value]) => present[name] !== value)) {
    throw invalidParameter("Attributes Reason: Subscription already exists with different attributes");
  }
}

/**
 * Brings a subscription back, too, that ended not long ago. The token is all the right that it takes.
 * https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
 */
export async function confirmSubscription(
  input: Input<"ConfirmSubscription">,
  context: SnsContext,
): Promise<Output<"ConfirmSubscription">> {
  const { call, dependencies } = context;
  const { Token: token, AuthenticateOnUnsubscribe: authenticate = "false" } = input;
  const topic = await findTopic(context, input.TopicArn);
  if (topic === undefined) throw topicNotFound();
  const needsAuthentication = authenticate === "true";
  if (needsAuthentication && call.principal.isAnonymous === true) {
    throw notAuthorized(call.principal, call.operation, input.TopicArn);
  }
  const asked = await searchSubscriptions(context, topic, (one) => one.token === token);
  if (asked === undefined) throw invalidParameter("Token");
  if (!(await dependencies.topics.confirmSubscription(asked, needsAuthentication))) throw changedMeanwhile();
  return { SubscriptionArn: subscriptionArnOf(asked) };
}

/**
 * Ending what has ended succeeds. Web servers are told, and people whose link ended it without a signature:
 * they may think better of it.
 * https://docs.aws.amazon.com/sns/latest/dg/http-unsubscribe-confirmation-json.html
 * https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
 */
export async function unsubscribe(input: Input<"Unsubscribe">, context: SnsContext): Promise<object> {
  const { call, dependencies } = context;
  const subscription = await findSubscription(context, input.SubscriptionArn);
  if (subscription === undefined) return {};
  if (subscription.token !== undefined)
    throw refused("Invalid parameter: This subscription is not confirmed");
  if (subscription.needsAuthenticationToEnd && call.principal.isAnonymous === true) {
    throw notAuthorized(call.principal, call.operation, input.SubscriptionArn);
  }
  const { topics, facts } = dependencies;
  const topic = await topics.find(subscription);
  if (topic === undefined || !isTold(subscription, call.principal)) {
    await topics.deleteSubscription(subscription);
    return {};
  }
  const isEnded = await topics.endSubscription(topic, subscription, { token: newToken(), now: call.now });
  if (!isEnded) throw changedMeanwhile();
  facts.publish({ kind: "DeliveriesQueued" });
  return {};
}

function isTold({ protocol }: Subscription, { isAnonymous = false }: Principal): boolean {
  return protocol === "http" || protocol === "https" || (isAnonymous && protocol.startsWith("email"));
}

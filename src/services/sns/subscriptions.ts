// Subscriptions: subscribe, confirm and end.
import { randomBytes } from "node:crypto";
import type * as Sdk from "@aws-sdk/client-sns";
import {
  protocols,
  subscriptionArnOf,
  type Protocol,
  type StoredSubscription,
} from "../../core/notifications/topic.ts";
import type { Subscription } from "../../storage/topics.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { notImplemented } from "../../wire/service.ts";
import type { SnsContext } from "./context.ts";
import { checkEndpoint, confirmsItself } from "./endpoints.ts";
import { changedMeanwhile, invalidParameter, notAuthorized, refused } from "./errors.ts";
import { requireTopic } from "./stored-topics.ts";
import { searchSubscriptions, subscriptionNameOf } from "./stored-subscriptions.ts";
import { checkSubscriptionAttributes } from "./subscription-attributes.ts";
import { presentIn } from "./topic-attributes.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

const tokenBytes = 32;
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
  const topic = await requireTopic(context, input.TopicArn);
  checkEndpoint(protocol, endpoint);
  const attributes = presentIn(input.Attributes ?? {});
  checkSubscriptionAttributes({ protocol, account: topic.account, region: topic.region }, attributes, {});
  const isSame = (one: Subscription) => one.protocol === protocol && one.endpoint === endpoint;
  const existing = await searchSubscriptions(context, topic, isSame);
  if (existing !== undefined) {
    refuseDifference(existing, attributes);
    if (existing.token !== undefined) await dependencies.topics.askAgain(topic, existing, call.now);
  }
  const token = confirmsItself(protocol, endpoint, topic.account)
    ? {}
    : { token: randomBytes(tokenBytes).toString("hex") };
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

function refuseDifference(existing: Subscription, asked: StoredSubscription["attributes"]): void {
  const { attributes } = existing;
  const present: StoredSubscription["attributes"] = { RawMessageDelivery: "false", ...attributes };
  if (Object.entries(asked).some(([name, value]) => present[name] !== value)) {
    throw invalidParameter("Attributes Reason: Subscription already exists with different attributes");
  }
}

/** https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html */
export async function confirmSubscription(
  input: Input<"ConfirmSubscription">,
  context: SnsContext,
): Promise<Output<"ConfirmSubscription">> {
  const { call, dependencies } = context;
  const { Token: token, AuthenticateOnUnsubscribe: authenticate = "false" } = input;
  const topic = await requireTopic(context, input.TopicArn);
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
 * Ending what has ended succeeds.
 * https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
 */
export async function unsubscribe(input: Input<"Unsubscribe">, context: SnsContext): Promise<object> {
  const { call, dependencies } = context;
  const name = subscriptionNameOf(context, input.SubscriptionArn);
  const subscription = await dependencies.topics.findSubscription(name, call.now);
  if (subscription === undefined) return {};
  if (subscription.token !== undefined)
    throw refused("Invalid parameter: This subscription is not confirmed");
  if (subscription.needsAuthenticationToEnd && call.principal.isAnonymous === true) {
    throw notAuthorized(call.principal, call.operation, input.SubscriptionArn);
  }
  await dependencies.topics.deleteSubscription(subscription);
  return {};
}

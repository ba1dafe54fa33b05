// Subscriptions by their ARNs, and changes of them.
import {
  subscriptionArnOf,
  subscriptionOfArn,
  type StoredSubscription,
  type SubscriptionName,
} from "../../core/notifications/topic.ts";
import { topicLimits } from "../../core/notifications/limits.ts";
import type { Subscription, Topic } from "../../storage/topics.ts";
import type { SnsContext } from "./context.ts";
import { changedMeanwhile, invalidParameter, notAuthorized, subscriptionNotFound } from "./errors.ts";

/**
 * Of the caller's region.
 * @throws InvalidParameterException
 */
function subscriptionNameOf({ call }: SnsContext, arn: string): SubscriptionName {
  const name = subscriptionOfArn(arn);
  if (name === undefined) {
    const elements = arn.split(":").length;
    const reason = elements < 6 ? ` Reason: An ARN must have at least 6 elements, not ${elements}` : "";
    throw invalidParameter(`SubscriptionArn${reason}`);
  }
  if (name.region !== call.region) throw invalidParameter("SubscriptionArn");
  return name;
}

/** @throws NotFoundException, and as `findSubscription`. */
export async function requireSubscription(context: SnsContext, arn: string): Promise<Subscription> {
  const subscription = await findSubscription(context, arn);
  if (subscription === undefined) throw subscriptionNotFound();
  return subscription;
}

/**
 * A subscription is its topic's account's, and that of the account which made it.
 * @throws InvalidParameterException, AuthorizationErrorException for one of other accounts.
 */
export async function findSubscription(context: SnsContext, arn: string): Promise<Subscription | undefined> {
  const { call, dependencies } = context;
  const name = subscriptionNameOf(context, arn);
  const subscription = await dependencies.topics.findSubscription(name, call.now);
  if (call.account === name.account || call.account === subscription?.owner) return subscription;
  throw notAuthorized(call.principal, call.operation, arn);
}

/** How often a change that races another one is made again. */
const attempts = 10;

/** Changes a subscription with what `change` makes of it; `change` may throw, and may run again. */
export async function changeSubscription(
  context: SnsContext,
  arn: string,
  change: (subscription: Subscription) => Partial<StoredSubscription>,
): Promise<void> {
  const { topics } = context.dependencies;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const subscription = await requireSubscription(context, arn);
    if (await topics.changeSubscription(subscription, change(subscription))) return;
  }
  throw changedMeanwhile();
}

/** The first subscription of a topic that is so. */
export async function searchSubscriptions(
  { call, dependencies }: SnsContext,
  { account, region, name: topicName }: Topic,
  isWanted: (subscription: Subscription) => boolean,
): Promise<Subscription | undefined> {
  const limit = topicLimits.subscriptionsPerRead;
  let after: string | undefined;
  do {
    const options = { limit, now: call.now, ...(after === undefined ? {} : { after }) };
    const page = await dependencies.topics.listSubscriptions({ account, region, topicName }, options);
    const found = page.subscriptions.find(isWanted);
    if (found !== undefined) return found;
    after = page.next;
  } while (after !== undefined);
  return undefined;
}

/** Until it is confirmed, and once it has ended, a subscription has no ARN for others. */
export function shownArnOf(subscription: Subscription): string {
  if (subscription.endedAt !== undefined) return "Deleted";
  return subscription.token === undefined ? subscriptionArnOf(subscription) : "PendingConfirmation";
}

// One attempt to deliver, and what follows from its outcome.
import {
  httpRetryPolicy,
  pauseMs,
  retryPolicies,
  type RetryPolicy,
} from "../core/deliveries/retry-policy.ts";
import type { Clock } from "../core/clock.ts";
import { subscriptionOfArn, type Protocol } from "../core/notifications/topic.ts";
import type { Subscribers } from "../delivery/subscribers.ts";
import type { DeliveryAttempt, DeliveryAttempts } from "../storage/delivery-attempts.ts";
import type { Delivery, Outbox, TakenDelivery } from "../storage/outbox.ts";
import type { Topics } from "../storage/topics.ts";

export interface AttemptParts {
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly topics: Topics;
  readonly deliveryAttempts: DeliveryAttempts;
  readonly subscribers: Subscribers;
}

/** @returns when there is something to try again, if there is. */
export type Attempt = (taken: TakenDelivery, signal: AbortSignal) => Promise<number | undefined>;

/**
 * An attempt is recorded together with what becomes of the delivery. One that its signal breaks off is none.
 */
export function createAttempt(parts: AttemptParts): Attempt {
  const { clock, outbox, deliveryAttempts, subscribers } = parts;
  return async (taken, signal) => {
    const { delivery, attempts } = taken;
    const attemptedAt = clock.now();
    if (attempts > 0 && !(await isStillWanted(delivery, parts.topics, attemptedAt))) {
      return giveUp(taken, attemptedAt, "The subscription has ended or was confirmed already.");
    }
    const outcome = await subscribers.deliver(delivery, signal);
    if (outcome.kind === "arrived") {
      const record = {
        ...recordOf(taken, attemptedAt),
        outcome: "Succeeded",
        detail: outcome.detail,
      } as const;
      return settle(taken, record);
    }
    if (signal.aborted) {
      await outbox.release(taken, attemptedAt);
      return undefined;
    }
    const pause = outcome.isFinal ? undefined : pauseMs(policyOf(delivery), attempts + 1);
    if (pause === undefined) {
      return giveUp(taken, attemptedAt, outcome.detail, delivery.deadLetterArn);
    }
    const nextAttemptAt = clock.now() + pause;
    const { detail } = outcome;
    const record = { ...recordOf(taken, attemptedAt), outcome: "Failed", detail, nextAttemptAt } as const;
    await Promise.all([deliveryAttempts.record(record), outbox.retry(taken, nextAttemptAt)]);
    return nextAttemptAt;
  };

  async function giveUp(taken: TakenDelivery, attemptedAt: number, reason: string, deadLetterArn?: string) {
    const buried = deadLetterArn && (await subscribers.bury(taken.delivery, deadLetterArn));
    const isBuried = buried ? buried.kind === "arrived" : false;
    const lament = buried && !isBuried ? `; the dead-letter queue took nothing: ${buried.detail}` : "";
    const record: DeliveryAttempt = {
      ...recordOf(taken, attemptedAt),
      outcome: "GivenUp",
      detail: reason + lament,
      ...(isBuried && deadLetterArn !== undefined ? { deadLetterArn } : {}),
    };
    return settle(taken, record);
  }

  /** @returns when the next one of its order is due, if one waited for it. */
  async function settle(taken: TakenDelivery, record: DeliveryAttempt): Promise<number | undefined> {
    const [isNextDue] = await Promise.all([outbox.settle(taken), deliveryAttempts.record(record)]);
    return isNextDue ? clock.now() : undefined;
  }
}

function recordOf({ delivery, attempts }: TakenDelivery, attemptedAt: number) {
  const { account, region, topicArn, subscriptionArn, endpoint, messageId } = delivery;
  return {
    account,
    region,
    sourceArn: topicArn,
    targetArn: subscriptionArn,
    endpoint: endpoint.replace(/^(https?:\/\/[^/@:]*):[^/@]*@/, "$1:****@"),
    messageId,
    attempt: attempts + 1,
    attemptedAt,
  };
}

/** Retries go on for days; nobody wants them once the subscription has ended. */
async function isStillWanted(delivery: Delivery, topics: Topics, now: number): Promise<boolean> {
  const name = subscriptionOfArn(delivery.subscriptionArn);
  const subscription = name && (await topics.findSubscription(name, now));
  if (delivery.type === "UnsubscribeConfirmation") return true;
  if (subscription === undefined) return false;
  return delivery.type === "Notification" || subscription.token === delivery.token;
}

const policies: Readonly<Record<Protocol, RetryPolicy | undefined>> = {
  http: undefined,
  https: undefined,
  email: retryPolicies.mail,
  "email-json": retryPolicies.mail,
  sqs: retryPolicies.managed,
  lambda: retryPolicies.managed,
};

function policyOf({ protocol, deliveryPolicy }: Delivery): RetryPolicy {
  return policies[protocol] ?? httpRetryPolicy(deliveryPolicy);
}

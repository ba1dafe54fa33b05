// The outbox: what is still to be delivered to subscribers of topics; durable, at least once.
import type { NotificationAttributes } from "../core/notifications/published-message.ts";
import type { Protocol } from "../core/notifications/topic.ts";
import { longestPauseMs } from "../core/deliveries/retry-policy.ts";
import { arrivalKey } from "./arrival-key.ts";
import { bringForward, limitWaits, type SetBack } from "./set-back.ts";
import type { Change, Document, State } from "./state.ts";

/** A message, or the question whether messages are wanted (again), on its way to one subscriber. */
export interface Delivery {
  readonly type: "Notification" | "SubscriptionConfirmation" | "UnsubscribeConfirmation";
  readonly account: string;
  readonly region: string;
  readonly topicArn: string;
  readonly subscriptionArn: string;
  readonly protocol: Protocol;
  /** An address, an e-mail address or an ARN, by the protocol. */
  readonly endpoint: string;
  readonly messageId: string;
  /** Epoch milliseconds. */
  readonly publishedAt: number;
  readonly subject?: string;
  readonly message: string;
  readonly attributes: NotificationAttributes;
  /** Of confirmations. */
  readonly token?: string;
  /** The message as it is, without anything around it. */
  readonly isRaw: boolean;
  readonly signatureVersion: "1" | "2";
  /** In e-mail, in place of the sender's name. */
  readonly displayName?: string;
  readonly deliveryPolicy?: string;
  readonly deadLetterArn?: string;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** Of a FIFO topic: 20 digits. It is delivered behind all earlier ones of its subscription and group. */
  readonly sequenceNumber?: string;
}

interface QueuedDelivery {
  readonly delivery: Delivery;
  readonly attempts: number;
  readonly queuedAt: number;
  /** For an earlier one of its order; absent as long as it does not. */
  readonly isWaiting?: true;
}

/** A delivery that its taker has for some time to himself. */
export interface TakenDelivery extends QueuedDelivery {
  readonly document: Document<QueuedDelivery>;
}

export interface Outbox {
  /** Up to `limit` deliveries that are due, oldest first; nobody else gets them for `leaseMs`. */
  take(now: number, leaseMs: number, limit: number): Promise<readonly TakenDelivery[]>;
  /** Takes it out of the outbox: it arrived, or was given up. True when one waited for that and is due. */
  settle(taken: TakenDelivery): Promise<boolean>;
  /** Leaves it in the outbox for another attempt. */
  retry(taken: TakenDelivery, dueAt: number): Promise<void>;
  /** Gives it back as it was taken: nobody tried. */
  release(taken: TakenDelivery, dueAt: number): Promise<void>;
  /** When the next delivery is due; undefined when there is none. */
  nextDueAt(): Promise<number | undefined>;
  /** Makes all that is due behind `now` due earlier: the clock was set back. */
  bringForward(setBack: SetBack): Promise<void>;
  /** The same, as far as it can be seen, of a clock that was set back while nobody looked. */
  limitWaits(now: number): Promise<void>;
}

const collection = "outbox";
/** One for all accounts: who delivers looks in a single place. */
const scope = "";

/**
 * Who waits for an earlier delivery is made due by its end; that it looks again by itself is for the case
 * that nobody was left to do so.
 */
const waitMs = 60_000;

/**
 * Deliveries of one lane (a subscription and a group of a FIFO topic) have keys that begin alike and go on by
 * their sequence numbers. Only the first of a lane is ever taken.
 */
export function createOutbox(state: State): Outbox {
  const outbox = state.collection<QueuedDelivery>(collection);
  return {
    async take(now, leaseMs, limit) {
      for (;;) {
        const due = await outbox.list(scope, { order: "rank", maxRank: now, limit });
        const taken = (await Promise.all(due.map((found) => takeOne(found, now, leaseMs)))).flat();
        // A whole page may wait for others, while what is behind it does not.
        if (taken.length > 0 || due.length < limit) return taken;
      }
    },
    async settle({ document: { key, version, value } }) {
      await outbox.delete(scope, key, version);
      const lane = laneOf(value.delivery);
      return lane === undefined ? false : wakeFirst(lane);
    },
    async retry({ document, attempts }, dueAt) {
      const value = { ...document.value, attempts: attempts + 1 };
      await outbox.replace(scope, document.key, value, document.version, dueAt);
    },
    async release({ document }, dueAt) {
      await outbox.replace(scope, document.key, document.value, document.version, dueAt);
    },
    async nextDueAt() {
      const [first] = await outbox.list(scope, { order: "rank", limit: 1 });
      return first?.rank;
    },
    bringForward: (setBack) => bringForward(outbox, scope, setBack, queuedBefore(setBack.now)),
    limitWaits: (now) => limitWaits(outbox, scope, { now, longestMs: longestPauseMs }, queuedBefore(now)),
  };

  async function takeOne({ key, value, version }: Document<QueuedDelivery>, now: number, leaseMs: number) {
    const lane = laneOf(value.delivery);
    const first = lane === undefined ? undefined : await firstOf(lane);
    if (lane !== undefined && first !== undefined && first.key !== key) {
      await outbox.replace(scope, key, { ...value, isWaiting: true }, version, now + waitMs);
      // The first may have left in between, and have seen nobody who waits.
      await wakeFirst(lane);
      return [];
    }
    const { isWaiting: _isWaiting, ...mine } = value;
    const isMine = await outbox.replace(scope, key, mine, version, now + leaseMs);
    return isMine ? [{ ...mine, document: { scope, key, value: mine, version: version + 1 } }] : [];
  }

  /** Makes the first of a lane due, if it waits. */
  async function wakeFirst(lane: string): Promise<boolean> {
    const first = await firstOf(lane);
    if (first?.value.isWaiting !== true) return false;
    const { isWaiting: _isWaiting, ...value } = first.value;
    return outbox.replace(scope, first.key, value, first.version, value.queuedAt);
  }

  async function firstOf(lane: string): Promise<Document<QueuedDelivery> | undefined> {
    const [first] = await outbox.list(scope, { prefix: lane, limit: 1 });
    return first;
  }
}

const queuedBefore = (now: number) => (value: QueuedDelivery) => {
  return { ...value, queuedAt: Math.min(value.queuedAt, now) };
};

/** Undefined for what is delivered in no order. A group may be any text, and is to be one part. */
function laneOf({ subscriptionArn, groupId = "", sequenceNumber }: Delivery): string | undefined {
  return sequenceNumber && `in-order/${subscriptionArn}/${encodeURIComponent(groupId)}/`;
}

/** The step that puts a delivery into the outbox, to be written with what asks for it. */
export function deliveryChange(delivery: Delivery, now: number): Change {
  const value: QueuedDelivery = { delivery, attempts: 0, queuedAt: now };
  const lane = laneOf(delivery);
  const key = lane === undefined ? arrivalKey(now) : `${lane}${delivery.sequenceNumber}`;
  return { kind: "create", collection, scope, key, value, rank: now };
}

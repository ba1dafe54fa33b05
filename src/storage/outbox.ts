// The outbox: what is still to be delivered to subscribers of topics; durable, at least once.
import type { NotificationAttributes } from "../core/notifications/published-message.ts";
import type { Protocol } from "../core/notifications/topic.ts";
import { arrivalKey } from "./arrival-key.ts";
import type { Change, Document, State } from "./state.ts";

/** A message, or the question whether messages are wanted, on its way to one subscriber. */
export interface Delivery {
  readonly type: "Notification" | "SubscriptionConfirmation";
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
}

interface QueuedDelivery {
  readonly delivery: Delivery;
  readonly attempts: number;
  readonly queuedAt: number;
}

/** A delivery that its taker has for some time to himself. */
export interface TakenDelivery extends QueuedDelivery {
  readonly document: Document<QueuedDelivery>;
}

export interface Outbox {
  /** Up to `limit` deliveries that are due, oldest first; nobody else gets them for `leaseMs`. */
  take(now: number, leaseMs: number, limit: number): Promise<readonly TakenDelivery[]>;
  /** Takes it out of the outbox: it arrived, or was given up. */
  settle(taken: TakenDelivery): Promise<void>;
  /** Leaves it in the outbox for another attempt. */
  retry(taken: TakenDelivery, dueAt: number): Promise<void>;
  /** Gives it back as it was taken: nobody tried. */
  release(taken: TakenDelivery, dueAt: number): Promise<void>;
  /** When the next delivery is due; undefined when there is none. */
  nextDueAt(): Promise<number | undefined>;
}

const collection = "outbox";
/** One for all accounts: who delivers looks in a single place. */
const scope = "";

export function createOutbox(state: State): Outbox {
  const outbox = state.collection<QueuedDelivery>(collection);
  return {
    async take(now, leaseMs, limit) {
      const due = await outbox.list(scope, { order: "rank", maxRank: now, limit });
      const taken = await Promise.all(
        due.map(async ({ key, value, version }) => {
          const isMine = await outbox.replace(scope, key, value, version, now + leaseMs);
          return isMine ? [{ ...value, document: { scope, key, value, version: version + 1 } }] : [];
        }),
      );
      return taken.flat();
    },
    async settle({ document }) {
      await outbox.delete(scope, document.key, document.version);
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
  };
}

/** The step that puts a delivery into the outbox, to be written with what asks for it. */
export function deliveryChange(delivery: Delivery, now: number): Change {
  const value: QueuedDelivery = { delivery, attempts: 0, queuedAt: now };
  return { kind: "create", collection, scope, key: arrivalKey(now), value, rank: now };
}

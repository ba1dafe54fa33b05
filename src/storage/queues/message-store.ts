// The messages of a queue as documents: where they stand, when they become visible, and how they leave.
import { queueLimits } from "../../core/queues/limits.ts";
import { isExpired, type StoredMessage } from "../../core/queues/message.ts";
import { settingsOf } from "../../core/queues/queue-attributes.ts";
import { queueArnOf, queueOfArn } from "../../core/queues/queue.ts";
import type { Queue, QueueCounts, ReceivedMessage, ReceiveOptions } from "../queues.ts";
import type { Change, Collection, Document, State } from "../state.ts";
import {
  delayedScope,
  emptyQueue,
  messagesCollection,
  visibleScope,
  type Definitions,
} from "./definitions.ts";

export interface MessageStore {
  readonly state: State;
  readonly messages: Collection<StoredMessage>;
  /** The change that puts a new message on the queue. */
  placeNew(queue: Queue, key: string, message: StoredMessage, now: number): Change;
  /** Makes messages visible whose delay is over. */
  promote(queue: Queue, now: number): Promise<void>;
  /** Takes away some whose retention is over; true when there may be more. */
  expire(queue: Queue, now: number): Promise<boolean>;
  /** The message as it is once it was received, with the change that makes it so. */
  claim(queue: Queue, found: Document<StoredMessage>, options: ReceiveOptions): Claim;
  /** Moves a message that failed too often to its dead-letter queue, if that is there. */
  moveToDeadLetters(queue: Queue, found: Document<StoredMessage>, now: number): Promise<boolean>;
  /** Lets no message wait longer than it was to wait: the clock was set back. */
  shortenWaits(queue: Queue, now: number): Promise<void>;
  purge(queue: Queue): Promise<void>;
  counts(queue: Queue, now: number): Promise<QueueCounts>;
}

export interface Claim {
  readonly change: Change;
  readonly received: ReceivedMessage;
}

export function createMessageStore(state: State, definitions: Definitions): MessageStore {
  const messages = state.collection<StoredMessage>(messagesCollection);
  const keys = createKeys();
  return {
    state,
    messages,
    placeNew,
    async promote(queue, now) {
      const scope = delayedScope(queue.number);
      const due = await messages.list(scope, { order: "rank", maxRank: now, limit: promotedPerCall });
      const moved = due.map((found) =>
        state.write([remove(found), placeVisible(queue, found.key, found.value)]),
      );
      await Promise.all(moved);
    },
    async expire(queue, now) {
      const { retentionMs } = settingsOf(queue.attributes);
      const limit = queueLimits.expiredPerCall;
      const [oldest] = await messages.list(visibleScope(queue.number), { limit: 1 });
      if (oldest === undefined || !isExpired(oldest.value, retentionMs, now)) return false;
      const found = await messages.list(visibleScope(queue.number), { limit });
      const expired = found.filter(({ value }) => isExpired(value, retentionMs, now));
      await Promise.all(expired.map((message) => state.write([remove(message)])));
      return expired.length === limit;
    },
    claim,
    moveToDeadLetters: createDeadLetterMove(state, definitions, keys),
    async shortenWaits({ number }, now) {
      await shortenWaitsIn(messages, visibleScope(number), now);
      await shortenWaitsIn(messages, delayedScope(number), now);
    },
    async purge(queue) {
      await state.write(emptyQueue(queue.number));
    },
    async counts({ number }, now) {
      const [all, visible, delayed, due] = await Promise.all([
        messages.count(visibleScope(number)),
        messages.count(visibleScope(number), now),
        messages.count(delayedScope(number)),
        messages.count(delayedScope(number), now),
      ]);
      return { visible: visible + due, inFlight: all - visible, delayed: delayed - due };
    },
  };
}

/** What waits since an instant that is to come waits since now. */
async function shortenWaitsIn(messages: Collection<StoredMessage>, scope: string, now: number) {
  let after = { key: "", rank: now };
  for (;;) {
    const page = await messages.list(scope, { order: "rank", after, limit: pageSize });
    await Promise.all(
      page.map(async ({ key, value, version }) => {
        const { sentAt, receivedAt = sentAt, waitsSince = receivedAt } = value;
        if (waitsSince <= now) return;
        const visibleAt = now + Math.max(0, value.visibleAt - waitsSince);
        await messages.replace(scope, key, { ...value, visibleAt, waitsSince: now }, version, visibleAt);
      }),
    );
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = { key: last.key, rank: last.rank ?? now };
  }
}

function claim(queue: Queue, found: Document<StoredMessage>, { now, visibilityMs }: ReceiveOptions): Claim {
  const receives = found.value.receives + 1;
  const { waitsSince: _over, ...before } = found.value;
  const value: StoredMessage = {
    ...before,
    receives,
    visibleAt: now + visibilityMs,
    firstReceivedAt: found.value.firstReceivedAt ?? now,
    receivedAt: now,
  };
  const { scope, key, version } = found;
  return {
    change: {
      kind: "replace",
      collection: messagesCollection,
      scope,
      key,
      version,
      value,
      rank: value.visibleAt,
    },
    received: { ...value, receipt: { queueNumber: queue.number, key, receives } },
  };
}

function createDeadLetterMove(state: State, definitions: Definitions, keys: Keys) {
  return moveToDeadLetters;

  async function moveToDeadLetters(queue: Queue, found: Document<StoredMessage>, now: number) {
    const { deadLetter } = settingsOf(queue.attributes);
    if (deadLetter === undefined || found.value.receives < deadLetter.maxReceives) return false;
    const name = queueOfArn(deadLetter.arn);
    const target = name && (await definitions.find(name));
    if (target === undefined) return false;
    const isFifo = found.value.sequenceNumber !== undefined;
    const sequenceNumber = isFifo ? sequenceKey(await state.nextNumber("queue-message")) : undefined;
    const moved: StoredMessage = {
      ...found.value,
      visibleAt: now,
      waitsSince: now,
      deadLetterSourceArn: queueArnOf(queue),
      ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
    };
    const key = sequenceNumber ?? keys.next(now);
    return state.write([remove(found), placeVisible(target, key, moved)]);
  }
}

function placeNew(queue: Queue, key: string, message: StoredMessage, now: number): Change {
  const scope = message.visibleAt > now ? delayedScope(queue.number) : visibleScope(queue.number);
  return { ...placeVisible(queue, key, message), scope };
}

const promotedPerCall = 100;
const pageSize = 500;

export function placeVisible({ number }: Queue, key: string, value: StoredMessage) {
  const scope = visibleScope(number);
  return { kind: "put", collection: messagesCollection, scope, key, value, rank: value.visibleAt } as const;
}

export function remove({ scope, key, version }: Document<StoredMessage>): Change {
  return { kind: "delete", collection: messagesCollection, scope, key, version };
}

/** AWS's sequence numbers have 20 digits; they grow, and so do these, as text too. */
export function sequenceKey(number: number): string {
  return String(number).padStart(20, "0");
}

interface Keys {
  next(now: number): string;
}

/**
 * Keys that sort by arrival as far as one process knows it; chance tells those of several processes apart.
 */
export function createKeys(): Keys {
  let last = 0;
  return {
    next(now) {
      last = Math.max(last + 1, now * 1_000);
      const chance = Math.floor(Math.random() * 0xffff_ffff).toString(16);
      return `${String(last).padStart(16, "0")}-${chance}`;
    },
  };
}

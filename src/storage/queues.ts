// The queue port: definitions of queues and the messages on them, kept as documents of the state port.
import type { NewMessage, StoredMessage } from "../core/queues/message.ts";
import type { QueueName, StoredQueue } from "../core/queues/queue.ts";
import { createDefinitions } from "./queues/definitions.ts";
import { createFifoMessages } from "./queues/fifo-messages.ts";
import { createMoves } from "./queues/message-moves.ts";
import { createReceipts } from "./queues/receipts.ts";
import { createStandardMessages } from "./queues/standard-messages.ts";
import { createWaitingRoom, type WaitOptions } from "./queues/waiting-room.ts";
import { createMessageStore } from "./queues/message-store.ts";
import type { State } from "./state.ts";

/** A queue as it was read; `version` makes a change of its definition conditional. */
export interface Queue extends StoredQueue, QueueName {
  readonly version: number;
}

export interface SentMessage {
  readonly messageId: string;
  readonly sequenceNumber?: string;
}

/** Names one delivery of one message; it is good until the message is received again. */
export interface Receipt {
  readonly queueNumber: number;
  readonly key: string;
  readonly receives: number;
}

export interface ReceivedMessage extends StoredMessage {
  readonly receipt: Receipt;
}

export interface ReceiveOptions {
  readonly limit: number;
  readonly visibilityMs: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface MoveOptions {
  /** Where to; without it, each message goes back to the queue where it failed. */
  readonly destinationArn?: string;
  readonly limit: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface MoveStep {
  readonly moved: number;
  /** There is nothing left that can be moved. */
  readonly isEmpty: boolean;
  /** Why it cannot go on. */
  readonly failure?: string;
}

export type VisibilityOutcome = "changed" | "gone" | "not in flight" | "too long";

/**
 * Why documents of the state port and no tables of their own: every write is durable before it is
 * acknowledged, shares its sync of the disk with whatever else is written at that moment, and has passed one
 * contract on SQLite and PostgreSQL; a receive is a listing by rank (the instant from which a message is
 * visible) and conditional writes, so that several nodes never deliver one message twice at a time.
 */
export interface Queues {
  find(name: QueueName): Promise<Queue | undefined>;
  /** Undefined when the name is taken. */
  create(name: QueueName, definition: Omit<StoredQueue, "number">): Promise<Queue | undefined>;
  /** False when the queue was changed or deleted meanwhile. */
  change(queue: Queue, definition: Partial<StoredQueue>): Promise<boolean>;
  /** With its messages. False when there is none. */
  delete(name: QueueName): Promise<boolean>;
  /** In the order of names, strictly behind `after`. */
  list(
    place: Omit<QueueName, "name">,
    page: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<readonly Queue[]>;
  /** Stores all of them or none; for FIFO queues messages that are there already are not stored again. */
  send(queue: Queue, messages: readonly NewMessage[], now: number): Promise<readonly SentMessage[]>;
  /** Messages that failed too often go to the dead-letter queue instead. */
  receive(queue: Queue, options: ReceiveOptions): Promise<readonly ReceivedMessage[]>;
  /** Resolves when there may be a message, the time is over, or nobody waits any longer. */
  wait(queue: Queue, options: WaitOptions): Promise<void>;
  /** Deleting what is gone, or was received again since, does nothing; `expired` is for FIFO queues only. */
  deleteMessage(queue: Queue, receipt: Receipt, now: number): Promise<"deleted" | "expired">;
  /** `visibilityMs` from now on. */
  changeVisibility(
    queue: Queue,
    receipt: Receipt,
    change: { readonly visibilityMs: number; readonly now: number },
  ): Promise<VisibilityOutcome>;
  /** Moves messages off a queue; those that somebody has received stay. */
  move(queue: Queue, options: MoveOptions): Promise<MoveStep>;
  purge(queue: Queue): Promise<void>;
  counts(queue: Queue, now: number): Promise<QueueCounts>;
  /** Takes messages away whose retention is over, from every queue. */
  expireAll(now: number): Promise<void>;
  /**
   * Lets no message wait longer from now on than it was to wait at all, in any queue: the clock may have been
   * set back. Done again it does nothing.
   */
  shortenWaits(now: number): Promise<void>;
  /** Lets everybody who waits go, for the server's stop. */
  stopWaiting(): void;
  isStopping(): boolean;
}

export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export function createQueues(state: State): Queues {
  const definitions = createDefinitions(state);
  const waiting = createWaitingRoom();
  const store = createMessageStore(state, definitions);
  const standard = createStandardMessages(store);
  const fifo = createFifoMessages(store);
  const receipts = createReceipts(store);
  const moves = createMoves(store, definitions);
  const kindOf = ({ attributes }: Queue) => (attributes["FifoQueue"] === "true" ? fifo : standard);
  return {
    ...definitions,
    async send(queue, messages, now) {
      const sent = await kindOf(queue).send(queue, messages, now);
      waiting.arrived(queue.number);
      return sent;
    },
    async receive(queue, options) {
      await store.expire(queue, options.now);
      await store.promote(queue, options.now);
      return kindOf(queue).receive(queue, options);
    },
    wait: (queue, options) => waiting.wait(queue.number, options),
    deleteMessage: (queue, receipt, now) => receipts.delete(queue, receipt, now),
    async changeVisibility(queue, receipt, change) {
      const outcome = await receipts.changeVisibility(queue, receipt, change);
      if (change.visibilityMs === 0) waiting.arrived(queue.number);
      return outcome;
    },
    async move(queue, options) {
      await store.promote(queue, options.now);
      const { targets, ...step } = await moves.move(queue, options);
      for (const number of targets) waiting.arrived(number);
      return step;
    },
    purge: (queue) => store.purge(queue),
    counts: (queue, now) => store.counts(queue, now),
    async expireAll(now) {
      for await (const queue of definitions.all()) {
        while (await store.expire(queue, now)) continue;
      }
    },
    async shortenWaits(now) {
      for await (const queue of definitions.all()) {
        await store.shortenWaits(queue, now);
        waiting.arrived(queue.number);
      }
    },
    stopWaiting: () => waiting.close(),
    isStopping: () => waiting.isClosed(),
  };
}

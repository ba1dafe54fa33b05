// Moving messages off a dead-letter queue, back to where they failed or to another queue.
import { randomUUID } from "node:crypto";
import type { StoredMessage } from "../../core/queues/message.ts";
import { settingsOf } from "../../core/queues/queue-attributes.ts";
import { queueOfArn } from "../../core/queues/queue.ts";
import type { MoveOptions, MoveStep, Queue } from "../queues.ts";
import type { Document } from "../state.ts";
import { visibleScope, type Definitions } from "./definitions.ts";
import { createKeys, placeVisible, remove, sequenceKey, type MessageStore } from "./message-store.ts";

export interface Moves {
  /** With the numbers of the queues to which something was moved. */
  move(queue: Queue, options: MoveOptions): Promise<MoveStep & { readonly targets: ReadonlySet<number> }>;
}

/** Messages are moved one after another where order matters. */
export function createMoves(store: MessageStore, definitions: Definitions): Moves {
  const keys = createKeys();
  return {
    async move(queue, options) {
      const found = await findMovable(store, queue, options);
      const targets = new Set<number>();
      let moved = 0;
      for (const message of found) {
        const target = await targetOf(message.value, options);
        if (typeof target === "string") return { moved, isEmpty: false, failure: target, targets };
        if (!(await moveOne(message, target, options.now))) continue;
        moved++;
        targets.add(target.number);
      }
      return { moved, isEmpty: found.length < options.limit, targets };
    },
  };

  /** @returns why there is none, in the words of ListMessageMoveTasks. */
  async function targetOf(
    { deadLetterSourceArn }: StoredMessage,
    { destinationArn = deadLetterSourceArn }: MoveOptions,
  ): Promise<Queue | string> {
    // Somebody sent it here, or a topic did.
    if (destinationArn === undefined) return "CouldNotDetermineMessageSource";
    const name = queueOfArn(destinationArn);
    const target = name && (await definitions.find(name));
    return target ?? "AWS.SimpleQueueService.NonExistentQueue";
  }

  /** As a new message, with a new id and its whole retention before it. */
  async function moveOne(found: Document<StoredMessage>, target: Queue, now: number): Promise<boolean> {
    const {
      deadLetterSourceArn: _source,
      firstReceivedAt: _first,
      receivedAt: _last,
      sequenceNumber: _number,
      waitsSince: _since,
      ...content
    } = found.value;
    const isFifo = settingsOf(target.attributes).isFifo;
    const sequenceNumber = isFifo ? sequenceKey(await store.state.nextNumber("queue-message")) : undefined;
    const moved: StoredMessage = {
      ...content,
      messageId: randomUUID(),
      sentAt: now,
      visibleAt: now,
      receives: 0,
      ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
    };
    const key = sequenceNumber ?? keys.next(now);
    return store.state.write([remove(found), placeVisible(target, key, moved)]);
  }
}

/** In the order of arrival; what somebody works on stays, and so does, in FIFO queues, its group. */
async function findMovable({ messages }: MessageStore, queue: Queue, { limit, now }: MoveOptions) {
  const { isFifo } = settingsOf(queue.attributes);
  const scope = visibleScope(queue.number);
  if (!isFifo) return messages.list(scope, { order: "rank", maxRank: now, limit });
  const locked = new Set<string>();
  const movable: Document<StoredMessage>[] = [];
  let after: { readonly key: string } | undefined;
  for (;;) {
    const page: readonly Document<StoredMessage>[] = await messages.list(scope, {
      limit,
      ...(after === undefined ? {} : { after }),
    });
    for (const found of page) {
      const { groupId = "", visibleAt } = found.value;
      if (visibleAt > now) locked.add(groupId);
      if (!locked.has(groupId)) movable.push(found);
      if (movable.length === limit) return movable;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return movable;
    after = { key: last.key };
  }
}

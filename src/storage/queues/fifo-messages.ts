// Sending to and receiving from a FIFO queue: once each, and in order within a group.
import { randomUUID } from "node:crypto";
import { queueLimits } from "../../core/queues/limits.ts";
import type { NewMessage, StoredMessage } from "../../core/queues/message.ts";
import { settingsOf } from "../../core/queues/queue-attributes.ts";
import type { Queue, ReceivedMessage, ReceiveOptions, SentMessage } from "../queues.ts";
import type { Change, Document } from "../state.ts";
import { deduplicationCollection, visibleScope } from "./definitions.ts";
import { sequenceKey, type MessageStore } from "./message-store.ts";
import type { MessageKind } from "./standard-messages.ts";

/** What was sent under a deduplication id; its rank is the instant at which it is forgotten. */
type Deduplication = SentMessage;

const pageSize = 200;
const forgottenPerSend = 50;

/*
 * A group is locked while one of its messages is in flight: no message of it is received then. Whoever
 * receives looks at the messages in their order and skips groups in which it meets one that is not visible.
 * What it takes of a group it takes with one conditional write, so that of two who look at the same time one
 * gets the messages, in order, and the other nothing.
 */
export function createFifoMessages(store: MessageStore): MessageKind {
  const sendOne = createSender(store);
  const { state } = store;
  return {
    async send(queue, news, now) {
      const numbers = await Promise.all(news.map(() => state.nextNumber("queue-message")));
      numbers.sort((left, right) => left - right);
      const sent: SentMessage[] = [];
      for (const [index, message] of news.entries()) {
        sent.push(await sendOne(queue, message, sequenceKey(numbers[index] ?? 0), now));
      }
      return sent;
    },
    async receive(queue, options) {
      const byGroup = await findReceivable(store, queue, options);
      const received = await Promise.all(
        [...byGroup.values()].map((found) => claim(store, queue, found, options)),
      );
      return received.flat().sort((left, right) => (left.receipt.key < right.receipt.key ? -1 : 1));
    },
  };
}

function createSender(store: MessageStore) {
  const { state } = store;
  const deduplications = state.collection<Deduplication>(deduplicationCollection);
  return sendOne;

  async function sendOne(queue: Queue, news: NewMessage, key: string, now: number): Promise<SentMessage> {
    const { delayMs, deduplicationPerGroup } = settingsOf(queue.attributes);
    const { delayMs: _refused, ...content } = news;
    const message: StoredMessage = {
      ...content,
      messageId: randomUUID(),
      sequenceNumber: key,
      sentAt: now,
      visibleAt: now + delayMs,
      receives: 0,
    };
    const sent = { messageId: message.messageId, sequenceNumber: key };
    const scope = visibleScope(queue.number);
    await forgetOld(scope, now);
    const id = `${deduplicationPerGroup ? (news.groupId ?? "") : ""}/${news.deduplicationId ?? ""}`;
    const remember: Change = {
      kind: "create",
      collection: deduplicationCollection,
      scope,
      key: id,
      value: sent,
      rank: now + queueLimits.deduplicationMs,
    };
    if (await state.write([remember, store.placeNew(queue, key, message, now)])) return sent;
    const earlier = await deduplications.get(scope, id);
    if (earlier !== undefined && isRemembered(earlier, now)) return earlier.value;
    // It is over, or was forgotten between the two looks: it is as if there had never been one.
    if (earlier !== undefined) await deduplications.delete(scope, id, earlier.version);
    return sendOne(queue, news, key, now);
  }

  async function forgetOld(scope: string, now: number): Promise<void> {
    const old = await deduplications.list(scope, { order: "rank", maxRank: now, limit: forgottenPerSend });
    await Promise.all(old.map(({ key, version }) => deduplications.delete(scope, key, version)));
  }
}

/** What was sent later than now, before the clock was set back, is none: a message may come twice for it. */
const isRemembered = ({ rank = 0 }: Document<Deduplication>, now: number) =>
  rank > now && rank <= now + queueLimits.deduplicationMs;

async function findReceivable(store: MessageStore, queue: Queue, { now, limit }: ReceiveOptions) {
  const locked = new Set<string>();
  const byGroup = new Map<string, Document<StoredMessage>[]>();
  let after: { key: string } | undefined;
  let count = 0;
  for (let scanned = 0; scanned < queueLimits.scannedMessages; scanned += pageSize) {
    const page = await store.messages.list(visibleScope(queue.number), {
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    for (const found of page) {
      const { groupId = "", visibleAt } = found.value;
      if (visibleAt > now) locked.add(groupId);
      if (locked.has(groupId)) continue;
      if (await store.moveToDeadLetters(queue, found, now)) continue;
      const group = byGroup.get(groupId) ?? [];
      byGroup.set(groupId, group);
      group.push(found);
      if (++count === limit) return byGroup;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) break;
    after = { key: last.key };
  }
  return byGroup;
}

async function claim(
  store: MessageStore,
  queue: Queue,
  found: readonly Document<StoredMessage>[],
  options: ReceiveOptions,
): Promise<readonly ReceivedMessage[]> {
  const claims = found.map((message) => store.claim(queue, message, options));
  const won = await store.state.write(claims.map(({ change }) => change));
  return won ? claims.map(({ received }) => received) : [];
}

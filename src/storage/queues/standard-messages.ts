// Sending to and receiving from a standard queue: nearly in order, by anybody, several at once.
import { randomUUID } from "node:crypto";
import type { StoredMessage } from "../../core/queues/message.ts";
import { settingsOf } from "../../core/queues/queue-attributes.ts";
import type { Queue, Queues, ReceivedMessage, ReceiveOptions } from "../queues.ts";
import type { Document } from "../state.ts";
import { visibleScope } from "./definitions.ts";
import { createKeys, type MessageStore } from "./message-store.ts";

export type MessageKind = Pick<Queues, "send" | "receive">;

/** How often a receive looks again when others were faster with everything that it found. */
const attempts = 5;

export function createStandardMessages(store: MessageStore): MessageKind {
  const keys = createKeys();
  const { messages, state } = store;
  /** What this process is about to claim, so that those who receive at the same time find something else. */
  const claiming = new Set<string>();
  return {
    async send(queue, news, now) {
      const { delayMs: queueDelayMs } = settingsOf(queue.attributes);
      const stored = news.map(({ delayMs = queueDelayMs, ...message }): StoredMessage => {
        return { ...message, messageId: randomUUID(), sentAt: now, visibleAt: now + delayMs, receives: 0 };
      });
      await state.write(stored.map((message) => store.placeNew(queue, keys.next(now), message, now)));
      return stored.map(({ messageId }) => ({ messageId }));
    },
    async receive(queue, options) {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const limit = options.limit + claiming.size;
        const found = await messages.list(visibleScope(queue.number), {
          order: "rank",
          maxRank: options.now,
          limit,
        });
        const free = found.filter(({ scope, key }) => !claiming.has(`${scope}/${key}`));
        const received = await claimAll(queue, free.slice(0, options.limit), options);
        if (received.length > 0 || found.length === 0) return received;
      }
      return [];
    },
  };

  async function claimAll(queue: Queue, found: readonly Document<StoredMessage>[], options: ReceiveOptions) {
    const names = found.map(({ scope, key }) => `${scope}/${key}`);
    for (const name of names) claiming.add(name);
    try {
      const claimed = await Promise.all(found.map((message) => claim(queue, message, options)));
      return claimed.filter((message) => message !== undefined);
    } finally {
      for (const name of names) claiming.delete(name);
    }
  }

  async function claim(
    queue: Queue,
    found: Document<StoredMessage>,
    options: ReceiveOptions,
  ): Promise<ReceivedMessage | undefined> {
    if (await store.moveToDeadLetters(queue, found, options.now)) return undefined;
    const { change, received } = store.claim(queue, found, options);
    return (await state.write([change])) ? received : undefined;
  }
}

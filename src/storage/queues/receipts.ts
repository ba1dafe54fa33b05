// What whoever received a message may do with it: delete it, or keep it invisible for longer or shorter.
import { queueLimits } from "../../core/queues/limits.ts";
import { settingsOf } from "../../core/queues/queue-attributes.ts";
import type { Queues } from "../queues.ts";
import { messagesCollection, visibleScope } from "./definitions.ts";
import type { MessageStore } from "./message-store.ts";

/** How often a change that races another one of the same message is made again. */
const attempts = 10;

type Receipts = {
  readonly delete: Queues["deleteMessage"];
  readonly changeVisibility: Queues["changeVisibility"];
};

export function createReceipts({ messages, state }: MessageStore): Receipts {
  return {
    async delete(queue, { key, receives }, now) {
      const scope = visibleScope(queue.number);
      const { isFifo } = settingsOf(queue.attributes);
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const found = await messages.get(scope, key);
        if (found === undefined || found.value.receives !== receives) return "deleted";
        // In a FIFO queue the message, or one behind it, may be somebody else's by now.
        if (isFifo && found.value.visibleAt <= now) return "expired";
        if (await messages.delete(scope, key, found.version)) return "deleted";
      }
      return "deleted";
    },
    async changeVisibility(queue, { key, receives }, { visibilityMs, now }) {
      const scope = visibleScope(queue.number);
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const found = await messages.get(scope, key);
        if (found === undefined) return "gone";
        const { value, version } = found;
        if (value.receives !== receives || value.visibleAt <= now) return "not in flight";
        const visibleAt = now + visibilityMs;
        const totalMs = visibleAt - (value.receivedAt ?? now);
        if (totalMs > queueLimits.visibilitySeconds * 1_000) return "too long";
        const change = { collection: messagesCollection, scope, key, version, rank: visibleAt } as const;
        if (await state.write([{ kind: "replace", ...change, value: { ...value, visibleAt } }]))
          return "changed";
      }
      return "not in flight";
    },
  };
}

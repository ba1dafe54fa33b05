// Queues of what is to be done at an instant: whoever takes something has it for some time to himself.
import { longestPauseMs } from "../core/deliveries/retry-policy.ts";
import { bringForward, limitWaits, type SetBack } from "./set-back.ts";
import type { Collection, Document } from "./state.ts";

/** What is queued, with the document that it is settled by. */
export type Taken<Value> = Value & { readonly document: Document<Value> };

/** What a taker has who dies is taken again when its time is over. Instants are epoch milliseconds. */
export interface DueQueue<Value> {
  /** Up to `limit`, the earliest first; nobody else gets them for `leaseMs`. */
  take(now: number, leaseMs: number, limit: number): Promise<readonly Taken<Value>[]>;
  /** Gives it back as it was taken: nobody tried. */
  release(taken: Taken<Value>, dueAt: number): Promise<void>;
  /** When the next is due; undefined when there is none. */
  nextDueAt(): Promise<number | undefined>;
  /** Makes all that is due behind `now` due earlier: the clock was set back. */
  bringForward(setBack: SetBack): Promise<void>;
  /** The same, as far as it can be seen, of a clock that was set back while nobody looked. */
  limitWaits(now: number): Promise<void>;
}

/** The rank of a document is when it is due. */
export function createDueQueue<Value extends object>(
  queue: Collection<Value>,
  scope: string,
): DueQueue<Value> {
  return {
    async take(now, leaseMs, limit) {
      const due = await queue.list(scope, { order: "rank", maxRank: now, limit });
      const taken = await Promise.all(
        due.map(async ({ key, value, version }) => {
          const isMine = await queue.replace(scope, key, value, version, now + leaseMs);
          const document = { scope, key, value, version: version + 1 };
          return isMine ? [{ ...value, document }] : [];
        }),
      );
      return taken.flat();
    },
    async release({ document }, dueAt) {
      await queue.replace(scope, document.key, document.value, document.version, dueAt);
    },
    async nextDueAt() {
      const [first] = await queue.list(scope, { order: "rank", limit: 1 });
      return first?.rank;
    },
    bringForward: (setBack) => bringForward(queue, scope, setBack),
    limitWaits: (now) => limitWaits(queue, scope, { now, longestMs: longestPauseMs }),
  };
}

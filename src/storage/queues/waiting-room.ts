// Receivers that wait for a message, until one arrives, their time is over, or they have gone.
import { queueLimits } from "../../core/queues/limits.ts";

export interface WaitOptions {
  readonly waitMs: number;
  /** Aborted when nobody waits for the answer any longer. */
  readonly signal: AbortSignal;
}

/**
 * What arrives through another node, or becomes visible again because a time is over, is noticed by looking
 * again after this long.
 */
const lookAgainMs = 500;

export interface WaitingRoom {
  /** Waits at most `lookAgainMs`; with too many others, not at all. */
  wait(queueNumber: number, options: WaitOptions): Promise<void>;
  arrived(queueNumber: number): void;
  /** Everybody goes, and nobody waits from then on. */
  close(): void;
  isClosed(): boolean;
}

/** Waits are real time, also under a clock that stands still: the client at the other end is real. */
export function createWaitingRoom(): WaitingRoom {
  const waiting = new Map<number, Set<() => void>>();
  let count = 0;
  let closed = false;
  return {
    wait(queueNumber, { waitMs, signal }) {
      if (closed || signal.aborted || count >= queueLimits.waitingReceivers) return Promise.resolve();
      return new Promise((resolve) => {
        const receivers = waiting.get(queueNumber) ?? new Set();
        waiting.set(queueNumber, receivers);
        count++;
        const leave = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", leave);
          if (receivers.delete(leave)) count--;
          if (receivers.size === 0) waiting.delete(queueNumber);
          resolve();
        };
        const timer = setTimeout(leave, Math.min(waitMs, lookAgainMs));
        signal.addEventListener("abort", leave);
        receivers.add(leave);
      });
    },
    arrived(queueNumber) {
      for (const leave of waiting.get(queueNumber) ?? []) leave();
    },
    isClosed: () => closed,
    close() {
      closed = true;
      for (const receivers of waiting.values()) for (const leave of receivers) leave();
    },
  };
}

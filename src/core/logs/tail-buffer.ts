// Updates of a live tail that its client has not taken yet.
import { logLimits } from "./limits.ts";

interface Update {
  readonly events: readonly unknown[];
  readonly bytes: number;
}

/**
 * A client that is slower than the tail finds up to ten updates, or 5,000 events; what is older is dropped.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
 * Nor are they longer together than two of the longest: a server with many slow clients must not grow.
 */
export class TailBuffer<Each extends Update> {
  #updates: Each[] = [];

  push(update: Each): void {
    this.#updates.push(update);
    while (this.#isTooMuch()) this.#updates.shift();
  }

  /** The oldest; undefined when all were taken. */
  take(): Each | undefined {
    return this.#updates.shift();
  }

  #isTooMuch(): boolean {
    const sum = (of: (update: Each) => number) =>
      this.#updates.reduce((total, update) => total + of(update), 0);
    return (
      this.#updates.length > logLimits.liveTailBufferedUpdates ||
      sum(({ events }) => events.length) > logLimits.liveTailBufferedEvents ||
      sum(({ bytes }) => bytes) > logLimits.liveTailBufferedBytes
    );
  }
}

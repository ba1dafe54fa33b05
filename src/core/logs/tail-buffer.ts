// Updates of a live tail that its client has not taken yet.
import { logLimits } from "./limits.ts";

interface Update {
  readonly events: readonly unknown[];
}

/**
 * A client that is slower than the tail finds up to ten updates, or 5,000 events; what is older is dropped.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
 */
export class TailBuffer<Each extends Update> {
  #updates: Each[] = [];

  push(update: Each): void {
    this.#updates.push(update);
    const isOver = () =>
      this.#updates.length > logLimits.liveTailBufferedUpdates ||
      this.#updates.reduce((sum, { events }) => sum + events.length, 0) > logLimits.liveTailBufferedEvents;
    while (isOver()) this.#updates.shift();
  }

  /** The oldest; undefined when all were taken. */
  take(): Each | undefined {
    return this.#updates.shift();
  }
}

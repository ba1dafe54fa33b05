// The events of one update of a live tail: all that matched, or a sample of them.
import { logLimits } from "./limits.ts";

export interface TailSampleParts<Event> {
  /** From 0 on, below 1. */
  readonly random: () => number;
  /** How long the event is where it is sent. */
  readonly bytesOf: (event: Event) => number;
}

interface Ranked<Event> {
  readonly event: Event;
  readonly bytes: number;
  /** Events came in this order. */
  readonly order: number;
  readonly rank: number;
}

export interface TailUpdate<Event> {
  readonly events: readonly Event[];
  readonly bytes: number;
  readonly sampled: boolean;
}

/**
 * Each event draws a rank, and those of the lowest ranks stay, as many as an update may have and as long as
 * it may be: whenever they came, all have the same chance, and nothing else is held in memory. Behind the
 * first that had to go none of a higher rank is looked at.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LiveTailSessionUpdate.html
 */
export class TailSample<Event> {
  readonly #parts: TailSampleParts<Event>;
  #kept: Ranked<Event>[] = [];
  #bytes = 0;
  #seen = 0;
  /** The lowest rank that had to go. */
  #tooHigh = Number.POSITIVE_INFINITY;

  constructor(parts: TailSampleParts<Event>) {
    this.#parts = parts;
  }

  add(event: Event): void {
    this.#seen += 1;
    const rank = this.#parts.random();
    if (rank >= this.#tooHigh) return;
    const bytes = this.#parts.bytesOf(event);
    this.#kept.push({ event, bytes, order: this.#seen, rank });
    this.#bytes += bytes;
    while (this.#isTooMuch()) this.#dropHighest();
  }

  /** There were more that nobody looked at. */
  skip(): void {
    this.#seen += 1;
  }

  /** In the order in which they came; the next update begins. */
  take(): TailUpdate<Event> {
    const events = this.#kept.toSorted((one, other) => one.order - other.order).map(({ event }) => event);
    const taken = { events, bytes: this.#bytes, sampled: this.#seen > events.length };
    this.#kept = [];
    this.#bytes = 0;
    this.#seen = 0;
    this.#tooHigh = Number.POSITIVE_INFINITY;
    return taken;
  }

  #isTooMuch(): boolean {
    return (
      this.#kept.length > logLimits.liveTailEventsPerUpdate || this.#bytes > logLimits.liveTailUpdateBytes
    );
  }

  #dropHighest(): void {
    const highest = this.#kept.reduce((most, one) => (one.rank > most.rank ? one : most));
    this.#kept = this.#kept.filter((one) => one !== highest);
    this.#bytes -= highest.bytes;
    this.#tooHigh = highest.rank;
  }
}

// Scheduled tasks in the order in which they are due; what both clocks keep their tasks in.
import type { DueTask } from "./clock.ts";

export interface Timer {
  dueAt: number;
  /** Tells timers of one instant apart: the one that was added first runs first. */
  readonly sequence: number;
  readonly task: DueTask;
}

/** A sorted array: there are hundreds of timers, not millions, and most are added near one of its ends. */
export class TimerQueue {
  readonly #timers: Timer[] = [];
  #sequence = 0;

  add(dueAt: number, task: DueTask): Timer {
    const timer = { dueAt, sequence: this.#sequence++, task };
    this.#timers.splice(this.#placeOf(timer), 0, timer);
    return timer;
  }

  /** Does nothing when the timer is no longer there. */
  remove(timer: Timer): void {
    const place = this.#placeOf(timer);
    if (this.#timers[place] === timer) this.#timers.splice(place, 1);
  }

  /** The instant of the first timer. */
  firstDueAt(): number | undefined {
    return this.#timers[0]?.dueAt;
  }

  /** Takes the first timer if it is due at `now`. */
  takeDue(now: number): Timer | undefined {
    const first = this.#timers[0];
    return first !== undefined && first.dueAt <= now ? this.#timers.shift() : undefined;
  }

  /** Moves every timer by the same time, which keeps their order. */
  shift(byMs: number): void {
    for (const timer of this.#timers) timer.dueAt += byMs;
  }

  clear(): void {
    this.#timers.length = 0;
  }

  /** The index of the first timer that is not before this one. */
  #placeOf({ dueAt, sequence }: Timer): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const timer = this.#timers[middle];
      const isBefore =
        timer !== undefined && (timer.dueAt < dueAt || (timer.dueAt === dueAt && timer.sequence < sequence));
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

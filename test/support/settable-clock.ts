// A manual clock that can be set back as the system's can: what was scheduled keeps its wait.
import type { Clock } from "../../src/core/clock.ts";
import type { ManualClock } from "../../src/core/manual-clock.ts";

export interface SettableClock extends Clock {
  /** Tells those who listen, which may go on by themselves. */
  setBack(byMs: number): void;
}

/** Goes on with the steady clock. */
export function settableClock(steady: ManualClock): SettableClock {
  const listeners = new Set<(byMs: number) => void>();
  let behindMs = 0;
  return {
    now: () => steady.now() - behindMs,
    schedule: (dueAt, task) => steady.schedule(dueAt + behindMs, task),
    onSetBack(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setBack(byMs) {
      behindMs += byMs;
      for (const listener of listeners) listener(byMs);
    },
  };
}

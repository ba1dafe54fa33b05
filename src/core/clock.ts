// The one source of time: everything that happens "at" or "after" goes through a Clock that is passed in.

/** A task that a clock runs when its instant has come. */
export type DueTask = () => void | Promise<void>;

/** Cancels a scheduled task; calling it again, or after the task ran, does nothing. */
export type Cancel = () => void;

/** Instants are epoch milliseconds. */
export interface Clock {
  now(): number;
  /** Runs `task` once when `now()` reaches `dueAt` (at once, but not synchronously, if it already has). */
  schedule(dueAt: number, task: DueTask): Cancel;
  /**
   * Calls back whenever somebody has set the clock back, with how far. What was scheduled has kept its wait
   * by then; who stores instants that are to come has to move them. Absent from clocks that nobody sets.
   */
  onSetBack?(listener: (byMs: number) => void): Cancel;
}

/**
 * Runs `task` at every multiple of `periodMs` since the epoch, one run at a time; a run that is late is not
 * repeated.
 */
export function every(clock: Clock, periodMs: number, task: DueTask): Cancel {
  let cancelled = false;
  let cancel: Cancel = () => undefined;
  const next = () => {
    const dueAt = (Math.floor(clock.now() / periodMs) + 1) * periodMs;
    cancel = clock.schedule(dueAt, async () => {
      try {
        await task();
      } finally {
        if (!cancelled) next();
      }
    });
  };
  next();
  return () => {
    cancelled = true;
    cancel();
  };
}

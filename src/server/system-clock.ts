// The clock of real life: the only file that asks the operating system for the time.
import type { Cancel, Clock, DueTask } from "../core/clock.ts";
import { TimerQueue } from "../core/timer-queue.ts";

/** Where the time comes from; replaced in tests. Milliseconds. */
export interface TimeSource {
  /** Since the epoch; may jump in either direction when somebody sets it. */
  wall(): number;
  /** Since any origin; never jumps. */
  monotonic(): number;
  /** Wakes once, after `ms` by the monotonic time. */
  sleep(ms: number, wake: () => void): Cancel;
}

export interface SystemClock extends Clock {
  /** Forgets what is scheduled and resolves when what is running has ended. */
  stop(): Promise<void>;
}

/**
 * A longer sleep would notice late that the wall clock was set; it is also far below setTimeout's 2^31 ms.
 */
const maxSleepMs = 30_000;
/** Time services nudge the wall clock by less than this. */
const jumpToleranceMs = 1_000;

/**
 * A clock over the wall clock, which a person or a time service may set at any moment. When it is set
 * forward,
 * what has become due runs within `maxSleepMs`, once. When it is set back, waits keep their length instead of
 * growing by the jump: work that is done every minute goes on every minute.
 */
export function createSystemClock(
  onTaskError: (error: unknown) => void,
  source: TimeSource = realTime,
): SystemClock {
  const timers = new TimerQueue();
  const tasks = createTaskRunner(onTaskError);
  const listeners = new Set<(byMs: number) => void>();
  let stopped = false;
  let wakeAt = Number.POSITIVE_INFINITY;
  let cancelSleep: Cancel = () => undefined;
  const setBackMs = createJumpWatch(source);

  return {
    now: () => source.wall(),
    schedule(dueAt, task) {
      if (stopped) return () => undefined;
      followJumps();
      const timer = timers.add(dueAt, task);
      // One that is due at once sleeps as well, so that nothing runs inside of `schedule`.
      if (dueAt < wakeAt) sleepUntil(dueAt);
      return () => timers.remove(timer);
    },
    onSetBack(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      stopped = true;
      listeners.clear();
      cancelSleep();
      timers.clear();
      await tasks.ended();
    },
  };

  function followJumps(): void {
    const byMs = setBackMs();
    if (byMs === 0) return;
    timers.shift(-byMs);
    wakeAt -= byMs;
    for (const listener of listeners) listener(byMs);
  }

  function sleepUntil(dueAt: number): void {
    cancelSleep();
    const waitMs = Math.max(0, Math.min(dueAt - source.wall(), maxSleepMs));
    wakeAt = source.wall() + waitMs;
    cancelSleep = source.sleep(Math.ceil(waitMs), wake);
  }

  function wake(): void {
    if (stopped) return;
    followJumps();
    wakeAt = Number.POSITIVE_INFINITY;
    const now = source.wall();
    for (let timer = timers.takeDue(now); timer !== undefined; timer = timers.takeDue(now))
      tasks.start(timer.task);
    const next = timers.firstDueAt();
    if (next !== undefined && next < wakeAt) sleepUntil(next);
  }
}

/** How far the wall clock was set back since the last look. */
function createJumpWatch(source: TimeSource): () => number {
  let lastWall = source.wall();
  let lastMonotonic = source.monotonic();
  return () => {
    const wall = source.wall();
    const monotonic = source.monotonic();
    const backMs = lastWall - wall + (monotonic - lastMonotonic);
    lastWall = wall;
    lastMonotonic = monotonic;
    return backMs > jumpToleranceMs ? backMs : 0;
  };
}

/** Tasks do not wait for each other: a slow one must not delay the rest. */
function createTaskRunner(onTaskError: (error: unknown) => void) {
  const running = new Set<Promise<void>>();
  return {
    start(task: DueTask): void {
      const run = (async () => {
        try {
          await task();
        } catch (error) {
          onTaskError(error);
        }
      })();
      running.add(run);
      void run.then(() => running.delete(run));
    },
    ended: () => Promise.all(running),
  };
}

/** Milliseconds from any origin, for durations; a manual clock does not move it. */
export function stopwatch(): number {
  return performance.now();
}

/** Epoch milliseconds at the start of a manual clock, and nowhere else: everything later asks the clock. */
export function startOfManualTime(): number {
  return Date.now();
}

const realTime: TimeSource = {
  wall: () => Date.now(),
  monotonic: stopwatch,
  sleep(ms, wake) {
    const timeout = setTimeout(wake, ms).unref();
    return () => clearTimeout(timeout);
  },
};

// A clock that stands still until it is moved, and runs what has become due before the move is over.
import type { Clock, DueTask } from "./clock.ts";
import { TimerQueue } from "./timer-queue.ts";

export interface ManualClock extends Clock {
  /**
   * Moves the clock forward and resolves when every task that was due by then has ended, among them those
   * that
   * these tasks scheduled. They run one after another in the order of their instants, and each sees its
   * own instant
   * as `now()`. A second call waits for the first; a task must not wait for `advance` itself.
   * @throws RangeError for a time that is negative or no whole number.
   */
  advance(ms: number): Promise<void>;
}

export interface ManualClockOptions {
  /** Epoch milliseconds. */
  readonly startAt: number;
  /** Hears of tasks that failed; the others run all the same. */
  readonly onTaskError: (error: unknown) => void;
}

/** What may run without the time going on: tasks that schedule each other would never come to an end. */
export const maxTasksAtOneInstant = 100_000;

export function createManualClock({ startAt, onTaskError }: ManualClockOptions): ManualClock {
  const timers = new TimerQueue();
  let now = startAt;
  let moves: Promise<void> = Promise.resolve();

  return {
    now: () => now,
    schedule(dueAt, task) {
      const timer = timers.add(dueAt, task);
      if (dueAt <= now) void move(0);
      return () => timers.remove(timer);
    },
    advance(ms) {
      if (!Number.isSafeInteger(ms) || ms < 0) throw new RangeError(`a clock cannot advance by ${ms} ms`);
      return move(ms);
    },
  };

  /** Moves are made one after another, so that no task runs beside another one. */
  function move(ms: number): Promise<void> {
    moves = moves.then(() => runUntil(now + ms));
    return moves;
  }

  async function runUntil(targetAt: number): Promise<void> {
    let tasksAtThisInstant = 0;
    for (;;) {
      const timer = timers.takeDue(targetAt);
      if (timer === undefined) break;
      tasksAtThisInstant = timer.dueAt > now ? 1 : tasksAtThisInstant + 1;
      if (tasksAtThisInstant > maxTasksAtOneInstant) {
        onTaskError(new Error(`more than ${maxTasksAtOneInstant} tasks are due at the instant ${now}`));
        break;
      }
      now = Math.max(now, timer.dueAt);
      await run(timer.task);
    }
    now = Math.max(now, targetAt);
  }

  async function run(task: DueTask): Promise<void> {
    try {
      await task();
    } catch (error) {
      onTaskError(error);
    }
  }
}

// A loop that turns while there is something to look after, and rests while there is nothing.
import type { Cancel, Clock } from "../core/clock.ts";
import type { FactBoard } from "../core/facts.ts";
import { leaseMs } from "../storage/leases.ts";
import type { State } from "../storage/state.ts";

export interface WatchLoopParts {
  readonly clock: Clock;
  readonly facts: FactBoard;
  readonly state: Pick<State, "node">;
  /** Turns are at multiples of it since the epoch, one at a time. */
  readonly periodMs: number;
  /** Resolves with whether there is anything to look after; if not, the next turn waits for `WorkPlanned`. */
  readonly turn: () => Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

export interface WatchLoop {
  /** Ends when the turn that is under way has ended. */
  stop(): Promise<void>;
}

/** So long at most does a process rest that nobody told of work. */
const restMs = 6 * 3_600_000;

/** A turn that fails is reported, and made again. */
export function startWatchLoop(parts: WatchLoopParts): WatchLoop {
  const { clock, facts, state, periodMs, turn, onError } = parts;
  // What another process plans is not told here.
  const longestRestMs = state.node === undefined ? restMs : Math.max(leaseMs, periodMs);
  let planned: { readonly at: number; readonly cancel: Cancel } | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  const forget = facts.listen("WorkPlanned", () => planBy(periodMs));
  planBy(periodMs);
  return {
    async stop() {
      isStopped = true;
      forget();
      planned?.cancel();
      await running;
    },
  };

  /** At the next multiple of a length of time, unless a turn comes before that anyway. */
  function planBy(ms: number): void {
    const at = (Math.floor(clock.now() / ms) + 1) * ms;
    if (isStopped || (planned !== undefined && planned.at <= at)) return;
    planned?.cancel();
    planned = { at, cancel: clock.schedule(at, begin) };
  }

  function begin(): Promise<void> {
    planned = undefined;
    running = turn()
      .catch((error: unknown) => {
        onError(error);
        return true;
      })
      .then((isNeeded) => planBy(isNeeded ? periodMs : longestRestMs));
    return running;
  }
}

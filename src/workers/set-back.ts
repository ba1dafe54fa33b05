// What is mended when the clock was set back: at the start, for nobody saw it meanwhile, and when it happens.
import type { Clock } from "../core/clock.ts";

export interface SetBackParts {
  readonly clock: Clock;
  /** Does nothing when nothing was set back. `now` in epoch milliseconds. */
  readonly mend: (now: number) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** @returns what ends it, when what is under way has ended. */
export function startMending({ clock, mend, onError }: SetBackParts): () => Promise<void> {
  let underWay = Promise.resolve();
  const mendNow = () => {
    underWay = underWay.then(() => mend(clock.now())).catch(onError);
  };
  mendNow();
  const forget = clock.onSetBack?.(mendNow);
  return async () => {
    forget?.();
    await underWay;
  };
}

/**
 * Tells at every look whether the clock is behind the look before, and at the first one that it may be behind
 * the time in which nobody ran.
 */
export function watchForSetBack(clock: Pick<Clock, "now">): () => boolean {
  let lastAt = Number.POSITIVE_INFINITY;
  return () => {
    const now = clock.now();
    const isBehind = now < lastAt;
    lastAt = now;
    return isBehind;
  };
}

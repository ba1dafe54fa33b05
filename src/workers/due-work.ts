// Makes attempts at what is due in a durable queue: many at a time, none held up by those that are slow.
import { setMaxListeners } from "node:events";
import type { Cancel, Clock } from "../core/clock.ts";
import type { SetBack } from "../storage/set-back.ts";
import { createLanes } from "./lanes.ts";

const workLimits = {
  /** Attempts that are under way at the same time. */
  concurrentAttempts: 64,
  /** How long others of a slow target wait before they are looked at again. */
  slowPauseMs: 10_000,
  /** Longer than any attempt takes; who is killed in the middle of one leaves it for as long. */
  leaseMs: 120_000,
  /** After the store failed. */
  pauseAfterErrorMs: 5_000,
} as const;

/** What a queue gives out. */
interface TakenWork {
  readonly document: { readonly key: string };
}

export interface DueQueue<Taken> {
  /** Up to `limit` that are due, oldest first; nobody else gets them for `leaseMs`. */
  take(now: number, leaseMs: number, limit: number): Promise<readonly Taken[]>;
  /** Gives one back as it was taken: nobody tried. */
  release(taken: Taken, dueAt: number): Promise<void>;
  /** When the next one is due; undefined when there is none. */
  nextDueAt(): Promise<number | undefined>;
  /** Makes everything that is due behind `now` due earlier. */
  bringForward(setBack: SetBack): Promise<void>;
  /** Lets nothing wait longer than anything ever does: the clock may have been set back while nobody ran. */
  limitWaits(now: number): Promise<void>;
}

export interface DueWorkParts<Taken> {
  readonly clock: Clock;
  /** Milliseconds from any origin, never moved by a manual clock. */
  readonly stopwatch: () => number;
  readonly queue: DueQueue<Taken>;
  /** Whom it is for: attempts for others go on when this one lets its own wait. */
  readonly targetOf: (taken: Taken) => string;
  /** Settles what was taken, or resolves with when it is tried again. */
  readonly attempt: (taken: Taken, signal: AbortSignal) => Promise<number | undefined>;
  readonly onError: (error: unknown) => void;
}

export interface DueWork {
  /** There is something new in the queue. */
  look(): void;
  /** Breaks off what is under way and waits for its end; the attempts hear of it by their signal. */
  stop(): Promise<void>;
}

/**
 * What is taken has a lease and leaves the queue only when its attempt says so: a kill at any moment repeats
 * an attempt and loses none. When nothing is due the worker sleeps until something is. What waits when the
 * clock is set back does not wait longer for it.
 */
export function startDueWork<Taken extends TakenWork>(parts: DueWorkParts<Taken>): DueWork {
  const { clock, queue, onError } = parts;
  const stopping = new AbortController();
  // Every attempt listens.
  setMaxListeners(2 * workLimits.concurrentAttempts, stopping.signal);
  const bell = createBell();
  const keysUnderWay = new Set<string>();
  const empty = createRound({ parts, bell, signal: stopping.signal, planAt, keysUnderWay });
  let planned: { readonly at: number; readonly cancel: Cancel } | undefined;
  let running: Promise<void> | undefined;
  planAt(clock.now());
  queue.limitWaits(clock.now()).then(look, onError);
  const forgetSetBack = clock.onSetBack?.((byMs) => {
    queue.bringForward({ now: clock.now(), byMs, except: keysUnderWay }).then(look, onError);
  });
  return {
    look,
    async stop() {
      forgetSetBack?.();
      planned?.cancel();
      stopping.abort();
      bell.ring();
      await running;
    },
  };

  function look(): void {
    bell.ring();
    planAt(clock.now());
  }

  function planAt(dueAt: number): void {
    if (stopping.signal.aborted || (planned !== undefined && planned.at <= dueAt)) return;
    planned?.cancel();
    planned = { at: dueAt, cancel: clock.schedule(dueAt, wake) };
  }

  function wake(): Promise<void> {
    planned = undefined;
    bell.ring();
    running ??= run();
    return running;
  }

  async function run(): Promise<void> {
    let dueAt: number | undefined;
    try {
      await empty();
      dueAt = await queue.nextDueAt();
    } catch (error) {
      onError(error);
      dueAt = clock.now() + workLimits.pauseAfterErrorMs;
    }
    running = undefined;
    // Who rang since the last look was told that this run goes on.
    if (bell.hasRung()) dueAt = clock.now();
    if (dueAt !== undefined) planAt(dueAt);
  }
}

interface Round<Taken> {
  readonly parts: DueWorkParts<Taken>;
  readonly bell: Bell;
  readonly signal: AbortSignal;
  readonly planAt: (dueAt: number) => void;
  readonly keysUnderWay: Set<string>;
}

/** Makes attempts until none is due. */
function createRound<Taken extends TakenWork>(round: Round<Taken>): () => Promise<void> {
  const { parts, bell, signal, planAt, keysUnderWay } = round;
  const { clock, queue, onError } = parts;
  const { concurrentAttempts, leaseMs, slowPauseMs } = workLimits;
  const lanes = createLanes(parts.stopwatch);
  return async () => {
    const underWay = new Set<Promise<void>>();
    try {
      while (!signal.aborted) {
        const rung = bell.next();
        const free = concurrentAttempts - underWay.size;
        const taken = await queue.take(clock.now(), leaseMs, free);
        for (const one of taken) begin(one, underWay);
        if (underWay.size === 0) return;
        // Attempts that end make room; with room left only the bell tells of something new.
        if (taken.length < free) await Promise.race([rung, Promise.all(underWay)]);
        else await Promise.race(underWay);
      }
    } finally {
      await Promise.all(underWay);
    }
  };

  function begin(taken: Taken, underWay: Set<Promise<void>>): void {
    const { key } = taken.document;
    keysUnderWay.add(key);
    const attempted: Promise<void> = attemptOrWait(taken)
      .then((nextAt) => (nextAt === undefined ? undefined : planAt(nextAt)), onError)
      .finally(() => {
        keysUnderWay.delete(key);
        underWay.delete(attempted);
      });
    underWay.add(attempted);
  }

  async function attemptOrWait(taken: Taken): Promise<number | undefined> {
    const leave = lanes.enter(parts.targetOf(taken));
    if (leave !== undefined) return parts.attempt(taken, signal).finally(leave);
    const dueAt = clock.now() + slowPauseMs;
    await queue.release(taken, dueAt);
    return dueAt;
  }
}

/** Tells those who wait that there is something to do. */
interface Bell {
  ring(): void;
  /** Since `next` was last called. */
  hasRung(): boolean;
  /** Resolves at the next ring. */
  next(): Promise<void>;
}

function createBell(): Bell {
  let hasRung = false;
  let ring: () => void = () => undefined;
  return {
    ring() {
      hasRung = true;
      ring();
    },
    hasRung: () => hasRung,
    next() {
      hasRung = false;
      return new Promise((resolve) => (ring = resolve));
    },
  };
}

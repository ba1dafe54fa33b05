// Empties the outbox: delivers, tries again what failed, and gives up what cannot arrive.
import type { Cancel } from "../core/clock.ts";
import type { FactBoard } from "../core/facts.ts";
import type { TakenDelivery } from "../storage/outbox.ts";
import { createAttempt, type AttemptParts } from "./delivery-attempt.ts";

const deliveryLimits = {
  /** Attempts that are under way at the same time. */
  concurrentAttempts: 64,
  /** Of them, those to an endpoint that let earlier ones wait. */
  attemptsPerSlowEndpoint: 4,
  /** An attempt that takes longer shows that its endpoint is slow. */
  slowMs: 5_000,
  /** How long other deliveries to a slow endpoint wait before they are looked at again. */
  slowPauseMs: 10_000,
  slowEndpoints: 10_000,
  /** Longer than any attempt takes; who is killed in the middle of one leaves it for as long. */
  leaseMs: 120_000,
  /** After the store failed. */
  pauseAfterErrorMs: 5_000,
} as const;

export interface DeliveryWorkerParts extends AttemptParts {
  readonly facts: FactBoard;
  /** Milliseconds from any origin, never moved by a manual clock. */
  readonly stopwatch: () => number;
  readonly onError: (error: unknown) => void;
}

export interface DeliveryWorker {
  /** Breaks off what is under way, which is then as if it had not begun. */
  stop(): Promise<void>;
}

/**
 * A delivery is taken with a lease and leaves the outbox only when it has arrived or was given up, so that a
 * kill at any moment repeats an attempt and loses none. While attempts are slow others go on beside them;
 * when nothing is due the worker sleeps until something is.
 */
export function startDeliveryWorker(parts: DeliveryWorkerParts): DeliveryWorker {
  const { clock, facts, outbox, onError } = parts;
  const stopping = new AbortController();
  const bell = createBell();
  const emptyOutbox = createRound({ parts, bell, signal: stopping.signal, planAt });
  let planned: { readonly at: number; readonly cancel: Cancel } | undefined;
  let running: Promise<void> | undefined;
  const forget = facts.listen("DeliveriesQueued", () => {
    bell.ring();
    planAt(clock.now());
  });
  planAt(clock.now());
  return {
    async stop() {
      forget();
      planned?.cancel();
      stopping.abort();
      parts.subscribers.close();
      bell.ring();
      await running;
    },
  };

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
      await emptyOutbox();
      dueAt = await outbox.nextDueAt();
    } catch (error) {
      onError(error);
      dueAt = clock.now() + deliveryLimits.pauseAfterErrorMs;
    }
    running = undefined;
    // Who rang since the last look was told that this run goes on.
    if (bell.hasRung()) dueAt = clock.now();
    if (dueAt !== undefined) planAt(dueAt);
  }
}

interface Round {
  readonly parts: DeliveryWorkerParts;
  readonly bell: Bell;
  readonly signal: AbortSignal;
  readonly planAt: (dueAt: number) => void;
}

/** Makes attempts until none is due; those that are slow do not hold up the others. */
function createRound({ parts, bell, signal, planAt }: Round): () => Promise<void> {
  const { clock, outbox, onError } = parts;
  const { concurrentAttempts, leaseMs, slowPauseMs } = deliveryLimits;
  const attempt = createAttempt(parts, signal);
  const lanes = createLanes(parts.stopwatch);
  return async () => {
    const underWay = new Set<Promise<void>>();
    try {
      while (!signal.aborted) {
        const rung = bell.next();
        const free = concurrentAttempts - underWay.size;
        const taken = await outbox.take(clock.now(), leaseMs, free);
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

  function begin(taken: TakenDelivery, underWay: Set<Promise<void>>): void {
    const attempted: Promise<void> = attemptOrWait(taken)
      .then((nextAt) => (nextAt === undefined ? undefined : planAt(nextAt)), onError)
      .finally(() => underWay.delete(attempted));
    underWay.add(attempted);
  }

  async function attemptOrWait(taken: TakenDelivery): Promise<number | undefined> {
    const leave = lanes.enter(taken.delivery.endpoint);
    if (leave !== undefined) return attempt(taken).finally(leave);
    const dueAt = clock.now() + slowPauseMs;
    await outbox.release(taken, dueAt);
    return dueAt;
  }
}

interface Lanes {
  /** Undefined when there is no room; what it gives is to be called at the end. */
  enter(endpoint: string): (() => void) | undefined;
}

/** One endpoint that never answers would otherwise have all attempts wait for it, again and again. */
function createLanes(stopwatch: () => number): Lanes {
  const slow = new Set<string>();
  const inside = new Map<string, number>();
  return {
    enter(endpoint) {
      const before = inside.get(endpoint) ?? 0;
      if (slow.has(endpoint) && before >= deliveryLimits.attemptsPerSlowEndpoint) return undefined;
      const enteredMs = stopwatch();
      inside.set(endpoint, before + 1);
      return () => {
        const left = (inside.get(endpoint) ?? 1) - 1;
        if (left === 0) inside.delete(endpoint);
        else inside.set(endpoint, left);
        if (slow.size >= deliveryLimits.slowEndpoints) slow.clear();
        if (stopwatch() - enteredMs > deliveryLimits.slowMs) slow.add(endpoint);
        else slow.delete(endpoint);
      };
    },
  };
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

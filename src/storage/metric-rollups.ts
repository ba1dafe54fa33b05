// What of the datapoints is rolled up, and what must be rolled up again because data came late.
import type { State } from "./state.ts";

/** The rollups, finest first; each is made from the table of the one before it. */
export const rollupPeriodsSeconds = [300, 3600] as const;
export type RollupPeriodSeconds = (typeof rollupPeriodsSeconds)[number];

/** Late data marks hours, which hold whole windows of both rollups. */
const lateWindowMs = 3_600_000;

interface Progress {
  /** Windows that end at or before this instant (epoch milliseconds) are rolled up. */
  readonly rolledUpTo: number;
}

/**
 * Keeps writers and the rollup worker from missing each other. A writer whose data belongs to a window that
 * is rolled up, or about to be, marks the hour as late, durably, before its data is stored. The worker
 * announces how far it is going to read and waits for the writers that came before, so every datum is either
 * stored when the worker reads its window or has marked it.
 */
export interface RollupLedger {
  /** Call it before data is stored, with its instants, and call what it gives when the data is stored. */
  enter(timestamps: Iterable<number>): Promise<() => void>;
  rolledUpTo(periodSeconds: RollupPeriodSeconds): Promise<number>;
  /** Announces that windows ending at or before `until` will be read, and waits for earlier writers. */
  announce(until: number): Promise<void>;
  advance(periodSeconds: RollupPeriodSeconds, rolledUpTo: number): Promise<void>;
  /** The starts of marked hours, oldest first. */
  lateWindows(limit: number): Promise<readonly { readonly startAt: number; readonly version: number }[]>;
  /** Clears a mark unless it was made again meanwhile. */
  settle(window: { readonly startAt: number; readonly version: number }): Promise<void>;
  /** A number for the rows of a run; of two rows for the same window the larger one counts. */
  nextVersion(): Promise<number>;
  /** Whether data came since it was last asked: without any there is nothing to roll up. */
  takeNews(): boolean;
}

export function createRollupLedger(state: State): RollupLedger {
  const progress = state.collection<Progress>("metric-rollup");
  const late = state.collection<Record<string, never>>("metric-rollup-late");
  const writers = new Set<Promise<void>>();
  const marked = new Map<number, Promise<void>>();
  let announced: number | undefined;
  let news = true; // what was stored before this start may not be rolled up yet

  return {
    async enter(timestamps) {
      news = true;
      if (announced === undefined) {
        const watermark = await rolledUpTo(300);
        // The worker may have announced more meanwhile. From here to the entry nothing waits.
        announced = Math.max(announced ?? 0, watermark);
      }
      const hours = hoursBefore(announced, timestamps);
      const { entered, leave } = createWriter(writers);
      writers.add(entered);
      try {
        await Promise.all([...hours].map(mark));
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
    rolledUpTo,
    async announce(until) {
      announced = Math.max(announced ?? 0, until);
      await Promise.all(writers);
    },
    async advance(periodSeconds, rolledUpToAt) {
      await progress.put("", String(periodSeconds), { rolledUpTo: rolledUpToAt });
    },
    async lateWindows(limit) {
      const found = await late.list("", { limit });
      return found.map(({ key, version }) => ({ startAt: Number(key), version }));
    },
    async settle({ startAt, version }) {
      marked.delete(startAt);
      await late.delete("", keyOf(startAt), version);
    },
    nextVersion: () => state.nextNumber("metric-rollup"),
    takeNews() {
      const taken = news;
      news = false;
      return taken;
    },
  };

  async function rolledUpTo(periodSeconds: RollupPeriodSeconds): Promise<number> {
    return (await progress.get("", String(periodSeconds)))?.value.rolledUpTo ?? 0;
  }

  /** Every mark is a write, so that the worker sees by its version that it was made again. */
  function mark(startAt: number): Promise<void> {
    const known = marked.get(startAt);
    if (known !== undefined) return known;
    const marking = late.put("", keyOf(startAt), {}).finally(() => marked.delete(startAt));
    marked.set(startAt, marking);
    return marking;
  }
}

/** The starts of the hours in which those of the instants lie that are before a limit. */
function hoursBefore(limit: number, timestamps: Iterable<number>): ReadonlySet<number> {
  const hours = new Set<number>();
  for (const timestamp of timestamps) {
    if (timestamp < limit) hours.add(Math.floor(timestamp / lateWindowMs) * lateWindowMs);
  }
  return hours;
}

/** Keys of hours, which sort as the hours do. */
const keyOf = (startAt: number) => String(startAt).padStart(16, "0");

function createWriter(writers: Set<Promise<void>>) {
  let leave: () => void = () => undefined;
  const entered = new Promise<void>((resolve) => {
    leave = resolve;
  });
  return {
    entered,
    leave: () => {
      writers.delete(entered);
      leave();
    },
  };
}

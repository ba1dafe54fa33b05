// Collects what the log events of many calls lead to, so that a hundred calls at once write a row for each
// series and not a hundred.
import { DatumBatch } from "../../core/metrics/datum-batch.ts";
import type { MetricWriter } from "../../storage/metric-writer.ts";

interface OpenBatch {
  readonly batch: DatumBatch;
  /** The latest instant of the calls that are in it. */
  now: number;
  readonly stored: Promise<void>;
}

/** Every write has a row for each series that it is about: the longer calls are collected, the fewer rows. */
const burstWrites = 10;
const writeIntervalMs = 30;

/**
 * One write of a world is under way at a time; calls that come meanwhile share the next one. The first
 * writes after a pause are made at once, and under load one every 30 ms.
 */
export class SharedMetricBatches {
  readonly #metrics: MetricWriter;
  readonly #stopwatch: () => number;
  #permits = burstWrites;
  #countedAt: number;
  readonly #open = new Map<number, OpenBatch>();
  /** The last write of each world, which the next one waits for. */
  readonly #writes = new Map<number, Promise<void>>();

  /** `stopwatch` as in the dependencies. */
  constructor(metrics: MetricWriter, stopwatch: () => number) {
    this.#metrics = metrics;
    this.#stopwatch = stopwatch;
    this.#countedAt = stopwatch();
  }

  /**
   * Lets `collect` add to the batch, at once; resolves when what it added is stored and rejects when it could
   * not be.
   */
  add(world: number, now: number, collect: (batch: DatumBatch) => void): Promise<void> {
    const open = this.#open.get(world) ?? this.#begin(world, now);
    open.now = Math.max(open.now, now);
    collect(open.batch);
    return open.stored;
  }

  #begin(world: number, now: number): OpenBatch {
    const before = this.#writes.get(world) ?? Promise.resolve();
    const write = () => this.#write(world);
    const stored = before.then(write, write);
    const open = { batch: new DatumBatch(), now, stored };
    this.#open.set(world, open);
    this.#writes.set(world, stored);
    const end = () => {
      if (this.#writes.get(world) === stored) this.#writes.delete(world);
    };
    stored.then(end, end);
    return open;
  }

  async #write(world: number): Promise<void> {
    await this.#takePermit();
    const open = this.#open.get(world);
    if (open === undefined) return;
    this.#open.delete(world);
    const data = open.batch.data(open.now);
    if (data.length > 0) await this.#metrics.write(world, data, open.now);
  }

  async #takePermit(): Promise<void> {
    const now = this.#stopwatch();
    this.#permits = Math.min(burstWrites, this.#permits + (now - this.#countedAt) / writeIntervalMs) - 1;
    this.#countedAt = now;
    if (this.#permits >= 0) return;
    const waitMs = -this.#permits * writeIntervalMs;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

// A bucket of permits that fills with time: what is dear may happen at once now and then, and seldom for
// long.

export interface Pace {
  /** How many may follow each other at once. */
  readonly burst: number;
  /** After these, one each so many milliseconds. */
  readonly intervalMs: number;
}

export interface Permits {
  /** How long until there is one; zero when there is. */
  waitMs(): number;
  take(): void;
}

export function createPermits({ burst, intervalMs }: Pace): Permits {
  let left = burst;
  let countedAt = process.hrtime.bigint();
  const refill = () => {
    const now = process.hrtime.bigint();
    left = Math.min(burst, left + Number(now - countedAt) / 1e6 / intervalMs);
    countedAt = now;
  };
  return {
    waitMs() {
      refill();
      return left >= 1 ? 0 : (1 - left) * intervalMs;
    },
    take() {
      refill();
      left = Math.max(0, left - 1);
    },
  };
}

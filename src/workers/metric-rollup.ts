// Rolls datapoints up: minutes to five minutes, these to hours, behind a watermark and again where data came
// late.
import { every, type Cancel, type Clock } from "../core/clock.ts";
import { metricLimits } from "../core/metrics/limits.ts";
import {
  rollupPeriodsSeconds,
  type RollupLedger,
  type RollupPeriodSeconds,
} from "../storage/metric-rollups.ts";
import { datapointInstants, rollUp } from "../storage/telemetry/datapoint-rollup.ts";
import type { Telemetry } from "../storage/telemetry.ts";

const runPeriodMs = 300_000;
/** Data of the last minute is still on its way: a window is rolled up so long after its end. */
const graceMs = 60_000;
/** One statement reads at most this much time; a long pause is caught up with in several. */
const maximumSpanMs = 6 * 3_600_000;
const lateWindowsPerRun = 1_000;
const hourMs = 3_600_000;

export interface MetricRollup {
  /** One run, as the clock starts every five minutes; runs never overlap. */
  run(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A run can be killed at any point and made again: rows carry a version, of two rows for one window the later
 * one counts, and the watermark moves only when the rows are stored. After a failure the next run goes on.
 */
export function startMetricRollup(
  clock: Clock,
  telemetry: Telemetry,
  ledger: RollupLedger,
  onError: (error: unknown) => void,
): MetricRollup {
  let running: Promise<void> = Promise.resolve();
  /** Whether the last run left something: it failed, or there was data of windows that were not over. */
  let unfinished = false;
  const run = () => (running = running.catch(() => undefined).then(rollUpAll));
  const cancel: Cancel = every(clock, runPeriodMs, () => run().catch(onError));
  return {
    run,
    async stop() {
      cancel();
      await running.catch(() => undefined);
    },
  };

  async function rollUpAll(): Promise<void> {
    if (!ledger.takeNews() && !unfinished) return;
    unfinished = true;
    const until = clock.now() - graceMs;
    await ledger.announce(until);
    const marks = await Promise.all(rollupPeriodsSeconds.map((period) => ledger.rolledUpTo(period)));
    const { firsts, last } = await datapointInstants(telemetry, marks, clock.now() + metricLimits.futureMs);
    for (const [index, period] of rollupPeriodsSeconds.entries()) {
      const range = { mark: marks[index] ?? 0, first: firsts[index], until };
      await catchUp({ telemetry, ledger }, period, range);
    }
    const late = await ledger.lateWindows(lateWindowsPerRun);
    // Writers that share a mark which is listed here must have stored their data before it is settled.
    if (late.length > 0) await ledger.announce(until);
    for (const window of late) {
      for (const period of rollupPeriodsSeconds) {
        const to = Math.min(window.startAt + hourMs, await ledger.rolledUpTo(period));
        if (to > window.startAt)
          await rollUp(telemetry, period, window.startAt, to, await ledger.nextVersion());
      }
      await ledger.settle(window);
    }
    const isWaiting = last !== undefined && last >= (await ledger.rolledUpTo(3600));
    unfinished = isWaiting || late.length === lateWindowsPerRun;
  }
}

/** From the mark, or from the first datapoint behind it if that is later, to the last whole window. */
async function catchUp(
  { telemetry, ledger }: { readonly telemetry: Telemetry; readonly ledger: RollupLedger },
  period: RollupPeriodSeconds,
  {
    mark,
    first,
    until,
  }: { readonly mark: number; readonly first: number | undefined; readonly until: number },
): Promise<void> {
  const windowMs = period * 1_000;
  const end = Math.floor(until / windowMs) * windowMs;
  if (end <= mark) return;
  if (first === undefined || first >= end) {
    await ledger.advance(period, end);
    return;
  }
  for (let start = Math.floor(first / windowMs) * windowMs; start < end;) {
    const to = Math.min(end, start + maximumSpanMs);
    await rollUp(telemetry, period, start, to, await ledger.nextVersion());
    await ledger.advance(period, to);
    start = to;
  }
}

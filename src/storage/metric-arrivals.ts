// Notes what metric data arrived, for metric streams: which minutes of which series are to be sent again.
import { sql } from "../core/sql.ts";
import type { State } from "./state.ts";
import { allProgress } from "./metric-streams.ts";
import type { Telemetry } from "./telemetry.ts";

const minuteMs = 60_000;
/**
 * Older data is not streamed:
 * https://aws.amazon.com/about-aws/whats-new/2024/03/cloudwatch-metric-streams-streaming-daily-metrics/
 */
const oldestMs = 2 * 86_400_000;

/** A minute of a series. */
export interface ArrivedMinute {
  readonly metricId: bigint;
  /** Epoch milliseconds. */
  readonly minuteAt: number;
}

/** What of the arrivals a reader wants. Sequences are 64-bit numbers, as text. */
export interface ArrivalQuestion {
  readonly world: number;
  /** Arrived behind the first sequence and before the second. */
  readonly after: string;
  readonly before: string;
  /** Only minutes before this one; epoch milliseconds. */
  readonly minutesBefore: number;
  /** Of arrivals that are not behind `after`, the minutes from this one on: they were not over then. */
  readonly heldFrom: number | undefined;
}

/** Data of one call. */
export interface ArrivedData {
  readonly metricIds: BigUint64Array;
  /** Epoch milliseconds, in the same order. */
  readonly timestamps: Float64Array;
}

/**
 * A journal beside the datapoints, kept only for worlds that are watched. Data is noted once it is stored and
 * before it is acknowledged, so whoever finds a minute in the journal finds its data too.
 */
export interface MetricArrivals {
  isWatched(world: number): Promise<boolean>;
  /** Resolves when it is durable that these minutes have new data. */
  note(world: number, data: ArrivedData, now: number): Promise<void>;
  /** From now on the arrivals of this world are noted; every process hears of it within a minute. */
  watch(world: number): Promise<void>;
  unwatch(world: number): Promise<void>;
  /** Reads again which worlds are watched: others may have changed it, or all was erased. */
  refresh(): Promise<void>;
  /** A sequence behind everything that was noted before. */
  position(now: number): Promise<string>;
  /**
   * What arrived before this sequence can be read. Several processes on one store do not know what is under
   * way in the others: their clocks and their writes may differ by `lagMs`.
   */
  settledBefore(now: number, lagMs: number): Promise<string>;
  /** A page of the minutes, by series and time, strictly behind `last`. */
  read(
    question: ArrivalQuestion,
    page: { readonly last: ArrivedMinute | undefined; readonly limit: number },
  ): Promise<readonly ArrivedMinute[]>;
}

const collection = "metric-arrival-watches";
const maximumWatches = 10_000;
/** Sequences are milliseconds with room for so many bits of a counter. */
const counterBits = 22n;

export function createMetricArrivals(telemetry: Telemetry, state: State): MetricArrivals {
  const sequences = createSequences(telemetry);
  const watches = createWatches(state, (sequence) => sequences.goOnBehind(sequence));
  return {
    ...watches,
    note: (world, data, now) => sequences.append(world, minutesOf(data, now), now),
    async position(now) {
      await watches.ready();
      return String(sequences.next(now));
    },
    async settledBefore(now, lagMs) {
      await watches.ready();
      return String(sequences.settledBefore(now, lagMs));
    },
    read: (question, page) => readPage(telemetry, question, page),
  };
}

/** Which worlds are watched, from the state; what it loads tells where the sequences of others ended. */
function createWatches(state: State, goOnBehind: (sequence: bigint) => void) {
  const watches = state.collection<Record<string, never>>(collection);
  let known: Promise<ReadonlySet<number>> | undefined;
  const ready = () => (known ??= reload());
  const refresh = async () => void (await reload());
  return {
    ready,
    refresh,
    isWatched: async (world: number) => (await ready()).has(world),
    async watch(world: number) {
      await watches.put("", String(world), {});
      await refresh();
    },
    async unwatch(world: number) {
      await watches.delete("", String(world));
      await refresh();
    },
  };

  /** What is known stays so until the new is there; a failure is found out by whoever asks next. */
  function reload(): Promise<ReadonlySet<number>> {
    const loading = load();
    loading.then(
      () => (known = loading),
      () => (known = undefined),
    );
    return loading;
  }

  async function load(): Promise<ReadonlySet<number>> {
    const [found, progress] = await Promise.all([
      watches.list("", { limit: maximumWatches }),
      allProgress(state),
    ]);
    for (const { value } of progress) goOnBehind(BigInt(value.position));
    return new Set(found.map(({ key }) => Number(key)));
  }
}

/** Numbers that grow with arrival, also when the clock goes back; it knows which are still being stored. */
function createSequences(telemetry: Telemetry) {
  const underWay = new Set<bigint>();
  let last = 0n;
  const next = (now: number): bigint => {
    const earliest = earliestAt(now);
    last = last < earliest ? earliest : last + 1n;
    return last;
  };
  return {
    next,
    goOnBehind(sequence: bigint) {
      if (sequence > last) last = sequence;
    },
    settledBefore(now: number, lagMs: number): bigint {
      let least = lagMs === 0 ? next(now) : earliestAt(now - lagMs);
      for (const sequence of underWay) if (sequence < least) least = sequence;
      return least;
    },
    async append(world: number, minutes: readonly ArrivedMinute[], now: number): Promise<void> {
      if (minutes.length === 0) return;
      const sequence = next(now);
      underWay.add(sequence);
      try {
        await telemetry.append("metric_arrivals", {
          world: minutes.map(() => world),
          sequence: minutes.map(() => sequence),
          arrived_at: minutes.map(() => now),
          metric_id: minutes.map(({ metricId }) => metricId),
          minute: minutes.map(({ minuteAt }) => minuteAt),
        });
      } finally {
        underWay.delete(sequence);
      }
    },
  };
}

const earliestAt = (now: number) => BigInt(Math.max(0, Math.trunc(now))) << counterBits;

function minutesOf({ metricIds, timestamps }: ArrivedData, now: number): readonly ArrivedMinute[] {
  const minutes = new Map<string, ArrivedMinute>();
  for (const [index, metricId] of metricIds.entries()) {
    const timestamp = timestamps[index] ?? 0;
    const minuteAt = Math.floor(timestamp / minuteMs) * minuteMs;
    if (minuteAt >= now - oldestMs) minutes.set(`${metricId} ${minuteAt}`, { metricId, minuteAt });
  }
  return [...minutes.values()];
}

async function readPage(
  telemetry: Telemetry,
  { world, after, before, minutesBefore, heldFrom }: ArrivalQuestion,
  { last, limit }: { readonly last: ArrivedMinute | undefined; readonly limit: number },
): Promise<readonly ArrivedMinute[]> {
  const held =
    heldFrom === undefined
      ? sql`0`
      : sql`sequence <= ${BigInt(after)} AND minute >= toDateTime(${seconds(heldFrom)})`;
  const behind =
    last === undefined
      ? sql`1`
      : sql`(metric_id, minute) > (${last.metricId}, toDateTime(${seconds(last.minuteAt)}))`;
  const rows = await telemetry.query<{ metricId: string; second: number }>(sql`
    SELECT metric_id AS metricId, toUInt32(toUnixTimestamp(minute)) AS second
    FROM metric_arrivals
    WHERE world = ${world} AND minute < toDateTime(${seconds(minutesBefore)})
      AND ((sequence > ${BigInt(after)} AND sequence < ${BigInt(before)}) OR (${held}))
      AND ${behind}
    GROUP BY metric_id, minute
    ORDER BY metric_id, minute
    LIMIT ${limit}`);
  return rows.map(({ metricId, second }) => ({ metricId: BigInt(metricId), minuteAt: second * 1_000 }));
}

const seconds = (instant: number) => Math.floor(instant / 1_000);

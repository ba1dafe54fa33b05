// Trains an anomaly detection model on the history of a metric.
import { agreed, fitCycles, type Points } from "./cycles.ts";
import type { InSteps } from "./in-steps.ts";
import {
  localTimeIn,
  seasonAt,
  slotAt,
  type AdaptationSpeed,
  type AnomalyModel,
  type AnomalySettings,
  type Cycle,
  type OutlierFiltering,
} from "./model.ts";
import { believed, median, quantile, spreadAroundZero, spreadOfSteps } from "./robust.ts";

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html
 */
export const anomalyLimits = {
  /** What a model is trained on at most: two weeks. */
  historyMs: 14 * dayMs,
  /** With fewer datapoints there is no model. */
  leastDatapoints: 10,
  /** Models are trained again so often. */
  retrainMs: dayMs,
} as const;

/** What the level is taken from: this much time before the end. */
const levelMs: Readonly<Record<AdaptationSpeed, number>> = {
  FAST: dayMs,
  NORMAL: 3 * dayMs,
  SLOW: 14 * dayMs,
};

/** Datapoints that are further away from their day, in standard deviations, are left out. */
const outlierDeviations: Readonly<Record<OutlierFiltering, number>> = {
  MINIMAL: 12,
  MODERATE: 6,
  STRICT: 4,
};

export interface AnomalyHistory {
  /** Epoch milliseconds, ascending. */
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
  readonly periodSeconds: number;
}

/** A model as of `trainedAt`; undefined when there are too few datapoints. */
export function* trainModel(
  history: AnomalyHistory,
  settings: AnomalySettings,
  trainedAt: number,
): InSteps<AnomalyModel | undefined> {
  const all = pointsOf(history, settings, trainedAt);
  if (all.values.length < anomalyLimits.leastDatapoints) return undefined;
  yield;
  const periodMs = history.periodSeconds * 1_000;
  const first = yield* fit(all, periodMs, trainedAt);
  const limit = outlierDeviations[settings.outliers] * first.scatter;
  const within = withinDays(first);
  const kept = (_: number, index: number) => Math.abs(within[index] ?? 0) <= limit;
  const fitted =
    limit > 0
      ? yield* fit(
          {
            at: all.at.filter(kept),
            local: all.local.filter(kept),
            values: all.values.filter(kept),
          },
          periodMs,
          trainedAt,
        )
      : first;
  const level = levelOf(fitted, settings.adaptation);
  yield;
  const spread = roundedCycle(spreadOf(fitted));
  yield;
  return {
    periodSeconds: history.periodSeconds,
    trainedAt,
    ...(settings.timezone === undefined ? {} : { timezone: settings.timezone }),
    level: rounded(level),
    slopePerDay: rounded(fitted.slopePerDay),
    cycles: fitted.cycles.map(roundedCycle),
    spread,
    ...(settings.periodicSpikes ? { spikes: spikesOf(all, fitted, level, trainedAt, periodMs) } : {}),
    ...(all.values.every((value) => value >= 0) ? { floor: 0 } : {}),
  };
}

interface TimedPoints extends Points {
  readonly at: readonly number[];
}

function pointsOf(history: AnomalyHistory, settings: AnomalySettings, trainedAt: number): TimedPoints {
  const localTime = localTimeIn(settings.timezone);
  const at: number[] = [];
  const values: number[] = [];
  for (const [index, instant] of history.timestamps.entries()) {
    const value = history.values[index] ?? Number.NaN;
    const isOld = instant < trainedAt - anomalyLimits.historyMs || instant > trainedAt;
    const isExcluded = settings.excluded.some(({ from, to }) => instant >= from && instant < to);
    if (isOld || isExcluded || !Number.isFinite(value)) continue;
    at.push(instant);
    values.push(value);
  }
  return { at, values, local: at.map(localTime) };
}

interface Fitted {
  readonly points: TimedPoints;
  readonly slopePerDay: number;
  readonly cycles: readonly Cycle[];
  /** The values without trend and cycles. */
  readonly rest: readonly number[];
  /** Their standard deviation within a day. */
  readonly scatter: number;
}

function* fit(points: TimedPoints, periodMs: number, trainedAt: number): InSteps<Fitted> {
  const slopePerDay = slopeOf(points);
  yield;
  const level = points.values.map((value, index) => {
    return value - (slopePerDay * ((points.at[index] ?? trainedAt) - trainedAt)) / dayMs;
  });
  const { cycles, rest } = yield* fitCycles({ local: points.local, values: level }, periodMs);
  const fitted = { points, slopePerDay, cycles, rest, scatter: 0 };
  yield;
  return { ...fitted, scatter: spreadAroundZero(withinDays(fitted)) };
}

/**
 * The trend is what weeks and days agree on: a week's change is free of the seasons, and a single jump shows
 * in one day's change only. While there is less than nine days of history, the days have to do.
 */
function slopeOf(points: TimedPoints): number {
  const spanMs = (points.at.at(-1) ?? 0) - (points.at[0] ?? 0);
  if (spanMs < 3 * dayMs) return 0;
  const byDays = changePerDay(points, dayMs);
  return spanMs < 9 * dayMs ? byDays : agreed([byDays, changePerDay(points, 7 * dayMs)]);
}

/** The median change between instants that are so far apart; each day is one witness. */
function changePerDay({ at, values }: TimedPoints, lagMs: number): number {
  const byTime = new Map(at.map((instant, index) => [instant, values[index] ?? 0]));
  const days = new Map<number, number[]>();
  for (const [instant, value] of byTime) {
    const later = byTime.get(instant + lagMs);
    if (later === undefined) continue;
    const day = Math.floor(instant / dayMs);
    const changes = days.get(day) ?? [];
    days.set(day, changes);
    changes.push(((later - value) * dayMs) / lagMs);
  }
  const witnesses = [...days.values()].flatMap((changes) => median(changes) ?? []);
  const slope = median(witnesses);
  if (slope === undefined || witnesses.length < 2) return 0;
  const scatter = spreadAroundZero(witnesses.map((witness) => witness - slope));
  return believed(slope, (1.2533 * scatter) / Math.sqrt(witnesses.length), 2);
}

/** The rest without the level of each day: a lasting change of the level is no scatter. */
function withinDays({ points, rest }: Pick<Fitted, "points" | "rest">): readonly number[] {
  const levels = dailyLevels(points, rest);
  return rest.map((value, index) => value - (levels.get(dayOf(points, index)) ?? 0));
}

function dailyLevels(points: TimedPoints, rest: readonly number[]): ReadonlyMap<number, number> {
  const days = new Map<number, number[]>();
  for (const [index, value] of rest.entries()) {
    const day = days.get(dayOf(points, index)) ?? [];
    days.set(dayOf(points, index), day);
    day.push(value);
  }
  return new Map([...days].map(([day, values]) => [day, median(values) ?? 0]));
}

const dayOf = ({ local }: TimedPoints, index: number) => Math.floor((local[index] ?? 0) / dayMs);

function levelOf({ points, rest }: Fitted, speed: AdaptationSpeed): number {
  const from = (points.at.at(-1) ?? 0) - levelMs[speed];
  return median(rest.filter((_, index) => (points.at[index] ?? 0) > from)) ?? 0;
}

/** The scatter of an hour of the day is drawn towards that of all hours, as by so many datapoints. */
const sharedWeight = 30;
/** Even what never changed may change a little. */
const leastShare = 0.001;

function spreadOf(fitted: Fitted): Cycle {
  const within = withinDays(fitted);
  const levels = [...dailyLevels(fitted.points, fitted.rest).values()];
  const between = spreadOfSteps(levels);
  const hours = Array.from({ length: 24 }, (): number[] => []);
  const form = { lengthMs: dayMs, slotMs: hourMs };
  for (const [index, value] of within.entries()) {
    hours[slotAt(form, fitted.points.local[index] ?? 0)]?.push(value);
  }
  const least = leastShare * Math.abs(median(fitted.points.values) ?? 0) || Number.EPSILON;
  // What the cycles were fitted to is nearer to them than what comes.
  const unseen = 1 + 3 / (levels.length + 2);
  const values = hours.map((some) => {
    const own = some.length * spreadAroundZero(some) ** 2 + sharedWeight * fitted.scatter ** 2;
    const variance = own / (some.length + sharedWeight) + between ** 2;
    return Math.max(least, Math.sqrt(variance * unseen));
  });
  return { ...form, values };
}

const spikeSlotMs = 300_000;
/** A spike is beyond so many standard deviations, and periodic when half of the days have one. */
const spikeDeviations = 4;
const spikeShare = 0.5;
const spikeQuantile = 0.95;

/**
 * How far values go on most days around a slot of the day: spikes of jobs that begin some minutes earlier or
 * later, and are higher or lower from day to day.
 */
function spikesOf(
  all: TimedPoints,
  fitted: Fitted,
  level: number,
  trainedAt: number,
  periodMs: number,
): { readonly up: Cycle; readonly down: Cycle } {
  const form = { lengthMs: dayMs, slotMs: Math.max(spikeSlotMs, periodMs) };
  const count = Math.ceil(form.lengthMs / form.slotMs);
  const days = new Map<number, { readonly up: number[]; readonly down: number[] }>();
  for (const [index, value] of all.values.entries()) {
    const local = all.local[index] ?? 0;
    const day = Math.floor(local / dayMs);
    const extremes = days.get(day) ?? { up: [], down: [] };
    days.set(day, extremes);
    const trend = (fitted.slopePerDay * ((all.at[index] ?? 0) - trainedAt)) / dayMs;
    const away = value - level - trend - seasonAt(fitted.cycles, local);
    const slot = slotAt(form, local);
    for (const near of [slot - 1, slot, slot + 1]) {
      const place = (near + count) % count;
      extremes.up[place] = Math.max(extremes.up[place] ?? 0, away);
      extremes.down[place] = Math.max(extremes.down[place] ?? 0, -away);
    }
  }
  const allowances = (direction: "up" | "down"): Cycle => ({
    ...form,
    values: Array.from({ length: count }, (_, slot) => {
      const seen = [...days.values()].flatMap((day) => day[direction][slot] ?? []);
      const spikes = seen.filter((size) => size > spikeDeviations * fitted.scatter);
      const isPeriodic = seen.length > 1 && spikes.length >= spikeShare * seen.length;
      return isPeriodic ? rounded(quantile(Float64Array.from(spikes).toSorted(), spikeQuantile) ?? 0) : 0;
    }),
  });
  return { up: allowances("up"), down: allowances("down") };
}

/** Models are stored: seven digits are more than they know. */
const rounded = (value: number) => Number(value.toPrecision(7));
const roundedCycle = (cycle: Cycle): Cycle => ({ ...cycle, values: cycle.values.map(rounded) });

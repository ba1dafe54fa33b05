// Anomaly detection on synthetic metrics whose anomalies are known: false alarms and misses as figures.
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { zoneOffsetMs } from "../../alarms/time-zone.ts";
import { defaultSettings, drawBand, type AnomalySettings } from "./model.ts";
import { trainModel as trainInSteps, type AnomalyHistory } from "./train.ts";

function trainModel(...order: Parameters<typeof trainInSteps>) {
  const steps = trainInSteps(...order);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** How far away an anomaly is, in standard deviations of the noise. */
const anomalyDeviations = 6;
const trainedAt = Date.parse("2026-03-02T00:00:00Z");

/** The same numbers every time. */
function createChance(seed: number): { readonly uniform: () => number; readonly normal: () => number } {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

interface Metric {
  readonly noise: number;
  readonly value: (at: number) => number;
  readonly settings?: Partial<AnomalySettings>;
  /** What is borne at two standard deviations, as a share; normal noise alone makes 0.046. */
  readonly falseAlarmsAtTwo?: number;
  readonly historyDays?: number;
  readonly periodSeconds?: number;
  /** What goes wrong while it is trained on: added to the value. */
  readonly incident?: (at: number) => number;
}

const timeOfDay = (at: number) => ((at % dayMs) + dayMs) % dayMs;
const daily = (at: number) => 40 * Math.sin((2 * Math.PI * timeOfDay(at)) / dayMs);
const isWeekend = (at: number) => [0, 6].includes(new Date(at).getUTCDay());
const working = (at: number) => {
  const hour = timeOfDay(at) / hourMs;
  return hour >= 8 && hour < 18 && !isWeekend(at) ? 80 : 10;
};
const inZone = (zone: string) => (at: number) => working(at + zoneOffsetMs(zone, at));

const metrics: Readonly<Record<string, Metric>> = {
  flat: { noise: 2, value: () => 100 },
  "daily wave": { noise: 3, value: (at) => 100 + daily(at) },
  "hourly job": { noise: 1, value: (at) => 20 + (at % hourMs < 5 * minuteMs ? 50 : 0) },
  "working hours": { noise: 4, value: working },
  "working hours of Berlin": {
    noise: 4,
    value: inZone("Europe/Berlin"),
    settings: { timezone: "Europe/Berlin" },
  },
  trend: { noise: 2, value: (at) => 500 + (20 * (at - trainedAt)) / dayMs + daily(at) },
  "one day of history": { noise: 2, value: () => 50, historyDays: 1 },
  "four days of history": { noise: 3, value: (at) => 100 + daily(at), historyDays: 4 },
  hours: { noise: 3, value: (at) => 100 + daily(at), periodSeconds: 3_600, falseAlarmsAtTwo: 0.12 },
  minutes: { noise: 3, value: (at) => 100 + daily(at), periodSeconds: 60 },
  "after incidents": {
    noise: 3,
    value: (at) => 100 + daily(at),
    incident: (at) => {
      const day = Math.floor((trainedAt - at) / dayMs);
      return [3, 6, 10].includes(day) && timeOfDay(at) < 4 * hourMs ? 300 : 0;
    },
  },
  "after a lasting change": {
    noise: 3,
    value: (at) => (at < trainedAt - 5 * dayMs ? 100 : 160) + daily(at),
  },
  "excluded deployment": {
    noise: 3,
    value: (at) => 100 + daily(at),
    incident: (at) => (at > trainedAt - 8 * dayMs ? 0 : 500),
    settings: { excluded: [{ from: trainedAt - 14 * dayMs, to: trainedAt - 8 * dayMs }] },
  },
};

interface Figures {
  /** The share of normal datapoints outside of the band. */
  readonly falseAlarms: number;
  /** The share of anomalies inside of it. */
  readonly misses: number;
}

function historyOf(metric: Metric, normal: () => number, asOf = trainedAt): AnomalyHistory {
  const { historyDays = 14, periodSeconds = 300, incident = () => 0 } = metric;
  const timestamps: number[] = [];
  for (let at = asOf - historyDays * dayMs; at < asOf; at += periodSeconds * 1_000) {
    timestamps.push(at);
  }
  const values = timestamps.map((at) => metric.value(at) + incident(at) + metric.noise * normal());
  return { timestamps, values, periodSeconds };
}

/** Trains on the history, then watches a day in which one datapoint in fifty is an anomaly. */
function watch(metric: Metric, seed: number): readonly Figures[] {
  const chance = createChance(seed);
  const history = historyOf(metric, chance.normal);
  const model = trainModel(history, { ...defaultSettings, ...metric.settings }, trainedAt)!;
  const instants: number[] = [];
  for (let at = trainedAt; at < trainedAt + dayMs; at += history.periodSeconds * 1_000) instants.push(at);
  const watched = instants.map((at) => {
    const isAnomaly = chance.uniform() < 0.02;
    const shift = isAnomaly ? Math.sign(chance.uniform() - 0.5) * anomalyDeviations * metric.noise : 0;
    return { isAnomaly, value: metric.value(at) + shift + metric.noise * chance.normal() };
  });
  return [2, 3].map((deviations) => {
    const { upper, lower } = drawBand(model, instants, deviations);
    const counts = { normal: 0, outside: 0, anomalies: 0, missed: 0 };
    for (const [index, { isAnomaly, value }] of watched.entries()) {
      const isOutside = value > upper[index]! || value < lower[index]!;
      counts[isAnomaly ? "anomalies" : "normal"]++;
      if (isAnomaly && !isOutside) counts.missed++;
      if (!isAnomaly && isOutside) counts.outside++;
    }
    return {
      falseAlarms: counts.outside / counts.normal,
      misses: counts.missed / Math.max(1, counts.anomalies),
    };
  });
}

function mean(figures: readonly Figures[]): Figures {
  const over = (of: (one: Figures) => number) =>
    figures.reduce((sum, one) => sum + of(one), 0) / figures.length;
  return { falseAlarms: over((one) => one.falseAlarms), misses: over((one) => one.misses) };
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(7);

describe("false alarms and misses", () => {
  test.each(Object.entries(metrics))("%s", (name, metric) => {
    const days = [11, 22, 33, 44].map((seed) => watch(metric, seed));
    const [two, three] = [0, 1].map((index) => mean(days.map((day) => day[index]!))) as [Figures, Figures];
    process.stdout.write(
      `${name.padEnd(28)} 2 sd: ${percent(two.falseAlarms)} false, ${percent(two.misses)} missed; ` +
        `3 sd: ${percent(three.falseAlarms)} false, ${percent(three.misses)} missed\n`,
    );
    expect(two.falseAlarms).toBeLessThan(metric.falseAlarmsAtTwo ?? 0.06);
    expect(three.falseAlarms).toBeLessThan(0.015);
    expect(two.misses).toBeLessThan(0.01);
    expect(three.misses).toBeLessThan(0.04);
  });
});

/** The middle of the band. */
function expectedAt(metric: Metric, instants: readonly number[], asOf = trainedAt): readonly number[] {
  const history = historyOf(metric, createChance(7).normal, asOf);
  const model = trainModel(history, { ...defaultSettings, ...metric.settings }, asOf)!;
  const { upper, lower } = drawBand(model, instants, 2);
  return upper.map((edge, index) => (edge + lower[index]!) / 2);
}

describe("what a model knows", () => {
  test("local time: the day after clocks were changed, the same hour of the day is busy", () => {
    // Berlin's clocks went forward on 29 March 2026 at 01:00 UTC.
    const asOf = Date.parse("2026-03-28T12:00:00Z");
    const monday = Date.parse("2026-03-30T06:30:00Z");
    const metric = { noise: 1, value: inZone("Europe/Berlin") };
    const [there] = expectedAt({ ...metric, settings: { timezone: "Europe/Berlin" } }, [monday], asOf);
    const [utc] = expectedAt(metric, [monday], asOf);
    expect(there).toBeGreaterThan(70);
    expect(utc).toBeLessThan(20);
  });

  test("how fast the level follows a lasting change", () => {
    const value = (at: number) => (at < trainedAt - 1.2 * dayMs ? 100 : 200);
    const after = (adaptation: AnomalySettings["adaptation"]) =>
      Math.round(expectedAt({ noise: 1, value, settings: { adaptation } }, [trainedAt])[0]! / 10) * 10;
    expect([after("FAST"), after("NORMAL"), after("SLOW")]).toEqual([200, 100, 100]);
  });

  test("a job that takes an hour every night, also when it is not all of the hour", () => {
    const value = (at: number) => (timeOfDay(at) >= 2 * hourMs && timeOfDay(at) < 2.5 * hourMs ? 90 : 10);
    const night = (hours: number) => trainedAt + hours * hourMs;
    const [before, during, later] = expectedAt({ noise: 1, value }, [night(1.9), night(2.2), night(2.7)]);
    expect([before, during, later].map((one) => Math.round(one! / 10) * 10)).toEqual([10, 90, 10]);
  });

  test("periodic spikes: a backup that begins some minutes earlier or later is expected", () => {
    const beginsAt = (at: number) => 3 * hourMs + ((Math.floor(at / dayMs) * 7) % 4) * 5 * minuteMs;
    const value = (at: number) =>
      timeOfDay(at) >= beginsAt(at) && timeOfDay(at) < beginsAt(at) + 5 * minuteMs ? 500 : 20;
    const history = historyOf({ noise: 2, value }, createChance(3).normal);
    const spikeAt = trainedAt + 3 * hourMs + 10 * minuteMs;
    const upperAt = (periodicSpikes: boolean) => {
      const model = trainModel(history, { ...defaultSettings, periodicSpikes }, trainedAt)!;
      return drawBand(model, [spikeAt, spikeAt + 6 * hourMs], 2).upper;
    };
    const [expected, atNoon] = upperAt(true);
    expect(expected).toBeGreaterThan(490);
    expect(atNoon).toBeLessThan(40);
    expect(upperAt(false)[0]).toBeLessThan(100);
  });

  test("excluded ranges are not trained on", () => {
    const deployment = { from: trainedAt - 4 * dayMs, to: trainedAt };
    const metric = { noise: 1, value: (at: number) => (at >= deployment.from ? 900 : 100) };
    const settings = { excluded: [deployment] };
    expect(expectedAt({ ...metric, settings }, [trainedAt])[0]).toBeCloseTo(100, -1);
    expect(expectedAt(metric, [trainedAt])[0]).toBeCloseTo(900, -1);
  });

  test("what was never negative is not expected below zero; what was, is", () => {
    const lowest = (value: number) => {
      const model = trainModel(
        historyOf({ noise: 0.5, value: () => value }, () => Math.sign(value)),
        defaultSettings,
        trainedAt,
      )!;
      return Math.min(...drawBand(model, [trainedAt], 5_000).lower);
    };
    expect(lowest(1)).toBe(0);
    expect(lowest(-1)).toBeLessThan(-1);
  });

  test("stricter filtering of outliers leaves more out", () => {
    const normal = createChance(5).normal;
    const metric = {
      noise: 1,
      value: () => 100,
      incident: (at: number) => (at % 7 === 0 ? 5 * normal() : 0),
    };
    const history = historyOf(metric, normal);
    const width = (outliers: AnomalySettings["outliers"]) => {
      const model = trainModel(history, { ...defaultSettings, outliers }, trainedAt)!;
      const { upper, lower } = drawBand(model, [trainedAt], 1);
      return upper[0]! - lower[0]!;
    };
    expect(width("STRICT")).toBeLessThan(width("MINIMAL"));
  });

  test("nothing of too few datapoints, of old ones and of what is no number", () => {
    const train = (timestamps: number[], value = 1) =>
      trainModel(
        { timestamps, values: timestamps.map(() => value), periodSeconds: 60 },
        defaultSettings,
        trainedAt,
      );
    const minutesAgo = (count: number) =>
      Array.from({ length: count }, (_, index) => trainedAt - index * minuteMs);
    expect(train(minutesAgo(9))).toBeUndefined();
    expect(train(minutesAgo(10).toReversed())).toBeDefined();
    expect(train(minutesAgo(10), Number.NaN)).toBeUndefined();
    expect(train(minutesAgo(100).map((at) => at - 14 * dayMs))).toBeUndefined();
  });
});

const history = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 20, maxLength: 300 });

test.prop([history, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1_001, max: 5_000 })], {
  numRuns: 40,
})(
  "more deviations make a wider band, and a metric that is moved has a band that is moved",
  (values, minutes, by) => {
    const periodMs = minutes * minuteMs;
    const timestamps = values.map((_, index) => trainedAt - (values.length - index) * periodMs);
    const bandOf = (given: readonly number[], deviations: number) => {
      const trained = trainModel(
        { timestamps, values: given, periodSeconds: minutes * 60 },
        defaultSettings,
        trainedAt,
      )!;
      const { floor: _, ...model } = trained;
      return drawBand(model, [trainedAt, trainedAt + 5 * hourMs], deviations);
    };
    const [narrow, wide] = [bandOf(values, 2), bandOf(values, 3)];
    expect(wide.upper[0]).toBeGreaterThan(narrow.upper[0]!);
    expect(wide.lower[1]).toBeLessThan(narrow.lower[1]!);
    const moved = bandOf(
      values.map((value) => value + by),
      2,
    );
    const middle = ({ upper, lower }: typeof narrow) => (upper[1]! + lower[1]!) / 2;
    expect(middle(moved) - middle(narrow)).toBeCloseTo(by, 1);
  },
);

test("two weeks are learnt in many steps, so that others have their turn meanwhile", () => {
  const timestamps = Array.from({ length: 4_032 }, (_, index) => index * 300_000);
  const values = timestamps.map((at) => 100 + ((at / 1_000) % 7));
  const steps = trainInSteps({ timestamps, values, periodSeconds: 300 }, defaultSettings, 14 * 86_400_000);
  let count = 0;
  while (steps.next().done !== true) count++;
  expect(count).toBeGreaterThan(20);
});

// Reads what alarms look at: the datapoints of many alarms in few statements.
import { isComputed, watchedMetric, type AlarmMetric, type MetricAlarm } from "../core/alarms/alarm.ts";
import type { AlarmReading } from "../core/alarms/alarm-reading.ts";
import type { AlarmDatapoint } from "../core/alarms/alarm-state.ts";
import { alarmWindow, periodsOf, type AlarmWindow } from "../core/alarms/alarm-window.ts";
import { identityKey, metricIdOf, metricUnits, type MetricUnit } from "../core/metrics/metric-identity.ts";
import { notLinked, type LinkedAccounts } from "../core/linked-accounts.ts";
import { retentionMs } from "../core/metrics/periods.ts";
import { computeStatistic } from "../core/metrics/statistics.ts";
import { needsHistogram, parseStatistic, type Statistic } from "../core/metrics/statistic-names.ts";
import { nothing, readComputed } from "./alarm-expressions.ts";
import { alarmScope, type AlarmWorld, type DecidedChange } from "./alarms.ts";
import type { RollupLedger } from "./metric-rollups.ts";
import { createPromqlAlarms } from "./alarm-promql.ts";
import { withLogLines } from "./log-alarm-lines.ts";
import { createLogAlarmRuns } from "./log-alarm-runs.ts";
import type { OtlpMetrics } from "./otlp-metrics.ts";
import type { LogQuerySource } from "./log-query-source.ts";
import type { SeriesSource } from "./series-source.ts";
import { readDatapoints, type PeriodSamples } from "./telemetry/datapoints-read.ts";
import { seriesOf } from "./telemetry/metrics.ts";
import type { Telemetry } from "./telemetry.ts";
import type { Worlds } from "./worlds.ts";

/** Bounds of one statement: the engine reads 256 KiB of text, and a result must fit into memory. */
const seriesPerStatement = 3_000;
const datapointsPerStatement = 100_000;
const nameCharactersPerStatement = 100_000;
/** How long it is believed under which units a metric has data; one without data is asked for every time. */
const unitsKnownMs = 10 * 60_000;
const maximumKnownUnits = 200_000;

/** An alarm with the window that is read for it. */
export interface WindowOfAlarm {
  readonly alarm: MetricAlarm;
  readonly window: AlarmWindow;
}

export interface AlarmReader {
  /** The readings by the names of the alarms, of the windows that end at `asOf` (epoch milliseconds). */
  read(
    world: AlarmWorld,
    alarms: readonly MetricAlarm[],
    asOf: number,
  ): Promise<ReadonlyMap<string, AlarmReading>>;
  /** The same of any windows, in the past as well; `now` says what is still kept. */
  readWindows(
    world: AlarmWorld,
    windows: readonly WindowOfAlarm[],
    now: number,
  ): Promise<ReadonlyMap<string, AlarmReading>>;
  /** The changes with the log lines that topics are told; `asOf` as for `read`. */
  withLogLines(
    world: AlarmWorld,
    decided: readonly DecidedChange[],
    asOf: number,
  ): Promise<readonly DecidedChange[]>;
  /** Forgets what is cached; call it after a reset. */
  forget(): void;
}

export interface AlarmReaderParts {
  readonly telemetry: Telemetry;
  readonly worlds: Worlds;
  readonly rollups: RollupLedger;
  /** Where the data of expressions comes from. */
  readonly series: SeriesSource;
  readonly logs: LogQuerySource;
  /** Asked at every evaluation: what was linked may be so no longer. */
  readonly linkedAccounts: Pick<LinkedAccounts, "mayRead">;
  readonly otlpMetrics: OtlpMetrics;
}

/** One alarm with what is read for it. */
interface Wanted extends WindowOfAlarm {
  readonly metric: AlarmMetric;
  readonly statistic: Statistic;
  readonly key: string;
  /** The number of the account and region that the metric is in, and its name. */
  readonly place: Place;
}

interface Place {
  readonly scope: string;
  readonly world: number;
}

export function createAlarmReader(parts: AlarmReaderParts): AlarmReader {
  const { telemetry, linkedAccounts } = parts;
  const units = createUnitCache(telemetry);
  const logRuns = createLogAlarmRuns(parts.logs);
  const promql = createPromqlAlarms(parts.otlpMetrics, parts.worlds);
  return {
    read(world, alarms, asOf) {
      return readWindows(world, windowsOf(alarms, asOf), asOf);
    },
    readWindows,
    withLogLines: (world, decided, asOf) => withLogLines(parts.logs, world, decided, asOf),
    forget() {
      units.forget();
      logRuns.forget();
    },
  };

  async function readWindows(
    world: AlarmWorld,
    windows: readonly WindowOfAlarm[],
    now: number,
  ): Promise<ReadonlyMap<string, AlarmReading>> {
    const mayRead = (account: string) => linkedAccounts.mayRead(world.account, account);
    const computed = await readComputed({ ...parts, mayRead }, world, windows, now);
    const readings = new Map([
      ...computed,
      ...(await logRuns.read(world, windows)),
      ...(await promql.read(world, windows, now)),
    ]);
    const wanted: Wanted[] = [];
    const placeOf = await placesOf(world, windows);
    for (const one of windows) {
      const account = isComputed(one.alarm) ? undefined : watchedMetric(one.alarm)?.account;
      if (account === undefined || mayRead(account)) wanted.push(...wantedOf(one, placeOf(account)));
      else readings.set(one.alarm.name, nothing(one.window, notLinked(account)));
    }
    const unitsOf = await units.of(wanted, now);
    for (const group of groupsOf(wanted)) {
      const ids = new Map(
        group.map((one) => [one, unitsOf(one).map((unit) => metricIdOf(one.place.world, one.key, unit))]),
      );
      const samples = await readGroup(parts, group, [...ids.values()].flat(), now);
      for (const one of group) readings.set(one.alarm.name, readingOf(one, ids.get(one) ?? [], samples));
    }
    return readings;
  }

  /** The alarms' own account, and those of which they watch metrics. */
  async function placesOf(
    { account: own, region }: AlarmWorld,
    windows: readonly WindowOfAlarm[],
  ): Promise<(account: string | undefined) => Place> {
    const foreign = windows.flatMap(({ alarm }) => watchedMetric(alarm)?.account ?? []);
    const places = new Map<string, Place>();
    for (const account of new Set([own, ...foreign])) {
      const world = await parts.worlds.numberOf(account, region);
      places.set(account, { scope: alarmScope({ account, region }), world });
    }
    const ofOwn = places.get(own) ?? { scope: alarmScope({ account: own, region }), world: 0 };
    return (account) => (account === undefined ? ofOwn : (places.get(account) ?? ofOwn));
  }
}

/** Ranges of different length end at the same instant, so that their periods lie on each other. */
async function readGroup(
  { telemetry, rollups }: AlarmReaderParts,
  group: readonly Wanted[],
  ids: readonly bigint[],
  now: number,
): Promise<ReadonlyMap<string, readonly PeriodSamples[]>> {
  const [first] = group;
  const samples = new Map<string, readonly PeriodSamples[]>();
  if (first === undefined) return samples;
  const { periodSeconds, to } = first.window;
  const from = Math.min(...group.map(({ window }) => window.from));
  const [fives, hours] = await Promise.all([rollups.rolledUpTo(300), rollups.rolledUpTo(3600)]);
  const isRecent = from >= now - retentionMs.recent;
  const metricIds = [...new Set(ids)];
  const periods = (to - from) / (periodSeconds * 1_000);
  const fitting = Math.max(1, Math.floor(datapointsPerStatement / periods));
  const atOnce = Math.min(seriesPerStatement, fitting);
  for (let start = 0; start < metricIds.length; start += atOnce) {
    const found = await readDatapoints(telemetry, {
      metricIds: metricIds.slice(start, start + atOnce),
      from,
      to,
      periodSeconds,
      now,
      rolledUpTo: { 300: fives, 3600: hours },
      wantsHistogram: needsHistogram(first.statistic),
      // By time first, so that a short range of many series is in few places.
      ...(isRecent ? { sources: [{ resolution: "recent", from, to }] } : {}),
    });
    for (const [id, periods] of found) samples.set(id, periods);
  }
  return samples;
}

const windowsOf = (alarms: readonly MetricAlarm[], asOf: number) =>
  alarms.map((alarm) => ({ alarm, window: alarmWindow(alarm, asOf) }));

function wantedOf({ alarm, window }: WindowOfAlarm, place: Place): readonly Wanted[] {
  const metric = isComputed(alarm) ? undefined : watchedMetric(alarm);
  const statistic = metric === undefined ? undefined : parseStatistic(metric.statistic);
  if (metric === undefined || statistic === undefined) return [];
  return [{ alarm, metric, statistic, window, place, key: identityKey(metric) }];
}

/**
 * What is read together: the same periods, ranges of about the same length, with distributions or without.
 */
function groupsOf(wanted: readonly Wanted[]): readonly (readonly Wanted[])[] {
  const groups = new Map<string, Wanted[]>();
  for (const one of wanted) {
    const { periodSeconds, to, count } = one.window;
    const length = Math.ceil(Math.log2(count));
    const key = `${periodSeconds} ${to} ${length} ${needsHistogram(one.statistic)}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(one);
  }
  return [...groups.values()];
}

/**
 * Of a metric with data under several units, and an alarm that names none, the first unit with data counts.
 */
function readingOf(
  { window, statistic }: Wanted,
  ids: readonly bigint[],
  samples: ReadonlyMap<string, readonly PeriodSamples[]>,
): AlarmReading {
  const datapoints = new Map<number, AlarmDatapoint>();
  for (const id of ids) {
    for (const period of samples.get(String(id)) ?? []) {
      if (period.startAt < window.from || datapoints.has(period.startAt)) continue;
      const value = computeStatistic(statistic, period);
      if (value !== undefined) datapoints.set(period.startAt, { value, sampleCount: period.sampleCount });
    }
  }
  return { window, periods: periodsOf(window, datapoints) };
}

interface KnownUnits {
  readonly units: readonly MetricUnit[];
  readonly asOf: number;
}

function createUnitCache(telemetry: Telemetry) {
  let known = new Map<string, KnownUnits>();
  return {
    forget() {
      known = new Map();
    },
    /** The units to read for each alarm: its own, or those that its metric has data under. */
    async of(wanted: readonly Wanted[], now: number): Promise<(one: Wanted) => readonly MetricUnit[]> {
      const nameOf = ({ scope, world }: Place, key: string) => `${scope} ${world} ${key}`;
      const unknown = new Map<string, Wanted>();
      for (const one of wanted) {
        if (one.metric.unit !== undefined) continue;
        const name = nameOf(one.place, one.key);
        const { units = [], asOf = 0 } = known.get(name) ?? {};
        if (units.length === 0 || Math.abs(now - asOf) >= unitsKnownMs) unknown.set(name, one);
      }
      if (known.size + unknown.size > maximumKnownUnits) known = new Map();
      for (const [place, asked] of byPlace([...unknown.values()])) {
        for (const some of cutByNames(asked)) {
          const found = await seriesOf(telemetry, place.world, some);
          for (const [key, units] of found)
            known.set(nameOf(place, key), { units: inOrder(units), asOf: now });
        }
      }
      return ({ metric, place, key }) =>
        metric.unit === undefined ? (known.get(nameOf(place, key))?.units ?? []) : [metric.unit];
    },
  };
}

function byPlace(wanted: readonly Wanted[]): ReadonlyMap<Place, readonly AskedMetric[]> {
  const places = new Map<Place, AskedMetric[]>();
  for (const { place, key, metric } of wanted) {
    const asked = places.get(place) ?? [];
    places.set(place, asked);
    asked.push({ key, identity: metric });
  }
  return places;
}

interface AskedMetric {
  readonly key: string;
  readonly identity: AlarmMetric;
}

function cutByNames(asked: readonly AskedMetric[]): readonly (readonly AskedMetric[])[] {
  const parts: AskedMetric[][] = [];
  let characters = nameCharactersPerStatement;
  for (const one of asked) {
    const { namespace, name } = one.identity;
    const length = namespace.length + name.length + 40;
    characters += length;
    if (characters > nameCharactersPerStatement) {
      parts.push([]);
      characters = length;
    }
    parts.at(-1)?.push(one);
  }
  return parts;
}

const inOrder = (units: readonly MetricUnit[]) => metricUnits.filter((unit) => units.includes(unit));

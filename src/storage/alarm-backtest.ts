// Runs a back-test over stored data: reads long ranges at once, then evaluates window by window.
import { setImmediate } from "node:timers/promises";
import { isComputed, type MetricAlarm } from "../core/alarms/alarm.ts";
import type { AlarmDatapoint } from "../core/alarms/alarm-state.ts";
import { alarmWindow, periodsOf, type AlarmWindow } from "../core/alarms/alarm-window.ts";
import type { AlarmReading } from "../core/alarms/alarm-reading.ts";
import { startBacktest, type Backtest } from "../core/alarms/backtest.ts";
import type { AlarmReader } from "./alarm-datapoints.ts";
import type { AlarmWorld } from "./alarms.ts";

/** So many evaluations are made before others have their turn, and read at once for expressions. */
const evaluationsPerTurn = 500;

export interface BacktestQuestion {
  readonly world: AlarmWorld;
  readonly alarm: MetricAlarm;
  /** When windows end, in order; epoch milliseconds. */
  readonly instants: readonly number[];
  /** How long after that the evaluation is. */
  readonly settleMs: number;
  readonly now: number;
  readonly signal: AbortSignal;
}

export async function runBacktest(reader: AlarmReader, question: BacktestQuestion): Promise<Backtest> {
  const { alarm, instants, settleMs, signal } = question;
  const backtest = startBacktest(alarm, instants[0] ?? 0);
  const isApart = isComputed(alarm) || alarm.promql !== undefined;
  const read = isApart ? await readApart(reader, question) : await readTogether(reader, question);
  for (let start = 0; start < instants.length; start += evaluationsPerTurn) {
    signal.throwIfAborted();
    const turn = instants.slice(start, start + evaluationsPerTurn);
    const readings = await read(turn);
    for (const at of turn) {
      const reading = readings(at);
      if (reading !== undefined) backtest.evaluate(reading, at + settleMs);
    }
    await setImmediate();
  }
  return backtest;
}

/** Gives the reading of each of some instants. */
type Read = (instants: readonly number[]) => Promise<(at: number) => AlarmReading | undefined>;

/**
 * Periods of all windows that end at the same place of a period lie on each other, so these are read in one
 * statement over the whole range.
 */
async function readTogether(
  reader: AlarmReader,
  { world, alarm, instants, now }: BacktestQuestion,
): Promise<Read> {
  const places = new Map<number, AlarmWindow[]>();
  for (const at of instants) {
    const window = alarmWindow(alarm, at);
    const place = placeOf(window);
    const windows = places.get(place) ?? [];
    places.set(place, windows);
    windows.push(window);
  }
  const datapoints = new Map<number, ReadonlyMap<number, AlarmDatapoint>>();
  for (const [place, windows] of places) {
    const whole = wholeWindow(windows);
    const readings = await reader.readWindows(world, [{ alarm, window: whole }], now);
    datapoints.set(place, datapointsOf(readings.get(alarm.name)));
  }
  const readingAt = (at: number): AlarmReading => {
    const window = alarmWindow(alarm, at);
    return { window, periods: periodsOf(window, datapoints.get(placeOf(window)) ?? new Map()) };
  };
  return () => Promise.resolve(readingAt);
}

const placeOf = ({ to, periodSeconds }: AlarmWindow) => to % (periodSeconds * 1_000);

function wholeWindow(windows: readonly AlarmWindow[]): AlarmWindow {
  const periodSeconds = windows[0]?.periodSeconds ?? 60;
  const from = windows.reduce(
    (earliest, window) => Math.min(earliest, window.from),
    Number.POSITIVE_INFINITY,
  );
  const to = windows.reduce((latest, window) => Math.max(latest, window.to), 0);
  return { from, to, periodSeconds, count: Math.round((to - from) / (periodSeconds * 1_000)) };
}

function datapointsOf(reading: AlarmReading | undefined): ReadonlyMap<number, AlarmDatapoint> {
  const datapoints = new Map<number, AlarmDatapoint>();
  for (const { startAt, datapoint } of reading?.periods ?? []) {
    if (datapoint !== undefined) datapoints.set(startAt, datapoint);
  }
  return datapoints;
}

/** An expression may look at its whole range, so it is computed for each window by itself; so is a query. */
function readApart(reader: AlarmReader, { world, alarm, now }: BacktestQuestion): Promise<Read> {
  return Promise.resolve(async (instants) => {
    const windows = instants.map((at) => ({
      alarm: { ...alarm, name: String(at) },
      window: alarmWindow(alarm, at),
    }));
    const readings = await reader.readWindows(world, windows, now);
    return (at) => readings.get(String(at));
  });
}

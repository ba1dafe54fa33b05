// What an anomaly detection model consists of, and the band that it draws.
import { zoneOffsetMs } from "../../alarms/time-zone.ts";
import type { TimeRange } from "../math/series.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AnomalyDetectorConfiguration.html */
export interface AnomalySettings {
  /** Of the clock that the metric lives by; an IANA name. UTC without one. */
  readonly timezone?: string;
  /** Not trained on. */
  readonly excluded: readonly TimeRange[];
  /** Spikes that come every day at about the same time are expected. */
  readonly periodicSpikes: boolean;
  readonly adaptation: AdaptationSpeed;
  readonly outliers: OutlierFiltering;
}

export type AdaptationSpeed = "FAST" | "NORMAL" | "SLOW";
export type OutlierFiltering = "MINIMAL" | "MODERATE" | "STRICT";

export const defaultSettings: AnomalySettings = {
  excluded: [],
  periodicSpikes: false,
  adaptation: "NORMAL",
  outliers: "MODERATE",
};

/** What repeats: a value for each slot of an hour, a day or a week of local time. */
export interface Cycle {
  readonly lengthMs: number;
  readonly slotMs: number;
  readonly values: readonly number[];
}

/**
 * A model is a sum. What is expected at an instant is the level at the end of training, the trend since
 * then, and the value of each cycle there; how far values scatter around it depends on the hour of the day.
 * Everything in it is a median or a median deviation, so that incidents in the history move it little.
 */
export interface AnomalyModel {
  readonly periodSeconds: number;
  /** Epoch milliseconds. */
  readonly trainedAt: number;
  readonly timezone?: string;
  readonly level: number;
  readonly slopePerDay: number;
  readonly cycles: readonly Cycle[];
  /** Standard deviations. */
  readonly spread: Cycle;
  /** How far spikes go beyond the band, up and down. */
  readonly spikes?: { readonly up: Cycle; readonly down: Cycle };
  /** The band stays above: set when the metric was never negative. */
  readonly floor?: number;
}

export interface Band {
  readonly upper: readonly number[];
  readonly lower: readonly number[];
}

const dayMs = 86_400_000;
/** A trend is not drawn out into times that nothing is known of. */
const maximumTrendDays = { back: 14, ahead: 1 } as const;

/**
 * The edges of what is expected at instants, epoch milliseconds, `deviations` standard deviations away.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html
 */
export function drawBand(model: AnomalyModel, instants: readonly number[], deviations: number): Band {
  const localTime = localTimeIn(model.timezone);
  const upper: number[] = [];
  const lower: number[] = [];
  const { floor = Number.NEGATIVE_INFINITY, spikes } = model;
  for (const at of instants) {
    const local = localTime(at);
    const expected = trendAt(model, at) + seasonAt(model.cycles, local);
    const width = deviations * valueAt(model.spread, local);
    const up = spikes === undefined ? 0 : valueAt(spikes.up, local);
    const down = spikes === undefined ? 0 : valueAt(spikes.down, local);
    upper.push(Math.max(floor, expected + width + up));
    lower.push(Math.max(floor, expected - width - down));
  }
  return { upper, lower };
}

function trendAt({ level, slopePerDay, trainedAt }: AnomalyModel, at: number): number {
  const days = (at - trainedAt) / dayMs;
  return level + slopePerDay * Math.min(maximumTrendDays.ahead, Math.max(-maximumTrendDays.back, days));
}

export function seasonAt(cycles: readonly Cycle[], localMs: number): number {
  let sum = 0;
  for (const cycle of cycles) sum += valueAt(cycle, localMs);
  return sum;
}

function valueAt(cycle: Cycle, localMs: number): number {
  return cycle.values[slotAt(cycle, localMs)] ?? 0;
}

export function slotAt({ lengthMs, slotMs }: Pick<Cycle, "lengthMs" | "slotMs">, localMs: number): number {
  return Math.floor((((localMs % lengthMs) + lengthMs) % lengthMs) / slotMs);
}

/** Clocks are changed at quarters of an hour, so each of these is looked up once. */
export function localTimeIn(timezone: string | undefined): (at: number) => number {
  if (timezone === undefined || timezone === "UTC") return (at) => at;
  const quarterMs = 900_000;
  const offsets = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / quarterMs);
    const offset = offsets.get(quarter) ?? zoneOffsetMs(timezone, quarter * quarterMs);
    offsets.set(quarter, offset);
    return at + offset;
  };
}

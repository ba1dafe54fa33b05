// The port to the time series that expressions need: metrics, searches, queries, bands, rules.
import type { SeriesNeed } from "../core/metrics/math/needs.ts";
import type { FetchedSeries } from "../core/metrics/math/queries.ts";
import type { TimeRange } from "../core/metrics/math/series.ts";
import type { AlarmWorld } from "./alarms.ts";

export interface SeriesQuestion {
  readonly world: AlarmWorld;
  readonly needs: readonly SeriesNeed[];
  readonly rangeOf: (periodSeconds: number) => TimeRange;
  /** Epoch milliseconds; decides what is still kept. */
  readonly now: number;
}

/** `problem`, in AWS's words, when what is asked for is not there or too much. */
export type SeriesAnswer =
  | { readonly series: FetchedSeries; readonly isCut: boolean }
  | { readonly problem: string };

export type SeriesSource = (question: SeriesQuestion) => Promise<SeriesAnswer>;

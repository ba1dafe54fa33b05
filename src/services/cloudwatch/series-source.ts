// The series of expressions for those who compute without a call: the alarms.
import type { SeriesSource } from "../../storage/series-source.ts";
import type { Dependencies } from "../dependencies.ts";
import { fetchSeries } from "./fetch-series.ts";

/** A read is given up when it takes as long as an evaluation has time. */
const timeoutMs = 60_000;

export function createSeriesSource(dependencies: Dependencies): SeriesSource {
  return async ({ world, needs, rangeOf, now }) => {
    const call = { ...world, now, signal: AbortSignal.timeout(timeoutMs) };
    try {
      return await fetchSeries({ call, dependencies, isForAlarm: true }, needs, rangeOf);
    } catch (error) {
      if (error instanceof Error && "$fault" in error && error.$fault === "client") {
        return { problem: error.message };
      }
      throw error;
    }
  };
}

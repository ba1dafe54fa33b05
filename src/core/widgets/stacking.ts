// Series on top of each other: what each one adds, at every instant that any of them has data for.
import type { ColoredSeries } from "./series.ts";

export interface StackedSeries {
  readonly series: ColoredSeries;
  readonly timestamps: readonly number[];
  /** The lower and the upper edge at each timestamp. */
  readonly bottoms: readonly number[];
  readonly tops: readonly number[];
}

/** Where a series has no data it adds nothing. */
export function stack(series: readonly ColoredSeries[]): readonly StackedSeries[] {
  const timestamps = [...new Set(series.flatMap((one) => one.timestamps))].sort((one, other) => one - other);
  let below: readonly number[] = timestamps.map(() => 0);
  return series.map((one) => {
    const values = new Map(one.timestamps.map((at, index) => [at, one.values[index] ?? 0]));
    const bottoms = below;
    const tops = bottoms.map((bottom, index) => bottom + (values.get(timestamps[index] ?? 0) ?? 0));
    below = tops;
    return { series: one, timestamps, bottoms, tops };
  });
}

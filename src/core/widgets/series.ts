// What is drawn: series with their colours, and the numbers that stand for them.
import { bandColor, colorAt } from "./theme.ts";
import type { Side } from "./widget.ts";

export interface WidgetSeries {
  readonly label: string;
  /** One of the palette when it is not given. */
  readonly color?: string;
  readonly side: Side;
  readonly periodSeconds: number;
  /** Epoch milliseconds, ascending; as many as there are values. */
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
  /** Of a band: its lower edge. The values are the upper one. */
  readonly lower?: readonly number[];
}

export interface ColoredSeries extends WidgetSeries {
  readonly color: string;
}

export const colored = (series: readonly WidgetSeries[]): readonly ColoredSeries[] =>
  series.map((one, index) => ({
    ...one,
    color: one.color ?? (one.lower === undefined ? colorAt(index) : bandColor),
  }));

/** Two series as a band, where both have data. Its label is theirs, without the word for the edge. */
export function bandOf(one: WidgetSeries, other: WidgetSeries): WidgetSeries {
  const others = new Map(other.timestamps.map((at, index) => [at, other.values[index] ?? 0]));
  const points = one.timestamps.flatMap((at, index) => {
    const [first, second] = [one.values[index] ?? 0, others.get(at)];
    return second === undefined ? [] : [{ at, low: Math.min(first, second), high: Math.max(first, second) }];
  });
  return {
    ...one,
    label: one.label.replace(/ (High|Low)$/, ""),
    timestamps: points.map(({ at }) => at),
    values: points.map(({ high }) => high),
    lower: points.map(({ low }) => low),
  };
}

/** Where something may be drawn, in pixels from the upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The number that stands for a series where there is only room for one: its last. */
export const lastValue = ({ values }: WidgetSeries): number | undefined => values.at(-1);

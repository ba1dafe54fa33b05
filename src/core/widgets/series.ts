// What is drawn: series with their colours, and the numbers that stand for them.
import { colorAt } from "./theme.ts";
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
}

export interface ColoredSeries extends WidgetSeries {
  readonly color: string;
}

export const colored = (series: readonly WidgetSeries[]): readonly ColoredSeries[] =>
  series.map((one, index) => ({ ...one, color: one.color ?? colorAt(index) }));

/** Where something may be drawn, in pixels from the upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The number that stands for a series where there is only room for one: its last. */
export const lastValue = ({ values }: WidgetSeries): number | undefined => values.at(-1);

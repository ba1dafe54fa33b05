// The value axes of a graph: their scales, and the room that their numbers take.
import { isVisible, valuesOf } from "./annotations.ts";
import { extremes, scaleOf, shortNumber, type Scale } from "./numbers.ts";
import type { Box, ColoredSeries } from "./series.ts";
import type { StackedSeries } from "./stacking.ts";
import { element, text } from "./svg.ts";
import { textWidth } from "./text-width.ts";
import { sizes, type Colors } from "./theme.ts";
import type { Side, Widget } from "./widget.ts";

/** Pixels between two lines of the grid. */
const spacing = 44;
const labelGap = 8;

export interface Axis {
  readonly side: Side;
  readonly scale: Scale;
  readonly labels: readonly string[];
  /** The room for its numbers beside the graph. */
  readonly width: number;
}

export interface GraphContent {
  readonly series: readonly ColoredSeries[];
  readonly stacks: readonly StackedSeries[];
}

/** The axis of a side; undefined when nothing belongs to it. */
export function axisOf(side: Side, widget: Widget, content: GraphContent, height: number): Axis | undefined {
  const drawn = content.stacks.filter(({ series }) => series.side === side);
  const values = [
    ...drawn.flatMap(({ tops, bottoms }) => [...tops, ...bottoms]),
    ...content.series.flatMap((one) => (one.side === side ? [...one.values, ...(one.lower ?? [])] : [])),
  ];
  const thresholds = widget.horizontal
    .filter(isVisible)
    .flatMap((annotation) => (valuesOf(annotation).side === side ? valuesOf(annotation).values : []));
  const isUsed =
    values.length > 0 || thresholds.length > 0 || content.series.some((one) => one.side === side);
  if (!isUsed && side === "right") return undefined;
  const scale = scaleOf(extentOf(values, thresholds), height / spacing, widget.yAxis[side]);
  const labels = scale.ticks.map(shortNumber);
  const widest = Math.max(0, ...labels.map((label) => textWidth(label, sizes.text)));
  return { side, scale, labels, width: widest + labelGap };
}

/** What a threshold leaves free beyond itself, as a share of its distance from zero. */
const headroom = 0.05;

/** From zero on, unless the values are far from it. */
function extentOf(
  values: readonly number[],
  thresholds: readonly number[],
): { readonly low: number; readonly high: number } {
  let { low, high } = extremes([...values, ...thresholds, ...thresholds.map((one) => one * (1 + headroom))]);
  if (low > high) return { low: 0, high: 1 };
  if (low > 0 && low < high * 0.6) low = 0;
  if (high < 0 && high > low * 0.6) high = 0;
  return { low, high };
}

/** How far outside the graph a place can be, in heights of it: nothing of it is seen. */
const farthest = 10;

/** The height of a value in the graph. */
export function heightOf({ scale }: Axis, { y, height }: Box, value: number): number {
  const share = (value - scale.min) / (scale.max - scale.min);
  return y + height - Math.min(farthest, Math.max(-farthest, share)) * height;
}

/** Numbers beside the graph, and lines through it for the first axis. */
export function drawAxis(axis: Axis, plot: Box, colors: Colors, hasGrid: boolean): string {
  const isLeft = axis.side === "left";
  const x = isLeft ? plot.x - labelGap : plot.x + plot.width + labelGap;
  return axis.scale.ticks
    .map((tick, index) => {
      const y = heightOf(axis, plot, tick);
      const label = { x, y: y + sizes.text * 0.35, size: sizes.text, fill: colors.label };
      const line = { x1: plot.x, x2: plot.x + plot.width, y1: y, y2: y, stroke: colors.grid };
      return (
        (hasGrid ? element("line", line) : "") +
        text(axis.labels[index] ?? "", { ...label, anchor: isLeft ? "end" : "start" })
      );
    })
    .join("");
}

/** What the axes are about, above the graph. */
export function drawAxisTitles(axes: readonly Axis[], widget: Widget, box: Box, colors: Colors): string {
  return axes
    .map(({ side }) => {
      const isLeft = side === "left";
      const x = isLeft ? box.x : box.x + box.width;
      const style = { x, y: box.y + sizes.text, size: sizes.text, fill: colors.label };
      return text(widget.yAxis[side].label ?? "", { ...style, anchor: isLeft ? "start" : "end" });
    })
    .join("");
}

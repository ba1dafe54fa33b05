// Bars: one for each series, as high as the number that stands for it.
import { drawHorizontal } from "./annotations.ts";
import { drawAxis, heightOf, type Axis } from "./axes.ts";
import { extremes, scaleOf, shortNumber } from "./numbers.ts";
import { lastValue, type Box, type ColoredSeries } from "./series.ts";
import { element, text } from "./svg.ts";
import { fitText, textWidth } from "./text-width.ts";
import { sizes, type Colors } from "./theme.ts";
import type { Widget } from "./widget.ts";

const labelRow = 22;
const spacing = 44;
const widestBar = 72;
/** Of the room for a bar, the bar itself. */
const barShare = 0.64;

export function drawBars(widget: Widget, series: readonly ColoredSeries[], box: Box, colors: Colors): string {
  const bars = series.map((one) => ({ series: one, value: lastValue(one) ?? 0 }));
  const values = [0, ...bars.map(({ value }) => value)];
  const height = Math.max(1, box.height - labelRow - sizes.text - 6);
  const scale = scaleOf(extremes(values), height / spacing, widget.yAxis.left);
  const labels = scale.ticks.map(shortNumber);
  const width = Math.max(0, ...labels.map((label) => textWidth(label, sizes.text))) + 8;
  const axis: Axis = { side: "left", scale, labels, width };
  const plot = {
    x: box.x + width,
    y: box.y + sizes.text + 6,
    width: Math.max(1, box.width - width),
    height,
  };
  const base = heightOf(axis, plot, Math.min(Math.max(0, scale.min), scale.max));
  const room = plot.width / Math.max(1, bars.length);
  const drawn = bars.map(({ series: one, value }, index) => {
    const middle = plot.x + (index + 0.5) * room;
    return drawBar(one, { middle, room, base, top: heightOf(axis, plot, value), value }, plot, colors);
  });
  const lines = drawHorizontal(widget.horizontal, plot, colors, (_, value) => heightOf(axis, plot, value));
  const ground = { x1: plot.x, x2: plot.x + plot.width, y1: base, y2: base, stroke: colors.axis };
  return (
    drawAxis(axis, plot, colors, true) + lines.below + drawn.join("") + element("line", ground) + lines.above
  );
}

interface Bar {
  readonly middle: number;
  readonly room: number;
  readonly base: number;
  readonly top: number;
  readonly value: number;
}

function drawBar(series: ColoredSeries, bar: Bar, plot: Box, colors: Colors): string {
  const { middle, room, base, top, value } = bar;
  const width = Math.min(widestBar, room * barShare);
  const shape = element("rect", {
    x: middle - width / 2,
    y: Math.min(base, top),
    width,
    height: Math.abs(base - top),
    rx: Math.min(3, width / 4),
    fill: series.color,
  });
  const style = { x: middle, size: sizes.text, anchor: "middle" } as const;
  const number = lastValue(series) === undefined ? "no data" : shortNumber(value);
  const above = Math.min(base, top) - 5;
  const label = fitText(series.label, sizes.text, room - 6);
  return (
    shape +
    (textWidth(number, sizes.text) < room ? text(number, { ...style, y: above, fill: colors.title }) : "") +
    text(label, { ...style, y: plot.y + plot.height + 16, fill: colors.label })
  );
}

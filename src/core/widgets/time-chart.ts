// A graph over time: lines, or areas on top of each other, with annotations.
import { drawHorizontal, drawVertical, valuesOf } from "./annotations.ts";
import { axisOf, drawAxis, drawAxisTitles, heightOf, type Axis, type GraphContent } from "./axes.ts";
import type { Box, ColoredSeries } from "./series.ts";
import { stack, type StackedSeries } from "./stacking.ts";
import { element, pathOf, text, thinned } from "./svg.ts";
import { sizes, type Colors } from "./theme.ts";
import { timeTicks } from "./time-ticks.ts";
import type { Side, Widget } from "./widget.ts";

const timeRow = 24;
const titleRow = 20;
/** Pixels between two times below the graph. */
const timeSpacing = 76;
const lineWidth = 2;
const areaOpacity = 0.55;
const bandOpacity = 0.3;

const sides: readonly Side[] = ["left", "right"];

interface Graph {
  readonly plot: Box;
  readonly axes: ReadonlyMap<Side, Axis>;
  readonly xOf: (instant: number) => number;
}

export function drawTimeChart(
  widget: Widget,
  series: readonly ColoredSeries[],
  box: Box,
  colors: Colors,
): string {
  const bands = series.filter(({ lower }) => lower !== undefined);
  const others = series.filter(({ lower }) => lower === undefined);
  const stacks = widget.stacked
    ? sides.flatMap((side) => stack(others.filter((one) => one.side === side)))
    : [];
  const graph = graphOf(widget, { series: widget.stacked ? bands : series, stacks }, box);
  const { plot, axes, xOf } = graph;
  const horizontal = drawHorizontal(widget.horizontal, plot, colors, (annotation, value) => {
    const axis = axes.get(valuesOf(annotation).side);
    return axis === undefined ? undefined : heightOf(axis, plot, value);
  });
  const vertical = drawVertical(widget.vertical, plot, colors, xOf);
  const shown = widget.stacked
    ? stacks.map((one) => drawArea(one, graph)).join("")
    : others.map((one) => drawLine(one, graph)).join("");
  const expected = bands.map((one) => drawBand(one, graph)).join("");
  const { x, y, width, height } = plot;
  const clip = element(
    "clipPath",
    { id: "plot" },
    element("rect", { x, y: y - 2, width, height: height + 4 }),
  );
  const inside = horizontal.below + vertical.below + expected + shown + horizontal.above + vertical.above;
  return (
    element("defs", {}, clip) +
    [...axes.values()].map((axis, index) => drawAxis(axis, plot, colors, index === 0)).join("") +
    drawTimes(widget, graph, colors) +
    element("g", { "clip-path": "url(#plot)" }, inside) +
    drawAxisTitles([...axes.values()], widget, box, colors)
  );
}

/** The place of the graph follows from the width of the numbers beside it. */
function graphOf(widget: Widget, content: GraphContent, box: Box): Graph {
  const hasTitles = sides.some((side) => (widget.yAxis[side].label ?? "") !== "");
  const top = box.y + (hasTitles ? titleRow : 6);
  const height = Math.max(1, box.y + box.height - timeRow - top);
  const axes = new Map<Side, Axis>();
  for (const side of sides) {
    const axis = axisOf(side, widget, content, height);
    if (axis !== undefined) axes.set(side, axis);
  }
  const [left, right] = sides.map((side) => axes.get(side)?.width ?? 0);
  const plot: Box = {
    x: box.x + (left ?? 0),
    y: top,
    width: Math.max(1, box.width - (left ?? 0) - (right ?? 0)),
    height,
  };
  const { from, to } = widget;
  return { plot, axes, xOf: (instant) => plot.x + ((instant - from) / (to - from)) * plot.width };
}

function drawTimes(widget: Widget, { plot, xOf }: Graph, colors: Colors): string {
  const bottom = plot.y + plot.height;
  const count = Math.max(1, Math.floor(plot.width / timeSpacing));
  const base = { x1: plot.x, x2: plot.x + plot.width, y1: bottom, y2: bottom, stroke: colors.axis };
  const ticks = timeTicks(widget, count, widget.offsetMinutes).map(({ at, label }) => {
    const x = xOf(at);
    const mark = element("line", { x1: x, x2: x, y1: bottom, y2: bottom + 4, stroke: colors.axis });
    const style = { y: bottom + 17, size: sizes.text, fill: colors.label };
    return mark + text(label, { ...style, x, anchor: "middle" });
  });
  return element("line", base) + ticks.join("");
}

/** A line ends where a period has no data; a datapoint by itself is a dot. */
function drawLine(series: ColoredSeries, { plot, axes, xOf }: Graph): string {
  const axis = axes.get(series.side);
  if (axis === undefined) return "";
  const reachMs = series.periodSeconds * 1_500;
  const pieces: [number, number][][] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const [index, at] of series.timestamps.entries()) {
    if (at - before > reachMs) pieces.push([]);
    before = at;
    pieces.at(-1)?.push([xOf(at), heightOf(axis, plot, series.values[index] ?? 0)]);
  }
  const lines = pieces.filter(({ length }) => length > 1).map((piece) => pathOf(thinned(piece)));
  const dots = pieces.flatMap((piece) => (piece.length === 1 ? piece : []));
  return stroked(lines.join(""), series.color) + dots.map((place) => dot(place, series.color)).join("");
}

function drawBand(series: ColoredSeries, { plot, axes, xOf }: Graph): string {
  const axis = axes.get(series.side);
  if (axis === undefined || series.timestamps.length === 0) return "";
  const edge = (values: readonly number[]) =>
    thinned(values.map((value, index) => [xOf(series.timestamps[index] ?? 0), heightOf(axis, plot, value)]));
  const outline = `${pathOf([...edge(series.values), ...edge(series.lower ?? []).toReversed()])}Z`;
  return element("path", { d: outline, fill: series.color, "fill-opacity": bandOpacity });
}

function drawArea({ series, timestamps, bottoms, tops }: StackedSeries, { plot, axes, xOf }: Graph): string {
  const axis = axes.get(series.side);
  if (axis === undefined || timestamps.length === 0) return "";
  const edge = (values: readonly number[]) =>
    thinned(values.map((value, index) => [xOf(timestamps[index] ?? 0), heightOf(axis, plot, value)]));
  const [upper, lower] = [edge(tops), edge(bottoms)];
  const [only] = upper;
  if (upper.length === 1 && only !== undefined) return dot(only, series.color);
  const area = `${pathOf([...upper, ...lower.toReversed()])}Z`;
  return (
    element("path", { d: area, fill: series.color, "fill-opacity": areaOpacity }) +
    stroked(pathOf(upper), series.color, 1)
  );
}

function dot([cx, cy]: readonly [number, number], fill: string): string {
  return element("circle", { cx, cy, r: 2.5, fill });
}

function stroked(d: string, stroke: string, width = lineWidth): string {
  if (d === "") return "";
  const joins = { "stroke-linejoin": "bevel", "stroke-linecap": "round" };
  return element("path", { d, stroke, fill: "none", "stroke-width": width, ...joins });
}

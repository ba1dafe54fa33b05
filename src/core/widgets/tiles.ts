// Numbers in tiles, side by side: single values, with a small graph if it is wanted, and gauges.
import { extremes, scaleOf, shortNumber } from "./numbers.ts";
import { lastValue, type Box, type ColoredSeries } from "./series.ts";
import { element, pathOf, rounded, text, thinned } from "./svg.ts";
import { fitText, textWidth } from "./text-width.ts";
import { sizes, type Colors } from "./theme.ts";
import type { Widget } from "./widget.ts";

type Draw = (series: ColoredSeries, tile: Box) => string;

const largestText = 48;

export function drawSingleValues(
  widget: Widget,
  series: readonly ColoredSeries[],
  box: Box,
  colors: Colors,
): string {
  return inTiles(series, box, 1.9, (one, tile) => {
    const value = lastValue(one);
    const shown = value === undefined ? "--" : shortNumber(value);
    const isTall = widget.hasSparkline && tile.height >= 90;
    const graph = isTall ? drawSparkline(widget, one, lowerPart(tile)) : "";
    const height = tile.height * (isTall ? 0.62 : 1);
    const size = fitting(shown, tile.width - 16, Math.min(largestText, height * 0.42));
    const middle = { x: tile.x + tile.width / 2, anchor: "middle" } as const;
    const y = tile.y + (height + size * 0.7) / 2 - 8;
    const label = fitText(one.label, sizes.legend, tile.width - 24 - sizes.swatch);
    return (
      graph +
      text(shown, { ...middle, y, size, fill: colors.title, bold: true }) +
      drawLabel(label, { ...middle, y: y + 22 }, one.color, colors)
    );
  });
}

/** A label in the middle, behind the square of its series. */
function drawLabel(
  label: string,
  { x, y }: { readonly x: number; readonly y: number },
  color: string,
  colors: Colors,
): string {
  const width = textWidth(label, sizes.legend) + sizes.swatch + 6;
  const left = x - width / 2;
  const square = { x: left, y: y - sizes.swatch + 1, width: sizes.swatch, height: sizes.swatch, rx: 2 };
  return (
    element("rect", { ...square, fill: color }) +
    text(label, { x: left + sizes.swatch + 6, y, size: sizes.legend, fill: colors.label })
  );
}

const lowerPart = ({ x, y, width, height }: Box): Box => {
  return { x: x + 8, y: y + height * 0.68, width: width - 16, height: height * 0.26 };
};

function drawSparkline({ from, to }: Widget, { timestamps, values, color }: ColoredSeries, box: Box): string {
  if (values.length < 2) return "";
  const { min, max } = scaleOf(extremes(values), 2);
  const points = thinned(
    timestamps.map((at, index) => {
      const x = box.x + ((at - from) / (to - from)) * box.width;
      return [x, box.y + box.height * (1 - ((values[index] ?? 0) - min) / (max - min))];
    }),
  );
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  const bottom = box.y + box.height;
  const area = `${pathOf([...points, [last, bottom], [first, bottom]])}Z`;
  return (
    element("path", { d: area, fill: color, "fill-opacity": 0.15 }) +
    element("path", { d: pathOf(points), fill: "none", stroke: color, "stroke-width": 1.5 })
  );
}

/** The part of a turn that a gauge leaves open at the bottom, on each side. */
const opening = 0.15;

/** The left axis has the ends of the gauge: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/create-and-work-with-widgets.html */
export function drawGauges(
  widget: Widget,
  series: readonly ColoredSeries[],
  box: Box,
  colors: Colors,
): string {
  const { min = 0, max = 100 } = widget.yAxis.left;
  return inTiles(series, box, 1.2, (one, tile) => {
    const value = lastValue(one);
    const radius = Math.max(1, Math.min(tile.width / 2 - 12, (tile.height - 44) / 1.65));
    const center = {
      x: tile.x + tile.width / 2,
      y: tile.y + (tile.height - 26 - radius * 1.65) / 2 + radius,
    };
    const share = Math.min(1, Math.max(0, ((value ?? min) - min) / (max - min)));
    const shown = value === undefined ? "--" : shortNumber(value);
    const size = fitting(shown, radius * 1.2, Math.min(largestText, radius * 0.5));
    const ends = { size: sizes.text, fill: colors.label, anchor: "middle" } as const;
    const endY = center.y + radius * 0.72 + 4;
    const label = fitText(one.label, sizes.legend, tile.width - 24);
    return (
      arc(center, radius, 1, colors.grid) +
      (share > 0 ? arc(center, radius, share, one.color) : "") +
      text(shown, { ...ends, x: center.x, y: center.y + size * 0.35, size, fill: colors.title, bold: true }) +
      text(shortNumber(min), { ...ends, x: center.x - radius * 0.72, y: endY + 8 }) +
      text(shortNumber(max), { ...ends, x: center.x + radius * 0.72, y: endY + 8 }) +
      drawLabel(label, { x: center.x, y: endY + 26 }, one.color, colors)
    );
  });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function arc({ x, y }: Point, radius: number, share: number, stroke: string): string {
  const width = radius * 0.2;
  const r = radius - width / 2;
  const sweep = (1 - 2 * opening) * share;
  const point = (turn: number) => {
    const angle = (0.5 + opening + turn) * 2 * Math.PI;
    return `${rounded(x + r * Math.sin(angle))} ${rounded(y - r * Math.cos(angle))}`;
  };
  const d = `M${point(0)}A${rounded(r)} ${rounded(r)} 0 ${sweep > 0.5 ? 1 : 0} 1 ${point(sweep)}`;
  return element("path", { d, fill: "none", stroke, "stroke-width": width, "stroke-linecap": "round" });
}

/** As many columns as bring the tiles nearest to a shape. */
function inTiles(series: readonly ColoredSeries[], box: Box, aspect: number, draw: Draw): string {
  const count = Math.max(1, series.length);
  const distance = (columns: number) => {
    const rows = Math.ceil(count / columns);
    return Math.abs(Math.log(box.width / columns / (box.height / rows) / aspect));
  };
  const choices = Array.from({ length: count }, (_, index) => index + 1);
  const columns = choices.reduce((best, one) => (distance(one) < distance(best) ? one : best), 1);
  const [width, height] = [box.width / columns, box.height / Math.ceil(count / columns)];
  return series
    .map((one, index) => {
      const [column, row] = [index % columns, Math.floor(index / columns)];
      return draw(one, { x: box.x + column * width, y: box.y + row * height, width, height });
    })
    .join("");
}

/** The size, at most `most`, at which a text fits into a width. */
const fitting = (content: string, width: number, most: number): number =>
  Math.max(1, Math.min(most, (most * width) / Math.max(1, textWidth(content, most, true))));

// A pie: the share of each series in the sum of the numbers that stand for them.
import type { LegendEntry } from "./legend.ts";
import { shortNumber } from "./numbers.ts";
import { lastValue, type Box, type ColoredSeries } from "./series.ts";
import { element, rounded, text } from "./svg.ts";
import { textWidth } from "./text-width.ts";
import type { Colors } from "./theme.ts";

interface Slice {
  readonly series: ColoredSeries;
  readonly value: number;
  readonly share: number;
}

/** Only what is above nothing has a share. */
function slicesOf(series: readonly ColoredSeries[]): readonly Slice[] {
  const values = series.map((one) => Math.max(0, lastValue(one) ?? 0));
  const sum = values.reduce((total, value) => total + value, 0);
  return series.map((one, index) => {
    const value = values[index] ?? 0;
    return { series: one, value, share: sum === 0 ? 0 : value / sum };
  });
}

/** A legend that has the numbers too. */
export function pieLegend(series: readonly ColoredSeries[]): readonly LegendEntry[] {
  return slicesOf(series).map(({ series: { label, color }, value, share }) => ({
    label: `${label}: ${shortNumber(value)} (${rounded(share * 100)}%)`,
    color,
  }));
}

/** The hole in the middle, as a share of the radius. */
const hole = 0.58;

export function drawPie(series: readonly ColoredSeries[], box: Box, colors: Colors): string {
  const radius = Math.max(1, Math.min(box.width, box.height) / 2 - 6);
  const center = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const slices = slicesOf(series);
  const sum = slices.reduce((total, { value }) => total + value, 0);
  let begin = 0;
  const drawn = slices.map(({ series: { color }, share }) => {
    const from = begin;
    begin += share;
    return drawSlice({ from, to: begin, color }, center, radius, colors);
  });
  const total = sum === 0 ? "no data" : shortNumber(sum);
  const size = Math.min(28, (radius * hole * 1.5 * 28) / Math.max(1, textWidth(total, 28, true)));
  const style = { x: center.x, y: center.y + size * 0.35, size, fill: colors.title } as const;
  const middle = text(total, { ...style, bold: true, anchor: "middle" });
  return (sum === 0 ? emptyRing(center, radius, colors) : drawn.join("")) + middle;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function emptyRing({ x: cx, y: cy }: Point, radius: number, colors: Colors): string {
  const width = radius * (1 - hole);
  const ring = { cx, cy, r: radius - width / 2, fill: "none", stroke: colors.grid, "stroke-width": width };
  return element("circle", ring);
}

/** A slice from a share of the turn to another, clockwise from the top; a whole turn is two halves. */
function drawSlice(
  { from, to, color }: { readonly from: number; readonly to: number; readonly color: string },
  center: Point,
  radius: number,
  colors: Colors,
): string {
  if (to - from <= 0) return "";
  if (to - from > 0.999) {
    const half = (from + to) / 2;
    return [
      [from, half],
      [half, to],
    ]
      .map(([begin = 0, end = 0]) => element("path", { d: ring(begin, end, center, radius), fill: color }))
      .join("");
  }
  const outline = { stroke: colors.background, "stroke-width": 1.5 };
  return element("path", { d: ring(from, to, center, radius), fill: color, ...outline });
}

/** The outline of a part of a ring. */
function ring(from: number, to: number, { x, y }: Point, radius: number): string {
  const isLarge = to - from > 0.5 ? 1 : 0;
  const point = (share: number, r: number) => {
    const angle = share * 2 * Math.PI;
    return `${rounded(x + r * Math.sin(angle))} ${rounded(y - r * Math.cos(angle))}`;
  };
  const inner = radius * hole;
  const [outerEdge, innerEdge] = [
    `A${rounded(radius)} ${rounded(radius)}`,
    `A${rounded(inner)} ${rounded(inner)}`,
  ];
  return (
    `M${point(from, radius)}${outerEdge} 0 ${isLarge} 1 ${point(to, radius)}` +
    `L${point(to, inner)}${innerEdge} 0 ${isLarge} 0 ${point(from, inner)}Z`
  );
}

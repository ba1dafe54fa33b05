// Lines and bands that are laid over a graph: thresholds, and moments in time.
import { instantOf } from "./instants.ts";
import type { Box } from "./series.ts";
import { element, text } from "./svg.ts";
import { fitText, textWidth } from "./text-width.ts";
import { sizes, type Colors } from "./theme.ts";
import type { Annotation } from "./widget.ts";

/** An annotation in pixels: where its line or its two lines are, and what is shaded. */
interface Placed {
  readonly lines: readonly { readonly at: number; readonly label: string }[];
  readonly color: string;
  readonly shade: readonly [number, number] | undefined;
}

/** Below the series, and above them. */
export interface Layers {
  readonly below: string;
  readonly above: string;
}

const shadeOpacity = 0.12;

type Single<Value> = Extract<Annotation<Value>, { readonly value: unknown }>;

function linesOf<Value>(annotation: Annotation<Value>): readonly Single<Value>[] {
  return "value" in annotation ? [annotation] : annotation;
}

export const isVisible = (annotation: Annotation<unknown>): boolean =>
  linesOf(annotation).every(({ visible }) => visible !== false);

/** The values of a horizontal annotation, and the axis it belongs to. */
export function valuesOf(annotation: Annotation<number>) {
  const lines = linesOf(annotation);
  return { side: lines[0]?.yAxis ?? "left", values: lines.map(({ value }) => value) } as const;
}

/** `place` gives the height of a value, undefined where there is no axis for it. */
export function drawHorizontal(
  annotations: readonly Annotation<number>[],
  plot: Box,
  colors: Colors,
  place: (annotation: Annotation<number>, value: number) => number | undefined,
): Layers {
  const [top, bottom] = [plot.y, plot.y + plot.height];
  const halo = colors.background;
  const placed = annotations.filter(isVisible).map((annotation) =>
    placedOf(annotation, colors, {
      at: (value) => place(annotation, value),
      edges: { above: top, below: bottom },
    }),
  );
  return {
    below: placed.map((one) => shaded(one, (from, to) => ({ ...plot, y: from, height: to - from }))).join(""),
    above: placed
      .flatMap(({ lines, color }) =>
        lines.map(({ at, label }) => {
          const ends = { x1: plot.x, x2: plot.x + plot.width, y1: at, y2: at };
          const y = at - 5 < top + sizes.text ? at + sizes.text + 3 : at - 5;
          const x = plot.x + plot.width - 4;
          return lineWithLabel(ends, color, fitText(label, sizes.text, plot.width - 8), {
            x,
            y,
            anchor: "end",
            halo,
          });
        }),
      )
      .join(""),
  };
}

export function drawVertical(
  annotations: readonly Annotation<string>[],
  plot: Box,
  colors: Colors,
  place: (instant: number) => number,
): Layers {
  const [left, right] = [plot.x, plot.x + plot.width];
  const halo = colors.background;
  const placed = annotations.filter(isVisible).map((annotation) =>
    placedOf(annotation, colors, {
      at: (value) => {
        const instant = instantOf(value, 0);
        return instant === undefined ? undefined : place(instant);
      },
      edges: { before: left, after: right },
    }),
  );
  return {
    below: placed.map((one) => shaded(one, (from, to) => ({ ...plot, x: from, width: to - from }))).join(""),
    above: placed
      .flatMap(({ lines, color }) =>
        lines
          .filter(({ at }) => at >= left && at <= right)
          .map(({ at, label }) => {
            const ends = { x1: at, x2: at, y1: plot.y, y2: plot.y + plot.height };
            const isLeftward = at + textWidth(label, sizes.text) + 6 > right;
            const x = isLeftward ? at - 5 : at + 5;
            const anchor = isLeftward ? "end" : "start";
            return lineWithLabel(ends, color, label, { x, y: plot.y + sizes.text, anchor, halo });
          }),
      )
      .join(""),
  };
}

interface Placing<Value> {
  readonly at: (value: Value) => number | undefined;
  /** Where a shade ends that goes to the edge, by the word for it. */
  readonly edges: Readonly<Record<string, number>>;
}

function placedOf<Value>(
  annotation: Annotation<Value>,
  colors: Colors,
  { at, edges }: Placing<Value>,
): Placed {
  const given = linesOf(annotation);
  const lines = given.flatMap(({ value, label = "" }) => {
    const place = at(value);
    return place === undefined ? [] : [{ at: place, label }];
  });
  const color = given.find((line) => line.color !== undefined)?.color ?? colors.annotation;
  const [first, second] = lines;
  if (first === undefined) return { lines, color, shade: undefined };
  const edge = second?.at ?? edges[given[0]?.fill ?? "none"];
  const isBare = second !== undefined && given[0]?.fill === "none";
  return { lines, color, shade: edge === undefined || isBare ? undefined : [first.at, edge] };
}

function shaded({ shade, color }: Placed, boxOf: (from: number, to: number) => Box): string {
  if (shade === undefined) return "";
  const { x, y, width, height } = boxOf(Math.min(...shade), Math.max(...shade));
  return element("rect", { x, y, width, height, fill: color, "fill-opacity": shadeOpacity });
}

interface LabelPlace {
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end";
  readonly halo: string;
}

function lineWithLabel(
  ends: Readonly<Record<"x1" | "x2" | "y1" | "y2", number>>,
  color: string,
  label: string,
  place: LabelPlace,
): string {
  const line = element("line", { ...ends, stroke: color, "stroke-width": 1.5, "stroke-dasharray": "5 3" });
  return label === "" ? line : line + text(label, { ...place, size: sizes.text, fill: color });
}

// What the picture of a widget shows, as SVG.
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { drawWidget } from "./draw-widget.ts";
import { bandOf, type WidgetSeries } from "./series.ts";
import { thinned } from "./svg.ts";
import { parseWidget, type Widget } from "./widget.ts";

const now = Date.parse("2026-11-02T12:00:00Z");
const minute = 60_000;

function widgetOf(given: object): Widget {
  const widget = parseWidget(JSON.stringify({ metrics: [["Shop", "Orders"]], ...given }), now);
  if ("problem" in widget) throw new Error(widget.problem);
  return widget;
}

function seriesOf(label: string, values: readonly (number | undefined)[]): WidgetSeries {
  const points = values.flatMap((value, index) =>
    value === undefined ? [] : [{ at: now - (values.length - index) * minute, value }],
  );
  return {
    label,
    side: "left",
    periodSeconds: 60,
    timestamps: points.map(({ at }) => at),
    values: points.map(({ value }) => value),
  };
}

const draw = (given: object, ...series: readonly WidgetSeries[]) =>
  drawWidget(widgetOf(given), series, { isPartial: false });
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
/** The paths that are lines of series, in the first two colours. */
const linesOf = (svg: string) =>
  [...svg.matchAll(/<path d="([^"]*)" stroke="#(?:1f77b4|ff7f0e)"/g)].map(([, d]) => d!);

test("a line breaks where data is missing, and a datapoint by itself is a dot", () => {
  const svg = draw({}, seriesOf("orders", [1, 2, 3, undefined, 4, undefined, 5, 6]));
  expect(linesOf(svg).map((d) => d.match(/M/g)?.length)).toEqual([2]);
  expect(svg.match(/<circle/g)).toHaveLength(1);
});

test("the legend, the title, the axes and the labels of annotations are written", () => {
  const svg = draw(
    {
      title: "Sales & <more>",
      yAxis: { left: { label: "Orders" } },
      annotations: {
        horizontal: [{ value: 9, label: "limit" }],
        vertical: [{ value: "2026-11-02T11:00:00Z", label: "now" }],
      },
    },
    seriesOf("one", [1, 8]),
    seriesOf("two", [3, 4]),
  );
  const texts = textsOf(svg);
  for (const text of ["Sales &amp; &lt;more&gt;", "Orders", "limit", "now", "one", "two", "10", "11:00"]) {
    expect(texts).toContain(text);
  }
});

test("stacked series stand on each other", () => {
  const [first, second] = [seriesOf("one", [10, 10]), seriesOf("two", [30, 30])];
  const heights = (svg: string) => linesOf(svg).map((d) => Number(/M[\d.]+ ([\d.]+)/.exec(d)?.[1]));
  const [alone] = heights(
    draw({ stacked: true, yAxis: { left: { min: 0, max: 40 } } }, seriesOf("sum", [40, 40])),
  );
  const [, top] = heights(draw({ stacked: true, yAxis: { left: { min: 0, max: 40 } } }, first, second));
  expect(top).toBe(alone);
  expect(draw({ stacked: true }, seriesOf("one", [5]))).toContain("<circle");
});

test("bands and sides of a threshold are shaded, what is not visible is not there", () => {
  const shades = (horizontal: readonly unknown[]) =>
    draw({ annotations: { horizontal } }, seriesOf("one", [1, 10])).match(/fill-opacity/g)?.length ?? 0;
  expect(shades([{ value: 5, fill: "above" }])).toBe(1);
  expect(shades([{ value: 5 }])).toBe(0);
  expect(shades([[{ value: 2 }, { value: 5 }]])).toBe(1);
  expect(shades([[{ value: 2, fill: "none" }, { value: 5 }]])).toBe(0);
  expect(shades([{ value: 5, fill: "above", visible: false }])).toBe(0);
});

test("a band is shaded between its edges, and only in a graph over time", () => {
  const band = bandOf(seriesOf("expected High", [8, 9, undefined]), seriesOf("expected Low", [2, 1, 1]));
  expect([band.values, band.lower]).toEqual([
    [8, 9],
    [2, 1],
  ]);
  const svg = draw({}, seriesOf("one", [5, 5, 5]), band);
  expect(svg.match(/fill="#95a5a6" fill-opacity/g)).toHaveLength(1);
  expect(textsOf(svg)).toEqual(expect.arrayContaining(["one", "expected"]));
  expect(textsOf(draw({ view: "pie" }, seriesOf("one", [5]), band)).join()).not.toContain("expected");
});

test("a pie tells the shares, a tile the last value, a gauge where it ends", () => {
  const [one, two] = [seriesOf("one", [1, 30]), seriesOf("two", [1, 10])];
  expect(textsOf(draw({ view: "pie" }, one, two))).toEqual(["40", "one: 30 (75%)", "two: 10 (25%)"]);
  expect(textsOf(draw({ view: "singleValue" }, one, two))).toEqual(["30", "one", "10", "two"]);
  const gauge = draw({ view: "gauge", yAxis: { left: { min: 0, max: 50 } } }, one);
  expect(textsOf(gauge)).toEqual(["30", "0", "50", "one"]);
  expect(textsOf(draw({ view: "bar" }, one, two))).toContain("30");
});

test("a series without data is in the legend, and missing data has a sign", () => {
  const svg = drawWidget(widgetOf({}), [seriesOf("nothing", [])], { isPartial: true });
  expect(textsOf(svg)).toEqual(expect.arrayContaining(["nothing", "!"]));
});

test("a legend that is longer than its room tells how much is left out", () => {
  const many = Array.from({ length: 100 }, (_, index) => seriesOf(`series number ${index}`, [1]));
  for (const position of ["bottom", "right"]) {
    expect(textsOf(draw({ legend: { position } }, ...many)).at(-1)).toMatch(/^\d+ more$/);
  }
  expect(textsOf(draw({ legend: { position: "hidden" } }, ...many)).join()).not.toContain("series");
});

/** What CloudWatch takes. */
const value = fc.double({ min: -(2 ** 360), max: 2 ** 360, noNaN: true });
property.prop([fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 99 })))])(
  "a thinned line has the ends and the extremes of every pixel's width, and no more than four points",
  (given) => {
    const points = given.toSorted(([one], [other]) => one - other).map(([x, y]) => [x / 3, y] as const);
    const columns = (line: readonly (readonly [number, number])[]) => {
      const found = new Map<number, number[]>();
      for (const [x, y] of line) found.set(Math.floor(x), [...(found.get(Math.floor(x)) ?? []), y]);
      return [...found].map(([column, ys]) => [column, ys[0], ys.at(-1), Math.min(...ys), Math.max(...ys)]);
    };
    const kept = thinned(points);
    expect(columns(kept)).toEqual(columns(points));
    expect(kept.length).toBeLessThanOrEqual(4 * columns(points).length);
  },
);

const anySeries = fc.record({
  label: fc.string({ unit: "binary" }),
  values: fc.array(fc.option(value, { nil: undefined }), {
    maxLength: 20,
  }),
});
const anyWidget = fc.record({
  title: fc.string({ unit: "binary" }),
  view: fc.constantFrom("timeSeries", "bar", "pie", "singleValue", "gauge"),
  stacked: fc.boolean(),
  sparkline: fc.boolean(),
  legend: fc.record({ position: fc.constantFrom("right", "bottom", "hidden") }),
  width: fc.integer({ min: 1, max: 2_000 }),
  height: fc.integer({ min: 1, max: 2_000 }),
  annotations: fc.record({
    horizontal: fc.array(
      fc.record({
        value,
        fill: fc.constantFrom("above", "below"),
      }),
    ),
  }),
});

property.prop([anyWidget, fc.array(anySeries, { maxLength: 12 })])(
  "whatever the data, the picture is well formed and every number in it is one",
  (given, series) => {
    const svg = draw(given, ...series.map(({ label, values }) => seriesOf(label, values)));
    const open: string[] = [];
    for (const [, close, name, rest = ""] of svg.matchAll(/<(\/?)(\w+)((?:[^>"]|"[^"]*")*)>/g)) {
      if (close === "/") expect(open.pop()).toBe(name);
      else if (!rest.endsWith("/")) open.push(name!);
      for (const [, key, value] of rest.matchAll(/ ([\w-]+)="([^"]*)"/g)) {
        if (["x", "y", "x1", "x2", "y1", "y2", "d", "width", "height", "cx", "cy", "r"].includes(key!)) {
          expect(value).not.toMatch(/NaN|Infinity|undefined/);
        }
        if (key === "width" || key === "height") expect(Number(value)).toBeGreaterThanOrEqual(0);
      }
    }
    expect(open).toEqual([]);
  },
);

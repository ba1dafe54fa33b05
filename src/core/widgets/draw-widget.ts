// Draws a widget: its title, its graph and its legend, as SVG.
import { drawBars } from "./bar-chart.ts";
import { drawLegend, type LegendEntry } from "./legend.ts";
import { drawPie, pieLegend } from "./pie-chart.ts";
import { colored, type Box, type ColoredSeries, type WidgetSeries } from "./series.ts";
import { element, text } from "./svg.ts";
import { fitText } from "./text-width.ts";
import { sizes, themes, type Colors } from "./theme.ts";
import { drawGauges, drawSingleValues } from "./tiles.ts";
import { drawTimeChart } from "./time-chart.ts";
import type { View, Widget } from "./widget.ts";

/** The family that the texts are measured for. */
export const fontFamily = "Inter";

interface Drawing {
  readonly draw: (widget: Widget, series: readonly ColoredSeries[], box: Box, colors: Colors) => string;
  /** Views whose numbers carry their names themselves have none. */
  readonly legend: (series: readonly ColoredSeries[]) => readonly LegendEntry[];
}

const drawings: Readonly<Record<View, Drawing>> = {
  timeSeries: { draw: drawTimeChart, legend: (series) => series },
  bar: { draw: drawBars, legend: (series) => series },
  pie: { draw: (_, series, box, colors) => drawPie(series, box, colors), legend: pieLegend },
  singleValue: { draw: drawSingleValues, legend: () => [] },
  gauge: { draw: drawGauges, legend: () => [] },
};

/** `isPartial` says that not all data could be read, which the image shows. */
export function drawWidget(
  widget: Widget,
  given: readonly WidgetSeries[],
  { isPartial }: { readonly isPartial: boolean },
): string {
  const colors = themes[widget.theme];
  const { width, height } = widget;
  // A band has no one number that could stand for it.
  const hasBands = widget.view === "timeSeries";
  const series = colored(given).filter(({ lower }) => hasBands || lower === undefined);
  const margin = Math.min(sizes.margin, width / 20, height / 20);
  const whole: Box = { x: margin, y: margin, width: width - 2 * margin, height: height - 2 * margin };
  const below = widget.title === "" ? whole : cutTop(whole, sizes.title + 12);
  const { draw, legend: entriesOf } = drawings[widget.view];
  const legend = drawLegend({
    entries: entriesOf(series),
    position: widget.legend,
    box: below,
    colors,
    isPartial,
  });
  const content =
    element("rect", { width, height, fill: colors.background }) +
    drawTitle(widget.title, whole, colors) +
    (legend.rest.width > 0 && legend.rest.height > 0 ? draw(widget, series, legend.rest, colors) : "") +
    legend.svg;
  const viewBox = `0 0 ${width} ${height}`;
  const xmlns = "http://www.w3.org/2000/svg";
  return element("svg", { xmlns, width, height, viewBox, "font-family": fontFamily }, content);
}

function drawTitle(title: string, { x, y, width }: Box, colors: Colors): string {
  if (title === "") return "";
  const shown = fitText(title, sizes.title, width, true);
  return text(shown, { x, y: y + sizes.title * 0.8, size: sizes.title, fill: colors.title, bold: true });
}

const cutTop = ({ x, y, width, height }: Box, rows: number): Box => {
  return { x, y: y + rows, width, height: Math.max(0, height - rows) };
};

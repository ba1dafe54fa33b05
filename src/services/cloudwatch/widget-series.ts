// The data of a widget, read and computed as GetMetricData does it.
import { evaluatePlan } from "../../core/metrics/math/queries.ts";
import { isPlanProblem, planQueries } from "../../core/metrics/math/plan.ts";
import { isPeriod, roundStart } from "../../core/metrics/periods.ts";
import { isFailed, type Series } from "../../core/metrics/math/series.ts";
import type { MetricRenderer, WidgetMetric } from "../../core/widgets/metric-rows.ts";
import { bandOf, type WidgetSeries } from "../../core/widgets/series.ts";
import type { Widget } from "../../core/widgets/widget.ts";
import { callInRegion } from "../../wire/call-context.ts";
import type { CloudWatchContext, Input } from "./context.ts";
import { fetchSeries } from "./fetch-series.ts";
import { checkQueries, readerOf, validation } from "./metric-data-queries.ts";

/** A search or a query of many series shows the first of them. */
const maximumSeries = 100;
const minuteSeconds = 60;

export interface WidgetData {
  readonly series: readonly WidgetSeries[];
  /** Whether there was more than is shown, or a data source failed. */
  readonly isPartial: boolean;
}

/** @throws ValidationException for what cannot be read or computed */
export async function widgetData(context: CloudWatchContext, widget: Widget): Promise<WidgetData> {
  const here = inRegion(context, widget);
  const { account, region, now } = here.call;
  const ids = widget.metrics.map(({ renderer }, index) => renderer.id ?? freeId(widget, index));
  const wired = widget.metrics.map((metric, index) => queryOf(widget, metric, ids[index] ?? ""));
  if (wired.every(({ ReturnData }) => !ReturnData)) return { series: [], isPartial: false };
  const plan = planQueries(checkQueries(wired, readerOf(context)));
  if (isPlanProblem(plan)) throw validation(plan.problem);
  const rangeOf = (seconds: number) => ({ from: roundStart(widget.from, seconds, now), to: widget.to });
  const { series, isCut } = await fetchSeries(here, plan.needs, rangeOf);
  const labels = { account, region, now, offsetMinutes: widget.offsetMinutes };
  const results = evaluatePlan(plan, series, { rangeOf, labels });
  const found = results.flatMap((result) => {
    const { renderer = {} } = widget.metrics[ids.indexOf(result.id)] ?? {};
    return drawnSeries(renderer, result.series);
  });
  const isPartial =
    isCut || found.length > maximumSeries || results.some((result) => result.series.some(isFailed));
  return { series: found.slice(0, maximumSeries), isPartial };
}

/** The two series of an anomaly detection band are its ends. */
function drawnSeries(
  { color, expression = "", yAxis = "left" }: MetricRenderer,
  series: readonly Series[],
): readonly WidgetSeries[] {
  const drawn = series.map((one): WidgetSeries => ({ ...one, side: yAxis }));
  const [first, second, ...others] = drawn;
  const isBand = /^\s*ANOMALY_DETECTION_BAND\s*\(/.test(expression);
  if (isBand && first !== undefined && second !== undefined && others.length === 0) {
    return [{ ...bandOf(first, second), ...(color === undefined ? {} : { color }) }];
  }
  // One colour for many would not tell them apart.
  return color === undefined || drawn.length > 1 ? drawn : drawn.map((one) => ({ ...one, color }));
}

/** Widgets of a dashboard name their region; metrics of several regions are not drawn together. */
function inRegion(context: CloudWatchContext, widget: Widget): CloudWatchContext {
  const { region = context.call.region } = widget;
  const other = widget.metrics.find(({ renderer }) => (renderer.region ?? region) !== region);
  if (other !== undefined) {
    throw validation(`Metrics of ${other.renderer.region} and ${region} cannot be in one image.`);
  }
  return { ...context, call: callInRegion(context.call, region) };
}

/** Metrics need no id, but their queries do. */
function freeId({ metrics }: Widget, index: number): string {
  const taken = new Set(metrics.map(({ renderer }) => renderer.id));
  let id = `metric${index + 1}`;
  while (taken.has(id)) id += "x";
  return id;
}

type WireQuery = Input<"GetMetricData">["MetricDataQueries"][number];

function queryOf(widget: Widget, { texts, renderer }: WidgetMetric, id: string): WireQuery {
  const period = periodOf(widget, renderer.period);
  const common = {
    Id: id,
    ReturnData: renderer.visible ?? true,
    ...(renderer.label === undefined ? {} : { Label: renderer.label }),
    ...(renderer.accountId === undefined ? {} : { AccountId: renderer.accountId }),
  };
  if (texts.length === 0) return { ...common, Expression: renderer.expression ?? "", Period: period };
  const [Namespace = "", MetricName = "", ...pairs] = texts;
  const Dimensions = pairs.flatMap((Name, index) =>
    index % 2 === 0 ? [{ Name, Value: pairs[index + 1] ?? "" }] : [],
  );
  const Metric = { Namespace, MetricName, Dimensions };
  return { ...common, MetricStat: { Metric, Period: period, Stat: renderer.stat ?? widget.statistic } };
}

/** A period as long as the range gives one number for all of it. */
function periodOf({ from, to, isOverRange, view, periodSeconds }: Widget, own: number | undefined): number {
  const seconds = own ?? periodSeconds;
  if (!isOverRange || view === "timeSeries") {
    if (!isPeriod(seconds)) throw validation(`The period ${seconds} is not valid.`);
    return seconds;
  }
  return Math.ceil((to - from) / 1_000 / minuteSeconds) * minuteSeconds;
}

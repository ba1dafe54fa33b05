// A widget that is drawn as an image: what its JSON asks for, with the defaults filled in.
import { checkMetrics } from "../dashboards/check-metrics.ts";
import { checkShape, isObject } from "../dashboards/shape.ts";
import { imageShape } from "../dashboards/shapes.ts";
import { retentionMs } from "../metrics/periods.ts";
import { instantOf, offsetMinutesOf } from "./instants.ts";
import { expandRows, type MetricRow, type WidgetMetric } from "./metric-rows.ts";

export type Side = "left" | "right";
export type View = "timeSeries" | "bar" | "pie" | "singleValue" | "gauge";

export interface WidgetAxis {
  readonly min?: number;
  readonly max?: number;
  readonly label?: string;
}

interface Line<Value> {
  readonly value: Value;
  readonly label?: string;
  readonly color?: string;
  readonly fill?: string;
  readonly visible?: boolean;
  readonly yAxis?: Side;
}

/** One line, or the two lines of a band. */
export type Annotation<Value> = Line<Value> | readonly [Line<Value>, Line<Value>];

export interface Widget {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly view: View;
  readonly stacked: boolean;
  readonly theme: "light" | "dark";
  readonly legend: "bottom" | "right" | "hidden";
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Of the timezone in which times are written. */
  readonly offsetMinutes: number;
  readonly region: string | undefined;
  /** None when an alarm says what is drawn. */
  readonly metrics: readonly WidgetMetric[];
  /** The ARN of the alarm whose threshold is drawn. */
  readonly alarmArn: string | undefined;
  readonly statistic: string;
  readonly periodSeconds: number;
  /** Whether a number stands for the whole range and not for its last period. */
  readonly isOverRange: boolean;
  readonly hasSparkline: boolean;
  readonly yAxis: Readonly<Record<Side, WidgetAxis>>;
  readonly horizontal: readonly Annotation<number>[];
  readonly vertical: readonly Annotation<string>[];
}

/** What of the JSON is read, once its shape was checked. */
interface Given {
  readonly annotations?: {
    readonly alarms?: readonly string[];
    readonly horizontal?: readonly Annotation<number>[];
    readonly vertical?: readonly Annotation<string>[];
  };
  readonly end?: string;
  readonly height?: number;
  readonly legend?: { readonly position?: "bottom" | "right" | "hidden" };
  readonly metrics?: readonly MetricRow[];
  readonly period?: number;
  readonly region?: string;
  readonly setPeriodToTimeRange?: boolean;
  readonly sparkline?: boolean;
  readonly stacked?: boolean;
  readonly start?: string;
  readonly stat?: string;
  readonly theme?: "light" | "dark";
  readonly timezone?: string;
  readonly title?: string;
  readonly view?: View | "table";
  readonly width?: number;
  readonly yAxis?: { readonly left?: WidgetAxis; readonly right?: WidgetAxis };
}

export interface WidgetProblem {
  readonly problem: string;
}

/**
 * The widget in the JSON of GetMetricWidgetImage, or why there is none; `now` in epoch milliseconds.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Metric-Widget-Structure.html
 */
export function parseWidget(json: string, now: number): Widget | WidgetProblem {
  const given = checkedWidget(json);
  if ("problem" in given) return given;
  const { view = "timeSeries", start = "-PT3H", end = "-PT0H" } = given;
  if (view === "table") return { problem: "/view A table cannot be drawn as an image" };
  const [from, to] = [instantOf(start, now), instantOf(end, now)];
  if (from === undefined || to === undefined || from >= to) return { problem: "/start Should be before end" };
  return {
    width: given.width ?? 600,
    height: given.height ?? 400,
    title: given.title ?? "",
    view,
    stacked: given.stacked ?? false,
    theme: given.theme ?? "light",
    legend: given.legend?.position ?? "bottom",
    from,
    to,
    offsetMinutes: offsetMinutesOf(given.timezone),
    region: given.region,
    metrics: expandRows(given.metrics ?? []),
    alarmArn: given.annotations?.alarms?.[0],
    statistic: given.stat ?? "Average",
    periodSeconds: given.period ?? automaticPeriod(from, to, now),
    isOverRange: given.setPeriodToTimeRange ?? false,
    hasSparkline: given.sparkline ?? false,
    yAxis: { left: given.yAxis?.left ?? {}, right: given.yAxis?.right ?? {} },
    horizontal: given.annotations?.horizontal ?? [],
    vertical: given.annotations?.vertical ?? [],
  };
}

const periods = [300, 900, 3_600, 21_600, 86_400] as const;
const mostDatapoints = 1_000;

/** Of a widget that names none: five minutes, or as long as the range makes it and old data is kept by. */
function automaticPeriod(from: number, to: number, now: number): number {
  const isOld = now - from > retentionMs[300];
  const fitting = periods.find(
    (seconds) => (to - from) / (seconds * 1_000) <= mostDatapoints && (seconds >= 3_600 || !isOld),
  );
  return fitting ?? 86_400;
}

function checkedWidget(json: string): Given | WidgetProblem {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return { problem: "is not JSON" };
  }
  const errors = [
    ...checkShape(imageShape, parsed, "").errors,
    ...(isObject(parsed) ? checkMetrics(parsed["metrics"], "/metrics") : []),
  ];
  if (errors.length === 0) return withSource(parsed as Given);
  return { problem: errors.map(({ path, message }) => `${path} ${message}`.trim()).join("; ") };
}

/**
 * Metrics are needed unless there is an alarm; it is one at most.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html#CloudWatch-Dashboard-Properties-Annotation-Format
 */
function withSource(given: Given): Given | WidgetProblem {
  if (given.metrics !== undefined || given.annotations?.alarms?.[0] !== undefined) return given;
  return { problem: "Should have required property 'metrics'" };
}

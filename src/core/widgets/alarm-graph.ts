// The graph of an alarm: what it watches, with the line that it compares with.
import type { AlarmMetric, AlarmQuery, MetricAlarm } from "../alarms/alarm.ts";
import { isBandOperator, type ComparisonOperator } from "../alarms/alarm-state.ts";
import type { WidgetMetric } from "./metric-rows.ts";
import type { Annotation, Widget } from "./widget.ts";

/**
 * The widget with the threshold as a horizontal line and, where it names no metrics itself, with those of the
 * alarm, by its period and statistic. A band is one of its metrics. Undefined for an alarm on no metrics.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function withAlarm(widget: Widget, alarm: MetricAlarm): Widget | undefined {
  const own = metricsOf(alarm);
  if (own.length === 0) return undefined;
  return {
    ...widget,
    title: widget.title === "" ? alarm.name : widget.title,
    metrics: widget.metrics.length === 0 ? own : widget.metrics,
    horizontal: [...widget.horizontal, ...lineOf(alarm)],
  };
}

/** All are of one period, which expressions have from the metrics where they name none. */
function metricsOf(alarm: MetricAlarm): readonly WidgetMetric[] {
  const { metric, queries = [] } = alarm;
  if (metric !== undefined) return [{ texts: textsOf(metric), renderer: rendererOf(metric) }];
  const period = periodOf(alarm);
  return queries.map((query) => ({
    texts: query.metric === undefined ? [] : textsOf(query.metric),
    renderer: {
      period,
      ...(query.metric === undefined ? {} : rendererOf(query.metric)),
      ...shownAs(query),
    },
  }));
}

const textsOf = ({ namespace, name, dimensions }: AlarmMetric) => [
  namespace,
  name,
  ...dimensions.flatMap((one) => [one.name, one.value]),
];

const rendererOf = ({ periodSeconds, statistic, account }: AlarmMetric) => ({
  period: periodSeconds,
  stat: statistic,
  ...(account === undefined ? {} : { accountId: account }),
});

const shownAs = ({ id, label, expression, returnData }: AlarmQuery) => ({
  id,
  visible: returnData,
  ...(label === undefined ? {} : { label }),
  ...(expression === undefined ? {} : { expression }),
});

type FixedOperator = Exclude<ComparisonOperator, `${string}${"LowerThreshold" | "UpperThreshold"}`>;

const signs: Readonly<Record<FixedOperator, string>> = {
  GreaterThanOrEqualToThreshold: ">=",
  GreaterThanThreshold: ">",
  LessThanOrEqualToThreshold: "<=",
  LessThanThreshold: "<",
};

/** Like `Errors > 3 for 1 datapoints within 5 minutes`, which is what the console writes. */
function lineOf(alarm: MetricAlarm): readonly Annotation<number>[] {
  const { comparisonOperator: operator, threshold, evaluationPeriods, datapointsToAlarm } = alarm;
  if (threshold === undefined || isBandOperator(operator)) return [];
  const subject = subjectOf(alarm);
  const seconds = (alarm.metric?.periodSeconds ?? periodOf(alarm)) * evaluationPeriods;
  const count = datapointsToAlarm ?? evaluationPeriods;
  const within = `for ${count} datapoints within ${spanOf(seconds)}`;
  return [{ value: threshold, label: `${subject} ${signs[operator]} ${threshold} ${within}` }];
}

function subjectOf({ metric, queries = [] }: MetricAlarm): string {
  const watched = queries.find(({ returnData }) => returnData);
  return metric?.name ?? watched?.label ?? watched?.metric?.name ?? watched?.expression ?? "";
}

const periodOf = ({ queries = [] }: MetricAlarm) =>
  Math.max(0, ...queries.map((query) => query.periodSeconds ?? query.metric?.periodSeconds ?? 0));

const units = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

function spanOf(seconds: number): string {
  const [length, unit] = units.find(([one]) => seconds % one === 0) ?? [1, "second"];
  const count = seconds / length;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

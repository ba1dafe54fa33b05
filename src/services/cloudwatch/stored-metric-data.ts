// Metrics that are only read, not computed with: a page of them without reading the others.
import { defaultLabels } from "../../core/metrics/metric-labels.ts";
import type { MathMetric, MathQuery } from "../../core/metrics/math/needs.ts";
import { cutPage, type PagePart } from "../../core/metrics/metric-pages.ts";
import { computeStatistic } from "../../core/metrics/statistics.ts";
import { needsHistogram, type Statistic } from "../../core/metrics/statistic-names.ts";
import type { PeriodSamples } from "../../storage/telemetry/datapoints-read.ts";
import type { CloudWatchContext } from "./context.ts";
import type { MetricDataPage, MetricDataQuestion, MetricDataResult } from "./get-metric-data.ts";
import { requireStatistic } from "./metric-errors.ts";
import { samplesOf, seriesOfRequests } from "./metric-series.ts";

interface Span {
  readonly from: number;
  readonly to: number;
}

/** A metric of the call that is to be returned. */
interface Wanted {
  readonly query: MathQuery;
  readonly metric: MathMetric;
  readonly span: Span;
  /** How many periods its span has. */
  readonly periods: number;
}

/** All queries are metrics, with labels of a fixed text. */
export async function storedMetricData(
  context: CloudWatchContext,
  queries: readonly MathQuery[],
  question: MetricDataQuestion,
): Promise<MetricDataPage> {
  const wanted = queries.flatMap((query): Wanted[] => {
    const { metric, returnData } = query;
    if (metric === undefined || !returnData) return [];
    const span = question.rangeOf(metric.periodSeconds);
    const periods = Math.ceil((span.to - span.from) / (metric.periodSeconds * 1_000));
    return [{ query, metric, span, periods }];
  });
  const page = cutPage(wanted, question.start, question.maximum);
  const labels = defaultLabels(wanted.map(({ metric }) => metric));
  const parts = page.parts.flatMap((part): Part[] => {
    const one = wanted[part.query];
    if (one === undefined) return [];
    const label = one.query.label ?? labels[part.query] ?? one.metric.name;
    return [{ ...one, part, label, span: spanOf(part, one, question.ascending) }];
  });
  return { results: await readParts(context, parts, question.ascending), next: page.next };
}

interface Part extends Wanted {
  readonly part: PagePart;
  readonly label: string;
}

/** The time that a part of a query covers: its periods counted from the end that the answer begins with. */
function spanOf({ first, count }: PagePart, { span, periods, metric }: Wanted, ascending: boolean): Span {
  const periodMs = metric.periodSeconds * 1_000;
  const [begin, end] = ascending ? [first, first + count] : [periods - first - count, periods - first];
  return { from: span.from + begin * periodMs, to: Math.min(span.to, span.from + end * periodMs) };
}

interface ReadGroup {
  readonly ids: bigint[];
  readonly span: Span;
  readonly periodSeconds: number;
  wantsHistogram: boolean;
}

/** Parts over the same time with the same period are read in one statement. */
async function readParts(
  context: CloudWatchContext,
  parts: readonly Part[],
  ascending: boolean,
): Promise<readonly MetricDataResult[]> {
  const requests = parts.map(({ metric }) => ({
    account: metric.account,
    identity: metric,
    unit: metric.unit,
  }));
  const series = await seriesOfRequests(context, requests);
  const statistics = parts.map(({ metric }) => requireStatistic(metric.statistic, "Stat"));
  const keyOf = ({ span, metric }: Part) => `${span.from} ${span.to} ${metric.periodSeconds}`;
  const groups = new Map<string, ReadGroup>();
  for (const [index, part] of parts.entries()) {
    const { span, metric } = part;
    const { periodSeconds } = metric;
    const group = groups.get(keyOf(part)) ?? { ids: [], span, periodSeconds, wantsHistogram: false };
    groups.set(keyOf(part), group);
    for (const { metricId } of series[index] ?? []) group.ids.push(metricId);
    const statistic = statistics[index];
    if (statistic !== undefined) group.wantsHistogram ||= needsHistogram(statistic);
  }
  const samples = new Map<string, ReadonlyMap<bigint, readonly PeriodSamples[]>>();
  for (const [key, { ids, span, periodSeconds, wantsHistogram }] of groups) {
    samples.set(key, await samplesOf(context, ids, { ...span, periodSeconds, wantsHistogram }));
  }
  return parts.map((part, index) => {
    const read = samples.get(keyOf(part));
    const periods = inOrder((series[index] ?? []).map(({ metricId }) => read?.get(metricId) ?? []));
    return {
      Id: part.query.id,
      Label: part.label,
      ...columnsOf(ascending ? periods : periods.toReversed(), statistics[index]),
      StatusCode: part.part.complete ? "Complete" : "PartialData",
    };
  });
}

/** The series of a metric, one for each unit, together; each is in the order of time. */
function inOrder(series: readonly (readonly PeriodSamples[])[]): readonly PeriodSamples[] {
  const [only = [], ...others] = series;
  if (others.length === 0) return only;
  return series.flat().toSorted((one, other) => one.startAt - other.startAt);
}

/** Tens of thousands of points a call: they become columns without an object for each. */
function columnsOf(periods: readonly PeriodSamples[], statistic: Statistic | undefined) {
  const Timestamps: Date[] = [];
  const Values: number[] = [];
  for (const period of periods) {
    const value = statistic === undefined ? undefined : computeStatistic(statistic, period);
    if (value === undefined) continue;
    Timestamps.push(new Date(period.startAt));
    Values.push(value);
  }
  return { Timestamps, Values };
}

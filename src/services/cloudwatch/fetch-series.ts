// Reads the series that expressions need: metrics, searches, bands, Metrics Insights queries, functions.
import {
  groupLabel,
  groupMetrics,
  isQueried,
  orderSeries,
  queriedAccounts,
} from "../../core/metrics/insights-sql/groups.ts";
import {
  insightsLimits,
  type InsightsFunction,
  type InsightsQuery,
} from "../../core/metrics/insights-sql/query.ts";
import type { MathMetric, SeriesNeed } from "../../core/metrics/math/needs.ts";
import type { FetchedSeries } from "../../core/metrics/math/queries.ts";
import type { Series, TimeRange } from "../../core/metrics/math/series.ts";
import { defaultLabels } from "../../core/metrics/metric-labels.ts";
import { searchLimits } from "../../core/metrics/search/expression.ts";
import { compileSearch } from "../../core/metrics/search/match.ts";
import { insightsCondition, searchCondition } from "../../storage/telemetry/find-metrics.ts";
import type { SeriesQuestion } from "../../storage/series-source.ts";
import { bandSeries } from "./anomaly-band.ts";
import type { ReadContext } from "./context.ts";
import { dataSourceSeries } from "./data-source-series.ts";
import { ruleSeries } from "./insight-rule-report.ts";
import { validation } from "./metric-data-queries.ts";
import { seriesOfRequests } from "./metric-series.ts";
import { readableAccounts, readableMetrics } from "./readable-metrics.ts";
import { readSeries, type WantedSeries } from "./read-series.ts";

/** How many metrics a search looks at, and how many datapoints one call computes with. */
const maximumCandidates = 100_000;
const maximumInputDatapoints = 1_000_000;

export interface Fetched {
  readonly series: FetchedSeries;
  /** Whether a search or a query found more than it looks at, or answers with. */
  readonly isCut: boolean;
}

type Need<Kind extends SeriesNeed["kind"]> = Extract<SeriesNeed, { readonly kind: Kind }>;

/** What is wanted for a need, and what becomes of it once it is read. */
interface Question {
  readonly key: string;
  readonly wanted: readonly WantedSeries[];
  readonly finish: (series: readonly Series[]) => readonly Series[];
  readonly isCut?: boolean;
}

const asRead = (series: readonly Series[]) => series;

/**
 * Finds out which metrics the needs are about, then reads all with the same period in one statement.
 * @throws ValidationException for more datapoints than are computed with at once
 */
export async function fetchSeries(
  context: ReadContext,
  needs: readonly SeriesNeed[],
  rangeOf: (periodSeconds: number) => TimeRange,
): Promise<Fetched> {
  const questions = [
    ...(await metricQuestions(
      context,
      needs.filter((need) => need.kind === "metric"),
    )),
    ...(await Promise.all(
      needs.flatMap((need) => (need.kind === "metric" ? [] : [questionOf(context, need, rangeOf)])),
    )),
  ];
  const wanted = questions.flatMap((question) => question.wanted);
  requireFew(wanted, rangeOf);
  const read = await readSeries(context, wanted, rangeOf);
  let next = 0;
  const series = new Map(
    questions.map((question) => {
      const own = read.slice(next, (next += question.wanted.length));
      return [question.key, question.finish(own)];
    }),
  );
  return { series, isCut: questions.some(({ isCut }) => isCut === true) };
}

function requireFew(wanted: readonly WantedSeries[], rangeOf: (periodSeconds: number) => TimeRange): void {
  let datapoints = 0;
  for (const { periodSeconds } of wanted) {
    const { from, to } = rangeOf(periodSeconds);
    datapoints += Math.ceil((to - from) / (periodSeconds * 1_000));
  }
  if (datapoints <= maximumInputDatapoints) return;
  const [needed, limit] = [datapoints, maximumInputDatapoints].map((one) => one.toLocaleString("en-US"));
  throw validation(
    `The expressions need up to ${needed} datapoints, which exceeds the limit of ${limit}. You may reduce ` +
      "the datapoints by increasing Period, or decreasing the time range.",
  );
}

async function metricQuestions(
  context: ReadContext,
  needs: readonly Need<"metric">[],
): Promise<readonly Question[]> {
  const requests = needs.map(({ metric }) => ({
    account: metric.account,
    identity: metric,
    unit: metric.unit,
  }));
  const series = await seriesOfRequests(context, requests);
  const labels = defaultLabels(needs.map(({ metric }) => metric));
  return needs.map(({ key, metric }, index) => {
    const metricIds = (series[index] ?? []).map(({ metricId }) => metricId);
    return { key, wanted: [wantedOf(metric, metricIds, labels[index])], finish: asRead };
  });
}

function questionOf(
  context: ReadContext,
  need: Exclude<SeriesNeed, Need<"metric">>,
  rangeOf: (periodSeconds: number) => TimeRange,
): Promise<Question> {
  switch (need.kind) {
    case "search":
      return searchQuestion(context, need);
    case "insightsQuery":
      return insightsQuestion(context, need);
    case "band":
      return bandQuestion(context, need, rangeOf);
    case "insightRule":
      return ruleQuestion(context, need, rangeOf);
    case "function":
      return functionQuestion(context, need, rangeOf);
  }
}

async function functionQuestion(
  context: ReadContext,
  need: Need<"function">,
  rangeOf: (periodSeconds: number) => TimeRange,
): Promise<Question> {
  const series = await dataSourceSeries(context, need, rangeOf);
  return { key: need.key, wanted: [], finish: () => series };
}

async function bandQuestion(
  context: ReadContext,
  need: Need<"band">,
  rangeOf: (periodSeconds: number) => TimeRange,
): Promise<Question> {
  const history = (question: SeriesQuestion) => fetchSeries(context, question.needs, question.rangeOf);
  const edges = await bandSeries(context, need, rangeOf, history);
  return { key: need.key, wanted: [], finish: () => edges };
}

async function ruleQuestion(
  context: ReadContext,
  need: Need<"insightRule">,
  rangeOf: (periodSeconds: number) => TimeRange,
): Promise<Question> {
  const series = await ruleSeries(context, need, rangeOf);
  return { key: need.key, wanted: [], finish: () => [series] };
}

async function searchQuestion(context: ReadContext, need: Need<"search">): Promise<Question> {
  const { account: own } = context.call;
  const finds = compileSearch(need.search, own);
  const candidates = await readableMetrics(context, {
    accounts: readableAccounts(context),
    condition: searchCondition(need.search),
    limit: maximumCandidates,
  });
  const { statistic, periodSeconds } = need;
  const found = candidates
    .filter(finds)
    .map((metric) => ({ ...metric, statistic, periodSeconds }))
    .toSorted((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
  const shown = found.slice(0, searchLimits.series);
  const labels = defaultLabels(shown.map((metric) => ({ ...metric, owner: metric.account ?? own })));
  const wanted = shown.map((metric, index) => wantedOf(metric, metric.metricIds, labels[index]));
  return { key: need.key, wanted, finish: asRead, isCut: found.length > shown.length };
}

const sortKey = ({ namespace, name, dimensions, account = "" }: MathMetric) =>
  [namespace, name, ...dimensions.map(({ value }) => value), account].join("\u0000");

const statisticOf: Readonly<Record<InsightsFunction, string>> = {
  AVG: "Average",
  COUNT: "SampleCount",
  MAX: "Maximum",
  MIN: "Minimum",
  SUM: "Sum",
};

/**
 * Of a monitoring account all linked accounts are queried unless the query names some. Nothing is shown by
 * less than the minute.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-limits.html
 */
async function insightsQuestion(context: ReadContext, need: Need<"insightsQuery">): Promise<Question> {
  const { account: own } = context.call;
  const { query } = need;
  const periodSeconds = Math.max(60, need.periodSeconds);
  const candidates = await readableMetrics(context, {
    accounts: queriedAccounts(query, readableAccounts(context), own),
    condition: insightsCondition(query),
    limit: insightsLimits.metrics,
  });
  const metrics = candidates.filter((metric) => isQueried(query, metric, own));
  const groups = groupMetrics(query, metrics, own);
  const wanted = groups.map((group) => {
    const metricIds = group.metrics.flatMap((metric) => metric.metricIds);
    const metric = insightsMetric(query, group.labels, periodSeconds);
    return wantedOf(metric, metricIds, groupLabel(query, group));
  });
  const isCut = candidates.length >= insightsLimits.metrics || groups.length > insightsLimits.series;
  return { key: need.key, wanted, finish: (series) => orderSeries(query, series), isCut };
}

function insightsMetric(
  { namespace, metricName, function: selected }: InsightsQuery,
  labels: MathMetric["dimensions"],
  periodSeconds: number,
): MathMetric {
  return { namespace, name: metricName, dimensions: labels, statistic: statisticOf[selected], periodSeconds };
}

const wantedOf = (metric: MathMetric, metricIds: readonly bigint[], label = metric.name): WantedSeries => ({
  metric,
  metricIds,
  label,
  periodSeconds: metric.periodSeconds,
});

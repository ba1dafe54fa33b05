// Metrics with expressions: everything is read and computed, then a page is cut from it.
import { isPlanProblem, planQueries } from "../../core/metrics/math/plan.ts";
import type { MathQuery } from "../../core/metrics/math/needs.ts";
import { evaluatePlan, type QueryResult } from "../../core/metrics/math/queries.ts";
import type { Series } from "../../core/metrics/math/series.ts";
import { cutPage, type PagePart } from "../../core/metrics/metric-pages.ts";
import type { CloudWatchContext } from "./context.ts";
import type { MetricDataPage, MetricDataQuestion, MetricDataResult } from "./get-metric-data.ts";
import { fetchSeries } from "./fetch-series.ts";
import { validation } from "./metric-data-queries.ts";

/** A page that goes on computes everything again, so that no state is kept between calls. */
export async function computedMetricData(
  context: CloudWatchContext,
  queries: readonly MathQuery[],
  question: MetricDataQuestion,
): Promise<MetricDataPage> {
  const plan = planQueries(queries);
  if (isPlanProblem(plan)) throw validation(plan.problem);
  const { series, isCut } = await fetchSeries(context, plan.needs, question.rangeOf);
  const { account, region, now } = context.call;
  const results = evaluatePlan(plan, series, {
    rangeOf: question.rangeOf,
    labels: { account, region, now, offsetMinutes: question.offsetMinutes },
  }).flatMap(rowsOf);
  const sizes = results.map((row) => ({ periods: row.series.values.length }));
  const page = cutPage(sizes, question.start, question.maximum);
  return {
    results: page.parts.flatMap((part) => {
      const row = results[part.query];
      return row === undefined ? [] : [resultOf(row, part, question.ascending)];
    }),
    next: page.next,
    ...(isCut
      ? { messages: [{ Code: "MaxMetricsExceeded", Value: "Maximum number of allowed metrics exceeded" }] }
      : {}),
  };
}

interface Row {
  readonly id: string;
  readonly series: Series;
}

const rowsOf = ({ id, series }: QueryResult): readonly Row[] => series.map((one) => ({ id, series: one }));

/** What a function says of its series stays, unless the page cuts off some of them. */
function statusOf({ status }: Series, isComplete: boolean): Partial<MetricDataResult> {
  if (status === undefined) return { StatusCode: isComplete ? "Complete" : "PartialData" };
  return {
    StatusCode: isComplete ? status.code : "PartialData",
    Messages: status.messages.map(({ code, value }) => ({ Code: code, Value: value })),
  };
}

function resultOf(
  { id, series }: Row,
  { first, count, complete }: PagePart,
  ascending: boolean,
): MetricDataResult {
  const [timestamps, values] = ascending
    ? [series.timestamps, series.values]
    : [series.timestamps.toReversed(), series.values.toReversed()];
  return {
    Id: id,
    Label: series.label,
    Timestamps: timestamps.slice(first, first + count).map((at) => new Date(at)),
    Values: values.slice(first, first + count),
    ...statusOf(series, complete),
  };
}

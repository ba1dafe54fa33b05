// GetMetricData: many metrics at once, page by page.
import { ValidationException } from "@aws-sdk/client-cloudwatch";
import { defaultLabels } from "../../core/metrics/metric-labels.ts";
import { cutPage, type PagePart, type PagePosition } from "../../core/metrics/metric-pages.ts";
import { roundStart } from "../../core/metrics/periods.ts";
import { computeStatistic } from "../../core/metrics/statistics.ts";
import { needsHistogram } from "../../core/metrics/statistic-names.ts";
import type { PeriodSamples } from "../../storage/telemetry/datapoints-read.ts";
import { modelled } from "../../wire/service.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { checkQueries, type MetricQuery } from "./metric-data-queries.ts";
import { invalidValue, requireRange } from "./metric-errors.ts";
import { samplesOf, seriesOfRequests, type MetricSeries } from "./metric-series.ts";

const maximumDatapoints = 100_800;

type Result = NonNullable<Output<"GetMetricData">["MetricDataResults"]>[number];

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export async function getMetricData(
  input: Input<"GetMetricData">,
  context: CloudWatchContext,
): Promise<Output<"GetMetricData">> {
  requireRange(input.StartTime, input.EndTime);
  checkTimezone(input.LabelOptions?.Timezone);
  const queries = checkQueries(input.MetricDataQueries, context.call.account);
  const wanted = queries.filter(({ returnData }) => returnData);
  const ranges = wanted.map((query) => {
    const from = roundStart(input.StartTime.getTime(), query.periodSeconds, context.call.now);
    const to = input.EndTime.getTime();
    return { from, to, periods: Math.ceil((to - from) / (query.periodSeconds * 1_000)) };
  });
  const maximum = Math.min(input.MaxDatapoints ?? maximumDatapoints, maximumDatapoints);
  const start = input.NextToken === undefined ? { query: 0, period: 0 } : parsePosition(input.NextToken);
  const page = cutPage(ranges, start, maximum);
  const ascending = input.ScanBy === "TimestampAscending";
  const labels = defaultLabels(wanted.map((query) => ({ ...query.identity, ...query })));
  const results = await readParts(context, {
    queries: wanted,
    labels,
    ascending,
    parts: page.parts.map((part) => ({ ...part, ...spanOf(part, ranges, wanted, ascending) })),
  });
  return {
    MetricDataResults: results,
    Messages: [],
    ...(page.next === undefined ? {} : { NextToken: printPosition(page.next) }),
  };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The time that a part of a query covers: its periods counted from the end that the answer begins with. */
function spanOf(
  { query, first, count }: PagePart,
  ranges: readonly (Span & { readonly periods: number })[],
  queries: readonly MetricQuery[],
  ascending: boolean,
): Span {
  const { from, to, periods } = ranges[query] ?? { from: 0, to: 0, periods: 0 };
  const periodMs = (queries[query]?.periodSeconds ?? 60) * 1_000;
  const [begin, end] = ascending ? [first, first + count] : [periods - first - count, periods - first];
  return { from: from + begin * periodMs, to: Math.min(to, from + end * periodMs) };
}

interface PageQuestion {
  readonly queries: readonly MetricQuery[];
  readonly labels: readonly string[];
  readonly ascending: boolean;
  readonly parts: readonly (PagePart & Span)[];
}

/** Parts over the same time with the same period are read in one statement. */
async function readParts(context: CloudWatchContext, question: PageQuestion): Promise<Result[]> {
  const { queries, parts, ascending } = question;
  const asked = parts.flatMap((part) => {
    const query = queries[part.query];
    return query === undefined ? [] : [{ part, query }];
  });
  const series = await seriesOfRequests(
    context,
    asked.map(({ query }) => query),
  );
  const groups = new Map<
    string,
    { readonly series: MetricSeries[]; readonly span: Span; wantsHistogram: boolean }
  >();
  const groupKey = ({ from, to }: Span, periodSeconds: number) => `${from} ${to} ${periodSeconds}`;
  for (const [index, { part, query }] of asked.entries()) {
    const key = groupKey(part, query.periodSeconds);
    const group = groups.get(key) ?? { series: [], span: part, wantsHistogram: false };
    groups.set(key, group);
    group.series.push(...(series[index] ?? []));
    group.wantsHistogram ||= needsHistogram(query.parsedStatistic);
  }
  const samples = new Map<string, ReadonlyMap<bigint, readonly PeriodSamples[]>>();
  for (const [key, { series: ofGroup, span, wantsHistogram }] of groups) {
    const periodSeconds = Number(key.split(" ")[2]);
    samples.set(key, await samplesOf(context, ofGroup, { ...span, periodSeconds, wantsHistogram }));
  }
  return asked.map(({ part, query }, index) => {
    const found = samples.get(groupKey(part, query.periodSeconds));
    const points = (series[index] ?? [])
      .flatMap(({ metricId }) => found?.get(metricId) ?? [])
      .flatMap((period) => {
        const value = computeStatistic(query.parsedStatistic, period);
        return value === undefined ? [] : [{ at: period.startAt, value }];
      })
      .sort((one, other) => (ascending ? one.at - other.at : other.at - one.at));
    return {
      Id: query.id,
      Label: query.label ?? question.labels[part.query] ?? query.identity.name,
      Timestamps: points.map(({ at }) => new Date(at)),
      Values: points.map(({ value }) => value),
      StatusCode: part.complete ? "Complete" : "PartialData",
    };
  });
}

function checkTimezone(timezone: string | undefined): void {
  if (timezone !== undefined && !/^[+-](0\d|1[0-4])[0-5]\d$/.test(timezone)) {
    throw modelled(ValidationException, `The timezone ${timezone} is not of the form +HHMM or -HHMM.`);
  }
}

function printPosition({ query, period }: PagePosition): string {
  return Buffer.from(`${query}:${period}`).toString("base64url");
}

function parsePosition(token: string): PagePosition {
  const [, query, period] = /^(\d{1,4}):(\d{1,9})$/.exec(Buffer.from(token, "base64url").toString()) ?? [];
  if (query === undefined || period === undefined) throw invalidValue("The parameter NextToken is invalid.");
  return { query: Number(query), period: Number(period) };
}

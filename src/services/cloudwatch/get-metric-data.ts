// GetMetricData: many metrics and expressions at once, page by page.
import { InvalidNextToken } from "@aws-sdk/client-cloudwatch";
import { isDynamicLabel } from "../../core/metrics/dynamic-label.ts";
import type { MathQuery } from "../../core/metrics/math/needs.ts";
import type { TimeRange } from "../../core/metrics/math/series.ts";
import type { PagePosition } from "../../core/metrics/metric-pages.ts";
import { roundStart } from "../../core/metrics/periods.ts";
import { modelled } from "../../wire/service.ts";
import { computedMetricData } from "./computed-metric-data.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { checkQueries, readerOf, validation } from "./metric-data-queries.ts";
import { requireRange } from "./metric-errors.ts";
import { storedMetricData } from "./stored-metric-data.ts";

const maximumDatapoints = 100_800;

export type MetricDataResult = NonNullable<Output<"GetMetricData">["MetricDataResults"]>[number];

/** What a call asks of its queries. */
export interface MetricDataQuestion {
  /** The range of the call, as it is rounded for a period. */
  readonly rangeOf: (periodSeconds: number) => TimeRange;
  readonly ascending: boolean;
  /** Of the timezone in which labels write times. */
  readonly offsetMinutes: number;
  /** Where the page begins and how many datapoints it has at most. */
  readonly start: PagePosition;
  readonly maximum: number;
}

export interface MetricDataPage {
  readonly results: readonly MetricDataResult[];
  readonly next: PagePosition | undefined;
  /** About the call as a whole. */
  readonly messages?: NonNullable<Output<"GetMetricData">["Messages"]>;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export async function getMetricData(
  input: Input<"GetMetricData">,
  context: CloudWatchContext,
): Promise<Output<"GetMetricData">> {
  requireRange(input.StartTime, input.EndTime);
  const question: MetricDataQuestion = {
    rangeOf: (periodSeconds) => ({
      from: roundStart(input.StartTime.getTime(), periodSeconds, context.call.now),
      to: input.EndTime.getTime(),
    }),
    ascending: input.ScanBy === "TimestampAscending",
    offsetMinutes: parseTimezone(input.LabelOptions?.Timezone),
    start: input.NextToken === undefined ? { query: 0, period: 0 } : parsePosition(input.NextToken),
    maximum: Math.min(input.MaxDatapoints ?? maximumDatapoints, maximumDatapoints),
  };
  const queries = checkQueries(input.MetricDataQueries, readerOf(context));
  const answer = queries.some(isComputed) ? computedMetricData : storedMetricData;
  const { results, next, messages = [] } = await answer(context, queries, question);
  return {
    MetricDataResults: [...results],
    Messages: messages,
    ...(next === undefined ? {} : { NextToken: printPosition(next) }),
  };
}

/** Expressions and labels are made from the whole range, whatever the page. */
const isComputed = ({ expression, label }: MathQuery) =>
  expression !== undefined || (label !== undefined && isDynamicLabel(label));

function parseTimezone(timezone = "+0000"): number {
  const [, sign, hours, minutes] = /^([+-])(0\d|1[0-4])([0-5]\d)$/.exec(timezone) ?? [];
  if (sign === undefined) throw validation(`The timezone ${timezone} is not of the form +HHMM or -HHMM.`);
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function printPosition({ query, period }: PagePosition): string {
  return Buffer.from(`${query}:${period}`).toString("base64url");
}

function parsePosition(token: string): PagePosition {
  const [, query, period] = /^(\d{1,6}):(\d{1,9})$/.exec(Buffer.from(token, "base64url").toString()) ?? [];
  if (query === undefined || period === undefined) {
    throw modelled(InvalidNextToken, "The next token specified is invalid.");
  }
  return { query: Number(query), period: Number(period) };
}

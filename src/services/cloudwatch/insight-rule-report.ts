// GetInsightRuleReport and the metrics of rules for expressions: who contributed, and how much.
import { ResourceNotFoundException } from "@aws-sdk/client-cloudwatch";
import type { InsightRule } from "../../core/contributor-insights/rule.ts";
import type { SeriesNeed } from "../../core/metrics/math/needs.ts";
import type { Series, TimeRange } from "../../core/metrics/math/series.ts";
import { alarmScope } from "../../storage/alarms.ts";
import { groupsOfRule, insightRulesOf, ruleOf, type StoredInsightRule } from "../../storage/insight-rules.ts";
import { mayHaveTwins } from "../../storage/retention-moves.ts";
import {
  readContributors,
  readSummary,
  type ReportPeriod,
  type ReportQuestion,
} from "../../storage/telemetry/insight-reports.ts";
import { modelled } from "../../wire/service.ts";
import type { CloudWatchContext, Input, Output, ReadContext } from "./context.ts";
import { validation } from "./metric-data-queries.ts";
import { invalidValue, requireRange } from "./metric-errors.ts";

const defaultContributors = 10;
const maximumContributors = 100;
/** A day by the minute. */
const maximumPeriods = 1_440;

type MetricName =
  | "UniqueContributors"
  | "MaxContributorValue"
  | "SampleCount"
  | "Sum"
  | "Minimum"
  | "Maximum"
  | "Average";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-GraphReportData.html */
const metrics: Readonly<Record<MetricName, (period: ReportPeriod) => number>> = {
  UniqueContributors: ({ contributors }) => contributors,
  MaxContributorValue: ({ highestContributor }) => highestContributor,
  SampleCount: ({ samples }) => samples,
  Sum: ({ sum }) => sum,
  Minimum: ({ minimum }) => minimum,
  Maximum: ({ maximum }) => maximum,
  Average: ({ sum, samples }) => sum / samples,
};

const isMetricName = (name: string): name is MetricName => Object.hasOwn(metrics, name);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetInsightRuleReport.html */
export async function getInsightRuleReport(
  input: Input<"GetInsightRuleReport">,
  context: CloudWatchContext,
): Promise<Output<"GetInsightRuleReport">> {
  const { telemetry } = context.dependencies;
  const { signal } = context.call;
  requireRange(input.StartTime, input.EndTime);
  const { names, limit, order } = checkReport(input);
  const { Period: periodSeconds } = input;
  const range = { from: startOf(input.StartTime, periodSeconds), to: input.EndTime.getTime() };
  requireFewPeriods(range, periodSeconds);
  const { rule, question } = await requireRule(context, input.RuleName, range, periodSeconds);
  const { totals, periods } = await readSummary(telemetry, question, { signal });
  const contributors = await readContributors(telemetry, question, order, limit, { signal });
  const startAt = (period: number) => new Date(range.from + period * periodSeconds * 1_000);
  return {
    KeyLabels: [...rule.keyLabels],
    AggregationStatistic: rule.aggregateOn,
    AggregateValue: totals.value,
    ApproximateUniqueCount: totals.contributors,
    Contributors: contributors.map((contributor) => ({
      Keys: [...contributor.keys],
      ApproximateAggregateValue: contributor.value,
      Datapoints: contributor.periods.map(([period, value]) => ({
        Timestamp: startAt(period),
        ApproximateValue: value,
      })),
    })),
    MetricDatapoints:
      names.length === 0
        ? []
        : periods.map((period) => ({
            Timestamp: startAt(period.period),
            ...Object.fromEntries(names.map((name) => [name, metrics[name](period)])),
          })),
  };
}

function checkReport(input: Input<"GetInsightRuleReport">) {
  const { Period, Metrics = [], OrderBy = "Sum", MaxContributorCount: limit = defaultContributors } = input;
  if (Period % 60 !== 0) throw invalidValue("The parameter Period must be a multiple of 60.");
  if (limit < 1 || limit > maximumContributors) {
    throw invalidValue(`The parameter MaxContributorCount must be between 1 and ${maximumContributors}.`);
  }
  if (OrderBy !== "Sum" && OrderBy !== "Maximum") {
    throw invalidValue(`The value ${OrderBy} for parameter OrderBy is not supported.`);
  }
  const unknown = Metrics.find((name) => !isMetricName(name));
  if (unknown !== undefined)
    throw invalidValue(`The value ${unknown} for parameter Metrics is not supported.`);
  const names = [...new Set(Metrics.filter(isMetricName))];
  return { names, limit, order: OrderBy } as const;
}

const startOf = (start: Date, periodSeconds: number) =>
  Math.floor(start.getTime() / (periodSeconds * 1_000)) * periodSeconds * 1_000;

function requireFewPeriods({ from, to }: TimeRange, periodSeconds: number): void {
  if ((to - from) / (periodSeconds * 1_000) <= maximumPeriods) return;
  throw validation(
    `The time range has more than ${maximumPeriods.toLocaleString("en-US")} periods: ` +
      "increase Period, or decrease the time range.",
  );
}

type RuleNeed = Extract<SeriesNeed, { readonly kind: "insightRule" }>;

/**
 * A metric of a rule as a time series.
 * @throws ResourceNotFoundException
 */
export async function ruleSeries(
  context: ReadContext,
  { ruleName, metricName, periodSeconds }: RuleNeed,
  rangeOf: (periodSeconds: number) => TimeRange,
): Promise<Series> {
  const { telemetry } = context.dependencies;
  const range = rangeOf(periodSeconds);
  requireFewPeriods(range, periodSeconds);
  const { question } = await requireRule(context, ruleName, range, periodSeconds);
  const { periods } = await readSummary(telemetry, question, { signal: context.call.signal });
  const valueOf = isMetricName(metricName) ? metrics[metricName] : metrics.Sum;
  return {
    label: `${ruleName} ${metricName}`,
    periodSeconds,
    timestamps: periods.map(({ period }) => range.from + period * periodSeconds * 1_000),
    values: periods.map(valueOf),
  };
}

async function requireRule(
  { call, dependencies }: ReadContext,
  name: string,
  range: TimeRange,
  periodSeconds: number,
): Promise<{ readonly rule: InsightRule; readonly question: ReportQuestion }> {
  const { state, logEncryption } = dependencies;
  const stored: StoredInsightRule | undefined = (await insightRulesOf(state).get(alarmScope(call), name))
    ?.value;
  const rule = stored === undefined ? undefined : ruleOf(stored, call);
  if (stored === undefined || rule === undefined) {
    throw modelled(ResourceNotFoundException, `The Contributor Insights rule ${name} does not exist.`);
  }
  const groups = await groupsOfRule(state, call, rule, call.now);
  const { active, appliesOnTransformed } = stored;
  const groupIds = groups.map(({ id }) => id);
  const source = await logEncryption.sourceOf(groupIds);
  const takeOnce = await mayHaveTwins(state, groupIds);
  const question = { source, rule, groups, active, appliesOnTransformed, takeOnce, ...range, periodSeconds };
  return { rule, question };
}

// Functions that bring series of their own: searches, anomaly bands, rules of Contributor Insights.
import { parseStatistic } from "../../statistic-names.ts";
import { isPeriod } from "../../periods.ts";
import { isSearchProblem, parseSearch } from "../../search/parse.ts";
import type { MathExpression } from "../expression.ts";
import { signature, type MathFunction } from "../function.ts";
import { several, single } from "../series.ts";

/** The period of a search that says none, in a query that says none. */
const defaultPeriodSeconds = 300;

const textOf = (expression: MathExpression | undefined) =>
  expression?.kind === "text" ? expression.text : undefined;
const wordOf = (expression: MathExpression | undefined) =>
  expression?.kind === "word" ? expression.word : textOf(expression);
const numberOf = (expression: MathExpression | undefined) =>
  expression?.kind === "number" ? expression.value : undefined;

const refused = (name: string, refusal: string): MathFunction => ({
  name,
  signatures: [],
  summary: `Refused: ${refusal}.`,
  refusal,
  evaluate: () => several([]),
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-search-expressions.html */
const search: MathFunction = {
  name: "SEARCH",
  signatures: [signature(["text", "text"], "TS[]"), signature(["text", "text", "S"], "TS[]")],
  summary: "The metrics that match a search.",
  need: ([text, statistic, period], context) => {
    const parsed = parseSearch(textOf(text) ?? "");
    if (isSearchProblem(parsed)) return { problem: `Invalid search: ${parsed.problem}` };
    const name = textOf(statistic) ?? "";
    if (parseStatistic(name) === undefined) return { problem: `Unsupported statistic '${name}' in SEARCH` };
    const periodSeconds =
      period === undefined ? (context.periodSeconds ?? defaultPeriodSeconds) : numberOf(period);
    if (periodSeconds === undefined || !isPeriod(periodSeconds)) {
      return { problem: "The period of SEARCH must be 1, 5, 10, 20, 30 or a multiple of 60" };
    }
    return { kind: "search", key: context.key, search: parsed, statistic: name, periodSeconds };
  },
  evaluate: (_given, { fetched }) => several(fetched),
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html */
const anomalyBand: MathFunction = {
  name: "ANOMALY_DETECTION_BAND",
  signatures: [signature(["TS"], "TS[]"), signature(["TS", "S"], "TS[]")],
  summary: "The upper and the lower end of what is expected of a series.",
  need: ([of, deviations], context) => {
    const subject = of?.kind === "reference" ? context.subjectOf(of.id) : undefined;
    const width = deviations === undefined ? 2 : numberOf(deviations);
    if (subject === undefined) {
      return {
        problem: "The first argument of ANOMALY_DETECTION_BAND must be the id of a metric or expression",
      };
    }
    if (width === undefined || width <= 0) {
      return { problem: "The second argument of ANOMALY_DETECTION_BAND must be a number above 0" };
    }
    const periodSeconds =
      subject.kind === "metric" ? subject.metric.periodSeconds : (context.periodSeconds ?? 60);
    return { kind: "band", key: context.key, subject, deviations: width, periodSeconds };
  },
  evaluate: (_given, { fetched }) => several(fetched),
};

const ruleMetrics = [
  "UniqueContributors",
  "MaxContributorValue",
  "SampleCount",
  "Sum",
  "Minimum",
  "Maximum",
  "Average",
] as const;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-GraphReportData.html */
const insightRule: MathFunction = {
  name: "INSIGHT_RULE_METRIC",
  signatures: [signature(["text", "text"], "TS"), signature(["text", ruleMetrics], "TS")],
  summary: "A statistic of a rule of Contributor Insights.",
  need: ([rule, metric], context) => {
    const metricName = wordOf(metric) ?? "";
    if (!ruleMetrics.some((known) => known === metricName)) {
      return { problem: `Unsupported metric '${metricName}' in INSIGHT_RULE_METRIC` };
    }
    return {
      kind: "insightRule",
      key: context.key,
      ruleName: textOf(rule) ?? "",
      metricName,
      periodSeconds: context.periodSeconds ?? 60,
    };
  },
  evaluate: (_given, { fetched: [series], periodSeconds }) =>
    single(series ?? { label: "", periodSeconds, timestamps: [], values: [] }),
};

export const sourceFunctions: readonly MathFunction[] = [
  search,
  anomalyBand,
  insightRule,
  refused("DB_PERF_INSIGHTS", "there is no Performance Insights here"),
  refused("SERVICE_QUOTA", "there are no service quotas here"),
];

// The own service's operations on alarms: explanations and back-tests.

const namespace = "com.groundwatch";
const text = 0;
const number = 1;
const flag = 2;

const Texts$ = [1, namespace, "Texts", 0, 0] as const;

/** `At` an instant of the past, or the last evaluation. */
const ExplainAlarmRequest$ = [
  3,
  namespace,
  "ExplainAlarmRequest",
  0,
  ["AlarmName", "At"],
  [text, number],
  1,
] as const;

/** `Verdict`: breaching, notBreaching or missing. `Use`: evaluated, filled or notNeeded. */
const ExplainedDatapoint$ = [
  3,
  namespace,
  "ExplainedDatapoint",
  0,
  ["StartAt", "Verdict", "Use", "Sentence", "Value", "SampleCount", "LowerBound", "UpperBound"],
  [number, text, text, text, number, number, number, number],
  4,
] as const;
const ExplainedDatapoints$ = [1, namespace, "ExplainedDatapoints", 0, () => ExplainedDatapoint$] as const;

const ContributorAttribute$ = [
  3,
  namespace,
  "ContributorAttribute",
  0,
  ["Name", "Value"],
  [text, text],
  2,
] as const;
const ContributorAttributes$ = [
  1,
  namespace,
  "ContributorAttributes",
  0,
  () => ContributorAttribute$,
] as const;

/** One of the time series of an alarm on many. */
const ExplainedContributor$ = [
  3,
  namespace,
  "ExplainedContributor",
  0,
  ["ContributorId", "Attributes", "State", "DecidedBy", "Decision", "Datapoints"],
  [text, () => ContributorAttributes$, text, text, text, () => ExplainedDatapoints$],
  6,
] as const;
const ExplainedContributors$ = [
  1,
  namespace,
  "ExplainedContributors",
  0,
  () => ExplainedContributor$,
] as const;

/** A part of a composite alarm's rule; its own parts follow it with a `Depth` of one more. */
const ExplainedRulePart$ = [
  3,
  namespace,
  "ExplainedRulePart",
  0,
  ["Depth", "Expression", "Holds", "Sentence", "AlarmName", "State"],
  [number, text, flag, text, text, text],
  4,
] as const;
const ExplainedRuleParts$ = [1, namespace, "ExplainedRuleParts", 0, () => ExplainedRulePart$] as const;

/** `Outcome`: Succeeded, Failed, Waiting, or NotPerformed with no instant. */
const ExplainedAction$ = [
  3,
  namespace,
  "ExplainedAction",
  0,
  ["ActionArn", "Outcome", "Sentence", "At", "Attempts", "Error", "ContributorId"],
  [text, text, text, number, number, text, text],
  3,
] as const;
const ExplainedActions$ = [1, namespace, "ExplainedActions", 0, () => ExplainedAction$] as const;

const ExplainAlarmResponse$ = [
  3,
  namespace,
  "ExplainAlarmResponse",
  0,
  [
    "AlarmName",
    "AlarmType",
    "EvaluatedAt",
    "State",
    "StateSince",
    "StateBefore",
    "Decision",
    "Notes",
    "Actions",
    "DecidedBy",
    "WindowFrom",
    "WindowTo",
    "PeriodSeconds",
    "Datapoints",
    "Contributors",
    "RuleParts",
    "MutedBy",
    "HeldBack",
  ],
  [
    text,
    text,
    number,
    text,
    number,
    text,
    text,
    () => Texts$,
    () => ExplainedActions$,
    text,
    number,
    number,
    number,
    () => ExplainedDatapoints$,
    () => ExplainedContributors$,
    () => ExplainedRuleParts$,
    () => Texts$,
    text,
  ],
  9,
] as const;

export const ExplainAlarm$ = [
  9,
  namespace,
  "ExplainAlarm",
  0,
  () => ExplainAlarmRequest$,
  () => ExplainAlarmResponse$,
] as const;

const DefinedDimension$ = [3, namespace, "DefinedDimension", 0, ["Name", "Value"], [text, text], 2] as const;
const DefinedDimensions$ = [1, namespace, "DefinedDimensions", 0, () => DefinedDimension$] as const;

const DefinedMetric$ = [
  3,
  namespace,
  "DefinedMetric",
  0,
  ["Namespace", "MetricName", "Dimensions"],
  [text, text, () => DefinedDimensions$],
  2,
] as const;

const DefinedMetricStat$ = [
  3,
  namespace,
  "DefinedMetricStat",
  0,
  ["Metric", "Period", "Stat", "Unit"],
  [() => DefinedMetric$, number, text, text],
  3,
] as const;

const DefinedQuery$ = [
  3,
  namespace,
  "DefinedQuery",
  0,
  ["Id", "MetricStat", "Expression", "Label", "ReturnData", "Period", "AccountId"],
  [text, () => DefinedMetricStat$, text, text, flag, number, text],
  1,
] as const;
const DefinedQueries$ = [1, namespace, "DefinedQueries", 0, () => DefinedQuery$] as const;

/** What PutMetricAlarm takes of an alarm's evaluation, under the same names. */
const AlarmDefinition$ = [
  3,
  namespace,
  "AlarmDefinition",
  0,
  [
    "ComparisonOperator",
    "EvaluationPeriods",
    "MetricName",
    "Namespace",
    "Dimensions",
    "Statistic",
    "ExtendedStatistic",
    "Period",
    "Unit",
    "Threshold",
    "DatapointsToAlarm",
    "TreatMissingData",
    "EvaluateLowSampleCountPercentile",
    "Metrics",
    "ThresholdMetricId",
  ],
  [
    text,
    number,
    text,
    text,
    () => DefinedDimensions$,
    text,
    text,
    number,
    text,
    number,
    number,
    text,
    text,
    () => DefinedQueries$,
    text,
  ],
  2,
] as const;

/** An alarm that is there, or a definition. Instants are epoch milliseconds. */
const BacktestAlarmRequest$ = [
  3,
  namespace,
  "BacktestAlarmRequest",
  0,
  ["From", "AlarmName", "Definition", "To"],
  [number, text, () => AlarmDefinition$, number],
  1,
] as const;

const BacktestTransition$ = [
  3,
  namespace,
  "BacktestTransition",
  0,
  ["At", "StateBefore", "State", "Reason"],
  [number, text, text, text],
  4,
] as const;
const BacktestTransitions$ = [1, namespace, "BacktestTransitions", 0, () => BacktestTransition$] as const;

const BacktestAlarmResponse$ = [
  3,
  namespace,
  "BacktestAlarmResponse",
  0,
  ["From", "To", "Evaluations", "StateAtEnd", "Transitions", "IsTruncated"],
  [number, number, number, text, () => BacktestTransitions$, flag],
  6,
] as const;

export const BacktestAlarm$ = [
  9,
  namespace,
  "BacktestAlarm",
  0,
  () => BacktestAlarmRequest$,
  () => BacktestAlarmResponse$,
] as const;

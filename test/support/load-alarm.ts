// An alarm for tests to which it is all the same what it watches.

/** Everything but the name. */
export const loadAlarm = {
  Namespace: "Shop",
  MetricName: "Load",
  Statistic: "Average",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: "GreaterThanThreshold",
} as const;

// The limits of CloudWatch metrics that no single member's constraint expresses.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
export const metricLimits = {
  dataPerCall: 1_000,
  entitiesPerCall: 2,
  /** Namespaces of AWS's own services begin with this, and nobody else may write to them. */
  reservedNamespaces: "AWS/",
  valuesPerDatum: 150,
  dimensionsPerMetric: 30,
  pastMs: 14 * dayMs,
  futureMs: 2 * hourMs,
  /** Values lie between minus and plus this. */
  magnitude: 2 ** 360,
  /** ListMetrics shows metrics that had data so recently, 500 a page. */
  visibleMs: 14 * dayMs,
  recentlyActiveMs: 3 * hourMs,
  metricsPerPage: 500,
  /** Data of the last three hours is kept as it came. */
  recentMs: 3 * hourMs,
} as const;

/**
 * What the body of a request may weigh. Of GetMetricData AWS documents no figure; its refusals name this one
 * (https://github.com/influxdata/telegraf/issues/10842).
 */
export const metricRequestBytes = { PutMetricData: 1_048_576, GetMetricData: 614_400 } as const;

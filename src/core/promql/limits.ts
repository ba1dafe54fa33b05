// The bounds of PromQL expressions and of their evaluation.

/**
 * How far a selector looks back for the latest sample of a series.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness
 */
export const lookBackMs = 300_000;

/** The step of a subquery that names none: the evaluation interval that Prometheus has by default. */
export const defaultStepMs = 60_000;

export const promqlLimits = {
  /** How far parentheses, calls and subqueries may nest. */
  depth: 100,
  /** Operators of one expression; each makes the tree deeper. */
  operators: 500,
  /** The longest duration: what fits 64 bits in nanoseconds. */
  durationMs: 9_223_372_036_854,
  /** Series that one selection may give. */
  series: 10_000,
  /** Steps of one subquery: the points that Prometheus gives for a series at most. */
  subquerySteps: 11_000,
  /** Samples and results that an evaluation looks at, those of every step of a subquery counted again. */
  samples: 10_000_000,
} as const;

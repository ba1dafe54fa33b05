// Functions that Prometheus has and this engine has not.
import { vector, type PromqlFunction } from "../function.ts";

const refused = (name: string, refusal: string): PromqlFunction => ({
  name,
  takes: [],
  gives: "instant vector",
  summary: "Not served.",
  refusal,
  evaluate: () => vector([]),
});

/** Those that Prometheus 3 has only behind a feature flag. */
const experimental = [
  "double_exponential_smoothing",
  "end",
  "first_over_time",
  "histogram_quantiles",
  "info",
  "mad_over_time",
  "max_of",
  "min_of",
  "range",
  "sort_by_label",
  "sort_by_label_desc",
  "start",
  "step",
  "ts_of_first_over_time",
  "ts_of_last_over_time",
  "ts_of_max_over_time",
  "ts_of_min_over_time",
];

/** Those of native histograms, of which there are none: the buckets of a histogram are series. */
const ofNativeHistograms = [
  "histogram_avg",
  "histogram_count",
  "histogram_stddev",
  "histogram_stdvar",
  "histogram_sum",
];

/** https://prometheus.io/docs/prometheus/latest/feature_flags/#experimental-promql-functions */
export const refusedFunctions: readonly PromqlFunction[] = [
  ...experimental.map((name) => refused(name, `function ${JSON.stringify(name)} is not enabled`)),
  ...ofNativeHistograms.map((name) =>
    refused(name, `function ${JSON.stringify(name)} is not supported: there are no native histograms`),
  ),
];

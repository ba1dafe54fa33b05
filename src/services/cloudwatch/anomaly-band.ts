// The band of an anomaly detector as two time series.
import type { SeriesNeed } from "../../core/metrics/math/needs.ts";
import { drawBand } from "../../core/metrics/anomaly/model.ts";
import { gridOf, type Series, type TimeRange } from "../../core/metrics/math/series.ts";
import { currentModel } from "../../storage/anomaly-training.ts";
import type { AnomalySubject } from "../../storage/anomaly-detectors.ts";
import type { SeriesSource } from "../../storage/series-source.ts";
import type { ReadContext } from "./context.ts";
import { validation } from "./metric-data-queries.ts";

/** As many as GetMetricData answers with. */
const maximumInstants = 100_800;

type BandNeed = Extract<SeriesNeed, { readonly kind: "band" }>;

/**
 * The upper and the lower edge at every period of the range; no datapoints while there is no model. A subject
 * without a trained detector is trained at once, as CloudWatch makes the detector together with the alarm.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html
 * @throws ValidationException for a range of too many periods
 */
export async function bandSeries(
  { call, dependencies }: ReadContext,
  { subject, periodSeconds, deviations }: BandNeed,
  rangeOf: (periodSeconds: number) => TimeRange,
  series: SeriesSource,
): Promise<readonly Series[]> {
  const { account, region, now } = call;
  const range = rangeOf(periodSeconds);
  if ((range.to - range.from) / (periodSeconds * 1_000) > maximumInstants) {
    throw validation(`A band has at most ${maximumInstants.toLocaleString("en-US")} datapoints.`);
  }
  const order = { world: { account, region }, subject: subjectOfBand(subject), periodSeconds, now };
  const model = await currentModel({ state: dependencies.state, series }, order);
  const timestamps = model === undefined ? [] : gridOf(range, periodSeconds);
  const band = model === undefined ? { upper: [], lower: [] } : drawBand(model, timestamps, deviations);
  return [
    { label: "High", edge: "High", periodSeconds, timestamps, values: band.upper },
    { label: "Low", edge: "Low", periodSeconds, timestamps, values: band.lower },
  ];
}

/** A detector is for a metric whatever the period; those of an expression belong to it. */
export function subjectOfBand(subject: BandNeed["subject"]): AnomalySubject {
  if (subject.kind === "expression") return subject;
  const { account, namespace, name, dimensions, statistic } = subject.metric;
  const place = account === undefined ? {} : { account };
  return { kind: "metric", metric: { ...place, namespace, name, dimensions, statistic } };
}

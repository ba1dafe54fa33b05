// The JSON format of metric streams: an object for each datapoint, on a line of its own.
import type { MetricStream, StreamDatapoint } from "./metric-stream.ts";
import { utf8 } from "./protobuf.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-formats-json.html */
export function jsonRecord(stream: MetricStream, datapoints: readonly StreamDatapoint[]): Uint8Array {
  return utf8(datapoints.map((datapoint) => `${lineOf(stream, datapoint)}\n`).join(""));
}

function lineOf(stream: MetricStream, datapoint: StreamDatapoint): string {
  const { sampleCount, sum, minimum, maximum } = datapoint.samples;
  return JSON.stringify({
    metric_stream_name: stream.name,
    account_id: stream.account,
    region: stream.region,
    namespace: datapoint.namespace,
    metric_name: datapoint.name,
    dimensions: Object.fromEntries(datapoint.dimensions.map(({ name, value }) => [name, value])),
    timestamp: datapoint.startAt,
    value: {
      count: sampleCount,
      sum,
      max: maximum,
      min: minimum,
      ...Object.fromEntries(datapoint.additional.map(({ statistic, value }) => [statistic, value])),
    },
    unit: datapoint.unit,
  });
}

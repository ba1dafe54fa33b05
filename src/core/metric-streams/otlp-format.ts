// The OpenTelemetry formats of metric streams: summaries in export requests, each behind its length.
import type { MetricUnit } from "../metrics/metric-identity.ts";
import type { MetricStream, StreamDatapoint } from "./metric-stream.ts";
import { ProtobufWriter } from "./protobuf.ts";

/**
 * The units of CloudWatch in the Unified Code for Units of Measure.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-formats-opentelemetry-translation-100.html
 */
const unitCodes: Readonly<Record<MetricUnit, string>> = {
  None: "1",
  Seconds: "s",
  Microseconds: "us",
  Milliseconds: "ms",
  Bytes: "By",
  Kilobytes: "kBy",
  Megabytes: "MBy",
  Gigabytes: "GBy",
  Terabytes: "TBy",
  Bits: "bit",
  Kilobits: "kbit",
  Megabits: "MBit",
  Gigabits: "GBit",
  Terabits: "Tbit",
  Percent: "%",
  Count: "{Count}",
  "Bytes/Second": "By/s",
  "Kilobytes/Second": "kBy/s",
  "Megabytes/Second": "MBy/s",
  "Gigabytes/Second": "GBy/s",
  "Terabytes/Second": "TBy/s",
  "Bits/Second": "bit/s",
  "Kilobits/Second": "kbit/s",
  "Megabits/Second": "MBit/s",
  "Gigabits/Second": "GBit/s",
  "Terabits/Second": "Tbit/s",
  "Count/Second": "{Count}/s",
};

const minuteMs = 60_000;
const nanosecondsPerMs = 1_000_000n;

/** What differs between the versions of the protocol: how a datapoint says which metric it is of. */
type WriteAttributes = (writer: ProtobufWriter, datapoint: StreamDatapoint) => void;

/** A KeyValue with a text: https://github.com/open-telemetry/opentelemetry-proto/blob/v1.0.0/opentelemetry/proto/common/v1/common.proto */
function textAttribute(writer: ProtobufWriter, field: number, key: string, value: string): void {
  writer.message(field, (pair) => pair.string(1, key).message(2, (any) => any.string(1, value)));
}

/** Version 1.0: attributes, the dimensions as a list inside one of them. */
const writeAttributes: WriteAttributes = (writer, { namespace, name, dimensions }) => {
  textAttribute(writer, 7, "Namespace", namespace);
  textAttribute(writer, 7, "MetricName", name);
  writer.message(7, (pair) =>
    pair.string(1, "Dimensions").message(2, (any) =>
      any.message(6, (list) => {
        for (const dimension of dimensions) textAttribute(list, 1, dimension.name, dimension.value);
      }),
    ),
  );
};

/** Version 0.7: labels, which are texts; a dimension is a label like the others. */
const writeLabels: WriteAttributes = (writer, { namespace, name, dimensions }) => {
  const label = (key: string, value: string) =>
    writer.message(1, (pair) => pair.string(1, key).string(2, value));
  label("Namespace", namespace);
  label("MetricName", name);
  for (const dimension of dimensions) label(dimension.name, dimension.value);
};

export const otlp10Record = (stream: MetricStream, datapoints: readonly StreamDatapoint[]): Uint8Array =>
  exportRequest(stream, datapoints, writeAttributes);

export const otlp07Record = (stream: MetricStream, datapoints: readonly StreamDatapoint[]): Uint8Array =>
  exportRequest(stream, datapoints, writeLabels);

/**
 * The field numbers are those of ExportMetricsServiceRequest, ResourceMetrics, ScopeMetrics (before 1.0:
 * InstrumentationLibraryMetrics), Metric and Summary, which both versions number alike.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/v1.0.0/opentelemetry/proto/metrics/v1/metrics.proto
 */
function exportRequest(
  stream: MetricStream,
  datapoints: readonly StreamDatapoint[],
  write: WriteAttributes,
): Uint8Array {
  const request = new ProtobufWriter().message(1, (resourceMetrics) =>
    resourceMetrics
      .message(1, (resource) => {
        textAttribute(resource, 1, "cloud.provider", "aws");
        textAttribute(resource, 1, "cloud.account.id", stream.account);
        textAttribute(resource, 1, "cloud.region", stream.region);
        textAttribute(resource, 1, "aws.exporter.arn", stream.arn);
      })
      .message(2, (scopeMetrics) => {
        for (const datapoint of datapoints) {
          scopeMetrics.message(2, (metric) => writeMetric(metric, datapoint, write));
        }
      }),
  );
  return new ProtobufWriter().lengthDelimited(request.bytes).bytes;
}

function writeMetric(metric: ProtobufWriter, datapoint: StreamDatapoint, write: WriteAttributes): void {
  const { namespace, name, unit } = datapoint;
  metric
    .string(1, `amazonaws.com/${namespace}/${name}`)
    .string(3, unitCodes[unit])
    .message(11, (summary) =>
      summary.message(1, (point) => {
        const { sampleCount, sum } = datapoint.samples;
        point
          .fixed64(2, nanoseconds(datapoint.startAt))
          .fixed64(3, nanoseconds(datapoint.startAt + minuteMs))
          .fixed64(4, BigInt(Math.round(sampleCount)))
          .double(5, sum);
        for (const { quantile, value } of quantilesOf(datapoint)) {
          point.message(6, (pair) => pair.double(1, quantile).double(2, value));
        }
        write(point, datapoint);
      }),
    );
}

const nanoseconds = (instant: number) => BigInt(instant) * nanosecondsPerMs;

/** The least and the largest value are the ends; percentiles are in between, in their order. */
function quantilesOf({ samples, additional }: StreamDatapoint) {
  const percentiles = additional.flatMap(({ statistic, value }) => {
    const [, digits] = /^p(\d+(?:\.\d*)?)$/.exec(statistic) ?? [];
    return digits === undefined ? [] : [{ quantile: shareOf(digits), value }];
  });
  return [
    { quantile: 0, value: samples.minimum },
    ...percentiles.sort((one, other) => one.quantile - other.quantile),
    { quantile: 1, value: samples.maximum },
  ];
}

/** `99.9` is 0.999 and not 0.9990000000000001. */
const shareOf = (digits: string) => Number((Number(digits) / 100).toPrecision(12));

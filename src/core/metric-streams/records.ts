// Cuts the datapoints of a stream into the records of deliveries.
import { jsonRecord } from "./json-format.ts";
import type { MetricStream, StreamDatapoint, StreamFormat } from "./metric-stream.ts";
import { otlp07Record, otlp10Record } from "./otlp-format.ts";

/** So many datapoints keep a record below Firehose's 1,000 KiB. */
export const deliveryLimits = { datapointsPerRecord: 200, recordsPerDelivery: 20 } as const;

type Format = (stream: MetricStream, datapoints: readonly StreamDatapoint[]) => Uint8Array;

const formats: Readonly<Record<StreamFormat, Format>> = {
  json: jsonRecord,
  "opentelemetry0.7": otlp07Record,
  "opentelemetry1.0": otlp10Record,
};

/** The records of each delivery, in the order of the datapoints. */
export function deliveriesOf(
  stream: MetricStream,
  datapoints: readonly StreamDatapoint[],
): readonly (readonly Uint8Array[])[] {
  const { datapointsPerRecord, recordsPerDelivery } = deliveryLimits;
  const records = chunks(datapoints, datapointsPerRecord).map((some) => formats[stream.format](stream, some));
  return chunks(records, recordsPerDelivery);
}

function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

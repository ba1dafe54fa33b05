// The messages of OTLP that senders of metrics use, as tables for the protocol buffer reader.
import { keyValues, message, resource, scope } from "./messages.ts";
import type { Message } from "./protobuf-reader.ts";

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto */
const numberDataPoint: Message = message({
  2: { name: "startTimeUnixNano", type: "fixed64" },
  3: { name: "timeUnixNano", type: "fixed64" },
  4: { name: "asDouble", type: "double" },
  6: { name: "asInt", type: "sfixed64" },
  ...keyValues(7, "attributes"),
  8: { name: "flags", type: "uint32" },
});

const histogramDataPoint: Message = message({
  2: { name: "startTimeUnixNano", type: "fixed64" },
  3: { name: "timeUnixNano", type: "fixed64" },
  4: { name: "count", type: "fixed64" },
  5: { name: "sum", type: "double" },
  6: { name: "bucketCounts", type: "fixed64", repeated: true },
  7: { name: "explicitBounds", type: "double", repeated: true },
  ...keyValues(9, "attributes"),
  10: { name: "flags", type: "uint32" },
});

/** Of points that are counted, and not taken. */
const uncountedPoints: Message = message({
  1: { name: "dataPoints", type: message({}), repeated: true },
});

const metric: Message = message({
  1: { name: "name", type: "string" },
  2: { name: "description", type: "string" },
  3: { name: "unit", type: "string" },
  5: { name: "gauge", type: message({ 1: { name: "dataPoints", type: numberDataPoint, repeated: true } }) },
  7: {
    name: "sum",
    type: message({
      1: { name: "dataPoints", type: numberDataPoint, repeated: true },
      2: { name: "aggregationTemporality", type: "uint32" },
      3: { name: "isMonotonic", type: "bool" },
    }),
  },
  9: {
    name: "histogram",
    type: message({
      1: { name: "dataPoints", type: histogramDataPoint, repeated: true },
      2: { name: "aggregationTemporality", type: "uint32" },
    }),
  },
  10: { name: "exponentialHistogram", type: uncountedPoints },
  11: { name: "summary", type: uncountedPoints },
});

const scopeMetrics: Message = message({
  1: { name: "scope", type: scope },
  2: { name: "metrics", type: metric, repeated: true },
  3: { name: "schemaUrl", type: "string" },
});

const resourceMetrics: Message = message({
  1: { name: "resource", type: resource },
  2: { name: "scopeMetrics", type: scopeMetrics, repeated: true },
  3: { name: "schemaUrl", type: "string" },
});

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/collector/metrics/v1/metrics_service.proto */
export const exportMetricsServiceRequest: Message = message({
  1: { name: "resourceMetrics", type: resourceMetrics, repeated: true },
});

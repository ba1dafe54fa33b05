// The messages of OTLP that senders of log records use, as tables for the protocol buffer reader.
import type { Field, Message } from "./protobuf-reader.ts";

export const message = (fields: Readonly<Record<number, Field>>): Message =>
  new Map(Object.entries(fields).map(([number, field]) => [Number(number), field]));

export const keyValues = (number: number, name: string): Readonly<Record<number, Field>> => ({
  [number]: { name, type: () => keyValue, repeated: true },
});

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto */
const anyValue: Message = message({
  1: { name: "stringValue", type: "string" },
  2: { name: "boolValue", type: "bool" },
  3: { name: "intValue", type: "int64" },
  4: { name: "doubleValue", type: "double" },
  5: {
    name: "arrayValue",
    type: () => message({ 1: { name: "values", type: () => anyValue, repeated: true } }),
  },
  6: { name: "kvlistValue", type: () => message(keyValues(1, "values")) },
  7: { name: "bytesValue", type: "bytes" },
});

const keyValue: Message = message({
  1: { name: "key", type: "string" },
  2: { name: "value", type: anyValue },
});

export const resource: Message = message({
  ...keyValues(1, "attributes"),
  2: { name: "droppedAttributesCount", type: "uint32" },
});

export const scope: Message = message({
  1: { name: "name", type: "string" },
  2: { name: "version", type: "string" },
  ...keyValues(3, "attributes"),
  4: { name: "droppedAttributesCount", type: "uint32" },
});

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto */
const logRecord: Message = message({
  1: { name: "timeUnixNano", type: "fixed64" },
  2: { name: "severityNumber", type: "uint32" },
  3: { name: "severityText", type: "string" },
  5: { name: "body", type: anyValue },
  ...keyValues(6, "attributes"),
  7: { name: "droppedAttributesCount", type: "uint32" },
  8: { name: "flags", type: "fixed32" },
  9: { name: "traceId", type: "identifier" },
  10: { name: "spanId", type: "identifier" },
  11: { name: "observedTimeUnixNano", type: "fixed64" },
  12: { name: "eventName", type: "string" },
});

const scopeLogs: Message = message({
  1: { name: "scope", type: scope },
  2: { name: "logRecords", type: logRecord, repeated: true },
  3: { name: "schemaUrl", type: "string" },
});

const resourceLogs: Message = message({
  1: { name: "resource", type: resource },
  2: { name: "scopeLogs", type: scopeLogs, repeated: true },
  3: { name: "schemaUrl", type: "string" },
});

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/collector/logs/v1/logs_service.proto */
export const exportLogsServiceRequest: Message = message({
  1: { name: "resourceLogs", type: resourceLogs, repeated: true },
});

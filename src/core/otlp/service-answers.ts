// What a receiver of OTLP answers, as protocol buffers and as JSON.

/** Records or datapoints that the receiver refused for good; senders must not send them again. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/**
 * An ExportLogsServiceResponse or ExportMetricsServiceResponse; an empty one when everything was taken.
 * https://opentelemetry.io/docs/specs/otlp/#partial-success-1
 */
export function exportAnswer(
  counted: "rejectedLogRecords" | "rejectedDataPoints",
  partial: PartialSuccess | undefined,
): OtlpAnswer {
  if (partial === undefined) return { json: "{}", protobuf: [] };
  const { rejected, message } = partial;
  return {
    json: JSON.stringify({ partialSuccess: { [counted]: String(rejected), errorMessage: message } }),
    protobuf: field(1, [...number(1, rejected), ...field(2, utf8(message))]),
  };
}

/**
 * The `google.rpc.Status` of a request that failed; its code is left out.
 * https://opentelemetry.io/docs/specs/otlp/#failures-1
 */
export function failureAnswer(message: string): OtlpAnswer {
  return { json: JSON.stringify({ message }), protobuf: field(2, utf8(message)) };
}

export interface OtlpAnswer {
  readonly json: string;
  /** Bytes. */
  readonly protobuf: readonly number[];
}

const field = (index: number, bytes: readonly number[]): readonly number[] => [
  (index << 3) | 2,
  ...varint(bytes.length),
  ...bytes,
];

const number = (index: number, value: number): readonly number[] => [index << 3, ...varint(value)];

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}

function utf8(text: string): readonly number[] {
  return [...encodeURIComponent(text).matchAll(/%(..)|./g)].map(([character, hex]) =>
    hex === undefined ? character.charCodeAt(0) : Number.parseInt(hex, 16),
  );
}

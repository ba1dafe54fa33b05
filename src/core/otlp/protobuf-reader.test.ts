// The reader of protocol buffers: what it refuses; what senders write is tested with a real exporter.
import { fc, test as propertyTest } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { exportLogsServiceRequest } from "./messages.ts";
import { exportMetricsServiceRequest } from "./metric-messages.ts";
import { metricSamples } from "./metric-samples.ts";
import { ProtobufError, readProtobuf, type Message } from "./protobuf-reader.ts";

const scalars: Message = new Map([
  [1, { name: "text", type: "string" }],
  [2, { name: "count", type: "int64" }],
  [3, { name: "raw", type: "bytes" }],
  [4, { name: "many", type: "uint32", repeated: true }],
]);

const read = (...bytes: readonly number[]) => readProtobuf(Uint8Array.from(bytes), scalars);

propertyTest.prop([fc.string({ unit: "binary" })])("text is what TextEncoder made of it", (text) => {
  const bytes = new TextEncoder().encode(text);
  fc.pre(bytes.length < 128);
  expect(read(0x0a, bytes.length, ...bytes)).toEqual({ text: new TextDecoder().decode(bytes) });
});

propertyTest.prop([fc.uint8Array({ maxLength: 120 })])(
  "bytes are base64, malformed text is repaired",
  (bytes) => {
    expect(read(0x1a, bytes.length, ...bytes)).toEqual({ raw: Buffer.from(bytes).toString("base64") });
    expect(typeof read(0x0a, bytes.length, ...bytes)["text"]).toBe("string");
  },
);

test("negative numbers, repeated fields, the last of several, fields that nobody knows", () => {
  const minusOne = [...Array.from({ length: 9 }, () => 0xff), 0x01];
  expect(read(0x10, ...minusOne, 0x20, 5, 0x20, 6, 0x7a, 1, 65, 0x10, 7)).toEqual({
    count: "7",
    many: [5, 6],
  });
  expect(read(0x10, ...minusOne)).toEqual({ count: "-1" });
});

test("repeated numbers come one by one, or in one piece, or both", () => {
  expect(read(0x20, 5, 0x22, 3, 6, 0x80, 0x01, 0x20, 7)).toEqual({ many: [5, 6, 128, 7] });
  expect(read(0x22, 0)).toEqual({ many: [] });
});

test("a histogram with its buckets", () => {
  const eight = (numbers: Float64Array | BigUint64Array) => [...new Uint8Array(numbers.buffer)];
  const counts = eight(new BigUint64Array([1n, 2n, 2n ** 53n + 1n]));
  const point = [
    ...wrap(0x32, counts),
    ...wrap(0x3a, eight(new Float64Array([0.5, 1]))),
    0x19,
    ...eight(new BigUint64Array([7_000_000n])),
  ];
  const metric = [...wrap(0x0a, [0x68]), ...wrap(0x4a, [...wrap(0x0a, point), 0x10, 2])];
  const request = Uint8Array.from(wrap(0x0a, wrap(0x12, wrap(0x12, metric))));
  const dataPoint = {
    timeUnixNano: "7000000",
    bucketCounts: ["1", "2", "9007199254740993"],
    explicitBounds: [0.5, 1],
  };
  const histogram = { aggregationTemporality: 2, dataPoints: [dataPoint] };
  expect(readProtobuf(request, exportMetricsServiceRequest)).toEqual({
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: "h", histogram }] }] }],
  });
});

test.each([
  ["the message ends too early", [0x0a, 5, 65]],
  ["a number is too long", [0x10, ...Array.from({ length: 11 }, () => 0x80)]],
  ["text is not of the type that it should be", [0x08, 1]],
  ["there is no wire type 3", [0x7b]],
  ["the message ends too early", [0x22, 2, 5]],
])("%s", (message, bytes) => {
  expect(() => read(...bytes)).toThrow(new ProtobufError(message));
});

propertyTest.prop([fc.uint8Array({ maxLength: 300 })])("whatever comes is read or refused", (bytes) => {
  try {
    readProtobuf(bytes, exportLogsServiceRequest);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtobufError);
  }
});

propertyTest.prop([fc.uint8Array({ maxLength: 300 })])("so are metrics", (bytes) => {
  try {
    const request = readProtobuf(bytes, exportMetricsServiceRequest);
    metricSamples(request, { account: "123456789012", region: "us-east-1", now: 0 });
  } catch (error) {
    expect(error instanceof ProtobufError || error instanceof TypeError).toBe(true);
  }
});

test("messages nested without end are refused", () => {
  let inner: number[] = [];
  // An array in an array in an array ...
  for (let depth = 0; depth < 60; depth++) inner = wrap(0x2a, wrap(0x0a, inner));
  const record = wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x2a, inner))));
  expect(() => readProtobuf(Uint8Array.from(record), exportLogsServiceRequest)).toThrow(/nested too deeply/);
});

function wrap(tag: number, bytes: readonly number[]): number[] {
  const { length } = bytes;
  return [tag, ...(length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7]), ...bytes];
}

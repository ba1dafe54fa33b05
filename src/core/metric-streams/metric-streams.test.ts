// What metric streams send: which metrics, in which formats, and where to.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  doubleOf,
  inner,
  integerOf,
  readDelimited,
  readMessage,
  textOf,
} from "../../../test/support/protobuf.ts";
import { jsonRecord } from "./json-format.ts";
import {
  additionalStatistics,
  isStreamed,
  type MetricStream,
  type StreamDatapoint,
} from "./metric-stream.ts";
import { otlp07Record, otlp10Record } from "./otlp-format.ts";
import { ProtobufWriter, utf8 } from "./protobuf.ts";
import { deliveriesOf, deliveryLimits } from "./records.ts";
import { defaultTarget, parseFirehoseTargets } from "./targets.ts";

const stream: MetricStream = {
  name: "all",
  account: "123456789012",
  region: "us-east-1",
  arn: "arn:aws:cloudwatch:us-east-1:123456789012:metric-stream/all",
  firehoseArn: "arn:aws:firehose:us-east-1:123456789012:deliverystream/metrics",
  roleArn: "arn:aws:iam::123456789012:role/streams",
  format: "json",
  include: [],
  exclude: [],
  statistics: [],
  isRunning: true,
  createdAt: 0,
  updatedAt: 0,
  tags: {},
};

const startAt = Date.parse("2026-11-02T12:00:00Z");
const datapoint: StreamDatapoint = {
  namespace: "AWS/EC2",
  name: "DiskWriteOps",
  dimensions: [{ name: "InstanceId", value: "i-1" }],
  unit: "Seconds",
  startAt,
  samples: { sampleCount: 3, sum: 20, minimum: 0, maximum: 18, histogram: new Map() },
  additional: [
    { statistic: "p99.9", value: 17.8764 },
    { statistic: "p99", value: 17.56 },
  ],
};

describe("filters", () => {
  const metric = { namespace: "Shop", name: "Orders" };
  test.each([
    [{}, true],
    [{ include: [{ namespace: "Shop" }] }, true],
    [{ include: [{ namespace: "Other" }] }, false],
    [{ include: [{ namespace: "Shop", names: ["Orders"] }] }, true],
    [{ include: [{ namespace: "Shop", names: ["Errors"] }, { namespace: "Other" }] }, false],
    [{ exclude: [{ namespace: "Shop" }] }, false],
    [{ exclude: [{ namespace: "Shop", names: ["Errors"] }] }, true],
    [{ exclude: [{ namespace: "Shop", names: ["Orders"] }] }, false],
  ])("%j: %s", (filters, streamed) => {
    expect(isStreamed({ ...stream, ...filters }, metric)).toBe(streamed);
  });

  test("statistics are added to the metrics that they name, once", () => {
    const configured = {
      ...stream,
      statistics: [
        { metrics: [metric], statistics: ["p90", "tm99"] },
        { metrics: [metric, { namespace: "Shop", name: "Errors" }], statistics: ["p90", "p50"] },
      ],
    };
    expect(additionalStatistics(configured, metric)).toEqual(["p90", "tm99", "p50"]);
    expect(additionalStatistics(configured, { namespace: "Shop", name: "Errors" })).toEqual(["p90", "p50"]);
    expect(additionalStatistics(configured, { namespace: "Shop", name: "Others" })).toEqual([]);
  });
});

test("JSON has an object on each line", () => {
  const text = Buffer.from(jsonRecord(stream, [datapoint, { ...datapoint, additional: [] }])).toString();
  const [first, second, end] = text.split("\n");
  expect(end).toBe("");
  expect(JSON.parse(first!)).toEqual({
    metric_stream_name: "all",
    account_id: "123456789012",
    region: "us-east-1",
    namespace: "AWS/EC2",
    metric_name: "DiskWriteOps",
    dimensions: { InstanceId: "i-1" },
    timestamp: startAt,
    value: { count: 3, sum: 20, max: 18, min: 0, "p99.9": 17.8764, p99: 17.56 },
    unit: "Seconds",
  });
  expect((JSON.parse(second!) as { value: unknown }).value).toEqual({ count: 3, sum: 20, max: 18, min: 0 });
});

describe("OpenTelemetry", () => {
  const pair = (message: Parameters<typeof textOf>[0]) => [
    textOf(message, 1),
    textOf(inner(message, 2)[0]!, 1),
  ];

  function metricOf(record: Uint8Array) {
    const [request] = readDelimited(record);
    const [resourceMetrics] = inner(request!, 1);
    const [resource] = inner(resourceMetrics!, 1);
    expect(inner(resource!, 1).map(pair)).toEqual([
      ["cloud.provider", "aws"],
      ["cloud.account.id", "123456789012"],
      ["cloud.region", "us-east-1"],
      ["aws.exporter.arn", stream.arn],
    ]);
    const [metric] = inner(inner(resourceMetrics!, 2)[0]!, 2);
    expect([textOf(metric!, 1), textOf(metric!, 3)]).toEqual(["amazonaws.com/AWS/EC2/DiskWriteOps", "s"]);
    const [point] = inner(inner(metric!, 11)[0]!, 1);
    expect(integerOf(point!, 2)).toBe(BigInt(startAt) * 1_000_000n);
    expect(integerOf(point!, 3)).toBe(BigInt(startAt + 60_000) * 1_000_000n);
    expect(integerOf(point!, 4)).toBe(3n);
    expect(doubleOf(point!, 5)).toBe(20);
    expect(inner(point!, 6).map((one) => [doubleOf(one, 1), doubleOf(one, 2)])).toEqual([
      [0, 0],
      [0.99, 17.56],
      [0.999, 17.8764],
      [1, 18],
    ]);
    return point!;
  }

  test("1.0 has attributes, the dimensions as a list in one of them", () => {
    const attributes = inner(metricOf(otlp10Record(stream, [datapoint])), 7);
    expect(attributes.slice(0, 2).map(pair)).toEqual([
      ["Namespace", "AWS/EC2"],
      ["MetricName", "DiskWriteOps"],
    ]);
    expect(textOf(attributes[2]!, 1)).toBe("Dimensions");
    const [list] = inner(inner(attributes[2]!, 2)[0]!, 6);
    expect(inner(list!, 1).map(pair)).toEqual([["InstanceId", "i-1"]]);
  });

  test("0.7 has labels, the dimensions among them", () => {
    const labels = inner(metricOf(otlp07Record(stream, [datapoint])), 1);
    expect(labels.map((label) => [textOf(label, 1), textOf(label, 2)])).toEqual([
      ["Namespace", "AWS/EC2"],
      ["MetricName", "DiskWriteOps"],
      ["InstanceId", "i-1"],
    ]);
  });
});

property.prop([
  fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 29 - 1 }), fc.string({ unit: "binary", maxLength: 400 }))),
])("what is written as Protocol Buffers is read back", (fields) => {
  const writer = new ProtobufWriter();
  for (const [field, text] of fields) writer.string(field, text);
  const message = readMessage(writer.bytes);
  for (const [field, text] of fields) {
    const texts = message.get(field)!.map((bytes) => Buffer.from(bytes as Uint8Array).toString());
    expect(texts).toContain(Buffer.from(text).toString());
  }
});

property.prop([fc.string({ unit: "binary" })])("texts are UTF-8", (text) => {
  expect(Buffer.from(utf8(text)).toString("hex")).toBe(Buffer.from(text, "utf8").toString("hex"));
});

test.each([0, 1, 200, 201, 4_000, 4_001])("none of %i datapoints is lost between records", (count) => {
  const datapoints = Array.from({ length: count }, (_, index) => ({ ...datapoint, startAt: index }));
  const deliveries = deliveriesOf(stream, datapoints);
  const lines = deliveries.flat().flatMap((record) => Buffer.from(record).toString().trim().split("\n"));
  expect(lines.map((line) => (JSON.parse(line) as { timestamp: number }).timestamp)).toEqual(
    datapoints.map(({ startAt: at }) => at),
  );
  for (const records of deliveries) {
    expect(records.length).toBeLessThanOrEqual(deliveryLimits.recordsPerDelivery);
  }
});

describe("targets", () => {
  const { firehoseArn } = stream;
  const parse = (target: unknown) => parseFirehoseTargets(JSON.stringify({ [firehoseArn]: target }));
  test.each([
    [{ url: "https://host/path" }, { kind: "http", url: "https://host/path", isCompressed: false }],
    [
      { url: "http://host", accessKey: "k", commonAttributes: { a: "b" }, compression: "gzip" },
      { kind: "http", url: "http://host", accessKey: "k", commonAttributes: { a: "b" }, isCompressed: true },
    ],
    [
      { bucket: "metrics", prefix: "a/" },
      { kind: "bucket", bucket: "metrics", prefix: "a/" },
    ],
  ])("%j", (given, target) => {
    expect(parse(given)).toEqual(new Map([[firehoseArn, target]]));
  });

  test.each([
    {},
    { url: "ftp://host" },
    { bucket: "B" },
    { url: "https://h", bucket: "b12" },
    { url: "https://h", key: 1 },
    5,
  ])("%j is refused", (given) => {
    expect(parse(given)).toEqual({ problem: expect.stringContaining(firehoseArn) as string });
  });

  test("a file that is no object of ARNs is refused", () => {
    for (const json of ["{", "[]", '{"metrics":{"url":"https://h"}}']) {
      expect(parseFirehoseTargets(json)).toHaveProperty("problem");
    }
  });

  test("what is not in the file goes into a bucket", () => {
    expect(defaultTarget(firehoseArn)).toEqual({
      kind: "bucket",
      bucket: "firehose",
      prefix: "123456789012/us-east-1/metrics/",
    });
  });
});

// Input that is broken, hostile or too large is refused in AWS's words, and the server goes on answering.
import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";

const mebibyte = 1024 * 1024;

let server: TestServer;
let logs: CloudWatchLogs;
let stored = 0;

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs(server.clientConfig());
  await logs.createLogGroup({ logGroupName: "group" });
  await logs.createLogStream({ logGroupName: "group", logStreamName: "stream" });
});

afterAll(async () => {
  await server?.stop();
});

afterEach(async () => {
  const timestamp = server.clock.now();
  const logEvents = [{ timestamp, message: `event ${stored}` }];
  await logs.putLogEvents({ logGroupName: "group", logStreamName: "stream", logEvents });
  stored += 1;
  const { events } = await logs.filterLogEvents({ logGroupName: "group" });
  expect(events).toHaveLength(stored);
  expect(server.dependencies.telemetry.statistics().engineRestarts).toBe(0);
});

type Headers = Readonly<Record<string, string>>;

const putLogEvents: Headers = {
  "x-amz-target": "Logs_20140328.PutLogEvents",
  "content-type": "application/x-amz-json-1.1",
};
const putMetricData: Headers = {
  "x-amz-target": "GraniteServiceVersion20100801.PutMetricData",
  "content-type": "application/x-amz-json-1.0",
};

async function post(body: NonNullable<RequestInit["body"]>, headers: Headers, path = "/") {
  const answer = await fetch(`${server.endpoint}${path}`, { method: "POST", headers, body });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text };
}

interface Refused {
  readonly what: string;
  readonly body: () => NonNullable<RequestInit["body"]>;
  readonly headers: Headers;
  readonly status: number;
  readonly says: RegExp;
}

const refused: readonly Refused[] = [
  {
    what: "a gzip bomb",
    body: () => gzipSync(Buffer.alloc(100 * mebibyte)),
    headers: { ...putLogEvents, "content-encoding": "gzip" },
    status: 413,
    says: /"__type":"RequestEntityTooLargeException".*exceeds 16777216 bytes/,
  },
  {
    what: "gzip that ends before its end",
    body: () => gzipSync(Buffer.alloc(1000, "a")).subarray(0, 15),
    headers: { ...putLogEvents, "content-encoding": "gzip" },
    status: 400,
    says: /SerializationException.*not valid gzip/,
  },
  {
    what: "an encoding that is not known",
    body: () => "{}",
    headers: { ...putLogEvents, "content-encoding": "br" },
    status: 415,
    says: /UnsupportedMediaTypeException.*br is not supported/,
  },
  {
    what: "10 MiB of arrays in arrays",
    body: () => `{"logEvents":${"[".repeat(5 * mebibyte - 50)}${"]".repeat(5 * mebibyte - 50)}}`,
    headers: putLogEvents,
    status: 400,
    says: /SerializationException/,
  },
  {
    what: "10 MiB of objects in objects, where any member is skipped",
    body: () => `${'{"a":'.repeat(mebibyte)}1${"}".repeat(mebibyte)}`,
    headers: putLogEvents,
    status: 400,
    says: /SerializationException/,
  },
  {
    what: "a byte more than a body may have",
    body: () => Buffer.alloc(10 * mebibyte + 1, " "),
    headers: putLogEvents,
    status: 413,
    says: /RequestEntityTooLargeException.*exceeds 10485760 bytes/,
  },
  {
    what: "bytes that are not UTF-8",
    body: () =>
      Buffer.concat([
        Buffer.from('{"logGroupName":"group","logStreamName":"'),
        Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
        Buffer.from('","logEvents":[]}'),
      ]),
    headers: putLogEvents,
    status: 400,
    says: /SerializationException/,
  },
  {
    what: "JSON that is cut off",
    body: () => '{"logGroupName":"group","logEve',
    headers: putLogEvents,
    status: 400,
    says: /SerializationException/,
  },
  {
    what: "an operation that nobody knows",
    body: () => "{}",
    headers: { ...putLogEvents, "x-amz-target": "Logs_20140328.MakeTea" },
    status: 400,
    says: /UnknownOperationException/,
  },
  {
    what: "a service that nobody knows",
    body: () => "{}",
    headers: { ...putLogEvents, "x-amz-target": "Teapot_20140328.PutLogEvents" },
    status: 400,
    says: /UnknownOperationException/,
  },
  {
    what: "a number where a list belongs",
    body: () => '{"logGroupName":"group","logStreamName":"stream","logEvents":1}',
    headers: putLogEvents,
    status: 400,
    says: /SerializationException/,
  },
  {
    what: "an instant beyond every calendar",
    body: () =>
      '{"logGroupName":"group","logStreamName":"stream","logEvents":[{"timestamp":1e300,"message":"m"}]}',
    headers: putLogEvents,
    status: 400,
    says: /Exception/,
  },
  {
    what: "metrics of more than a megabyte in JSON",
    body: () => `{"Namespace":"${"n".repeat(mebibyte)}"}`,
    headers: putMetricData,
    status: 413,
    says: /RequestEntityTooLargeException.*Request size 1048592 exceeded 1048576 bytes/,
  },
  {
    what: "metrics of more than a megabyte in a form",
    body: () => `Action=PutMetricData&Version=2010-08-01&Namespace=${"n".repeat(mebibyte)}`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 413,
    says: /<Code>RequestEntityTooLarge<\/Code><Message>Request size \d+ exceeded 1048576 bytes</,
  },
  {
    what: "200,000 dimensions in JSON",
    body: () => {
      const Dimensions = Array.from({ length: 200_000 }, () => ({ Name: "a", Value: "b" }));
      return gzipSync(
        JSON.stringify({ Namespace: "N", MetricData: [{ MetricName: "m", Value: 1, Dimensions }] }),
      );
    },
    headers: { ...putMetricData, "content-encoding": "gzip" },
    status: 400,
    says: /dimensions' failed to satisfy constraint: Member must have length less than or equal to 30/,
  },
  {
    what: "100,000 dimensions in a form",
    body: () => {
      const dimensions = Array.from({ length: 100_000 }, (_, index) => {
        const member = `MetricData.member.1.Dimensions.member.${index + 1}`;
        return `&${member}.Name=a&${member}.Value=b`;
      });
      const rest = "Namespace=N&MetricData.member.1.MetricName=m&MetricData.member.1.Value=1";
      return gzipSync(`Action=PutMetricData&Version=2010-08-01&${rest}${dimensions.join("")}`);
    },
    headers: { "content-type": "application/x-www-form-urlencoded", "content-encoding": "gzip" },
    status: 400,
    says: /<Code>/,
  },
];

describe("a request is refused", () => {
  test.each(refused)("$what", async ({ body, headers, status, says }) => {
    const answer = await post(body(), headers);
    expect(answer.text).toMatch(says);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("a million dimensions in CBOR, which is small enough when it is compressed", async () => {
    const answer = await post(
      gzipSync(millionDimensions()),
      {
        "smithy-protocol": "rpc-v2-cbor",
        "content-type": "application/cbor",
        "content-encoding": "gzip",
      },
      "/service/GraniteServiceVersion20100801/operation/PutMetricData",
    );
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("SerializationException");
    expect(answer.text).toContain("it has more than 1000000 values");
  });

  test("headers that are larger than all of AWS's", async () => {
    const answer = await post("{}", { ...putLogEvents, "x-large": "a".repeat(64 * 1024) });
    expect(answer.status).toBe(431);
  });
});

/** {"Namespace": "N", "MetricData": [{"MetricName": "m", "Value": 1, "Dimensions": [...]}]} */
function millionDimensions(): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
  const count = Buffer.from([0x9a, 0, 0x0f, 0x42, 0x40]);
  const dimension = Buffer.concat([Buffer.from([0xa2]), text("Name"), text(""), text("Value"), text("")]);
  return Buffer.concat([
    Buffer.from([0xa2]),
    text("Namespace"),
    text("N"),
    text("MetricData"),
    Buffer.from([0x81, 0xa3]),
    text("MetricName"),
    text("m"),
    text("Value"),
    Buffer.from([0x01]),
    text("Dimensions"),
    count,
    ...Array.from({ length: 1_000_000 }, () => dimension),
  ]);
}

describe("a connection", () => {
  const open = async () => {
    const socket = connect(Number(new URL(server.endpoint).port), "127.0.0.1");
    await once(socket, "connect");
    return socket;
  };
  const head = (length: number) =>
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-amz-json-1.1\r\n" +
    `x-amz-target: Logs_20140328.CreateLogGroup\r\ncontent-length: ${length}\r\n\r\n`;

  test("that ends in the middle of a body changes nothing", async () => {
    const body = '{"logGroupName":"cut-off"}';
    const socket = await open();
    socket.end(head(body.length + 1) + body);
    socket.resume();
    await once(socket, "close");
    const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: "cut-off" });
    expect(logGroups).toEqual([]);
  });

  test("on which no HTTP is spoken is told so", async () => {
    const socket = await open();
    socket.write("\x16\x03\x01 this is TLS, or anything\r\n\r\n");
    const [data] = (await once(socket, "data")) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1.1 400 /);
    socket.destroy();
  });

  test("with two lengths is refused", async () => {
    const socket = await open();
    socket.write(head(2).replace("\r\n\r\n", "\r\ntransfer-encoding: chunked\r\n\r\n{}"));
    const [data] = (await once(socket, "data")) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1.1 400 /);
    socket.destroy();
  });
});

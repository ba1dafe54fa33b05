// The cost of a request's bytes, without a server: `npm run prebench && node dist/bench/bench/wire.bench.js`.
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { cbor, tag } from "@smithy/core/cbor";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { bench, do_not_optimize, group, run } from "mitata";
import { limits } from "../src/services/cloudwatch/limits.ts";
import type { WireRequest } from "../src/wire/request.ts";
import { defineService } from "../src/wire/service.ts";
import type { ProtocolName } from "../src/wire/shapes.ts";
import { readSignature } from "../src/wire/sigv4-request.ts";
import { createSignatureVerifier } from "../src/wire/sigv4.ts";

const { model, protocols } = defineService({
  name: "cloudwatch",
  sdk: cloudwatch,
  limits,
  handlers: {},
  contextOf: (call) => call,
});

const now = Date.UTC(2026, 10, 21, 7, 0, 0);
const dimensions = { Service: "checkout", Operation: "PlaceOrder", Stage: "production" };

/** Twenty metrics of three dimensions each, in the three ways that CloudWatch's clients have. */
const metrics = Array.from({ length: 20 }, (_, index) => ({
  MetricName: `Latency${index}`,
  Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  Value: 12.5 + index,
  Unit: "Milliseconds",
  StorageResolution: 60,
}));

const bodies: Readonly<Partial<Record<ProtocolName, Uint8Array>>> = {
  "awsJson1.0": Buffer.from(
    JSON.stringify({
      Namespace: "Shop/Orders",
      MetricData: metrics.map((metric) => ({ ...metric, Timestamp: now / 1000 })),
    }),
  ),
  rpcv2Cbor: cbor.serialize({
    Namespace: "Shop/Orders",
    MetricData: metrics.map((metric) => ({ ...metric, Timestamp: tag({ tag: 1, value: now / 1000 }) })),
  }),
  awsQuery: Buffer.from(form().join("&")),
};

function form(): string[] {
  const fields = ["Action=PutMetricData", "Version=2010-08-01", "Namespace=Shop%2FOrders"];
  for (const [index, metric] of metrics.entries()) {
    const prefix = `MetricData.member.${index + 1}.`;
    for (const [position, { Name, Value }] of metric.Dimensions.entries()) {
      const dimension = `${prefix}Dimensions.member.${position + 1}.`;
      fields.push(`${dimension}Name=${Name}`, `${dimension}Value=${Value}`);
    }
    for (const name of ["MetricName", "Value", "Unit", "StorageResolution"] as const) {
      fields.push(`${prefix}${name}=${metric[name]}`);
    }
    fields.push(`${prefix}Timestamp=${encodeURIComponent(new Date(now).toISOString())}`);
  }
  return fields;
}

const answer = {
  MetricDataResults: Array.from({ length: 5 }, (_, index) => ({
    Id: `m${index}`,
    Label: "Latency",
    StatusCode: "Complete",
    Timestamps: Array.from({ length: 200 }, (__, minute) => new Date(now - minute * 60_000)),
    Values: Array.from({ length: 200 }, (__, minute) => minute * 1.25),
  })),
};

function requestOf(body: Uint8Array, headers: Record<string, string> = {}): WireRequest {
  return { method: "POST", url: "/", headers, body, sourceAddress: "127.0.0.1" };
}

for (const [name, body] of Object.entries(bodies)) {
  const protocol = protocols.get(name as ProtocolName);
  const [put, get] = [model.operations.get("PutMetricData"), model.operations.get("GetMetricData")];
  if (protocol === undefined || put === undefined || get === undefined) throw new Error(name);
  const request = requestOf(body, { "content-type": "application/cbor" });
  group(`${name}, ${body.length} bytes`, () => {
    bench("decode and check PutMetricData, 20 metrics", () =>
      do_not_optimize(protocol.decode(put, request, body)));
    bench("encode GetMetricData, 1,000 points", () =>
      do_not_optimize(protocol.encode(get, answer, "request")));
  });
}

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const signer = new SignatureV4({
  credentials,
  region: "eu-west-1",
  service: "monitoring",
  sha256: Hash.bind(null, "sha256"),
  applyChecksum: true,
});

for (const bytes of [3_600, 1_048_576]) {
  const body = Buffer.alloc(bytes, "x");
  const signed = await signer.sign(
    {
      method: "POST",
      protocol: "http:",
      hostname: "127.0.0.1",
      path: "/",
      headers: {
        host: "127.0.0.1:4611",
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "GraniteServiceVersion20100801.PutMetricData",
        "amz-sdk-invocation-id": "11111111-2222-4333-8444-555555555555",
        "amz-sdk-request": "attempt=1; max=3",
        "x-amz-user-agent": "aws-sdk-js/3.1162.0 ua/2.1 os/linux lang/js md/nodejs#20.20.2",
        "content-length": String(bytes),
      },
      body,
    },
    { signingDate: new Date(now) },
  );
  const request = requestOf(body, signed.headers);
  const verifier = createSignatureVerifier();
  const expected = { credentials, signingName: "monitoring", now };
  group(`signature of ${bytes} bytes`, () => {
    bench("read and verify", () => verifier.verify(request, readSignature(request), expected));
    bench("the same, key derived anew", () =>
      createSignatureVerifier().verify(request, readSignature(request), expected));
  });
}

await run();

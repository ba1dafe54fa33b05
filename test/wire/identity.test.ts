// Signatures of the official clients against the verifier, and what the clients make of its refusals.
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as xray from "@aws-sdk/client-xray";
import { beforeEach, describe, expect, test } from "vitest";
import { WireError } from "../../src/wire/errors.ts";
import type { WireRequest } from "../../src/wire/request.ts";
import { createApp } from "../../src/wire/serve.ts";
import { defineService } from "../../src/wire/service.ts";
import type { ProtocolName } from "../../src/wire/shapes.ts";
import { readSignature } from "../../src/wire/sigv4-request.ts";
import { createSignatureVerifier } from "../../src/wire/sigv4.ts";
import { clientConfig } from "./loopback.ts";

const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const principal = { account: "1", accessKeyId: key.accessKeyId, arn: "", userName: undefined };
const verifier = createSignatureVerifier();
const requests: WireRequest[] = [];
let now = 0;
let attempts = 0;

beforeEach(() => {
  [now, attempts] = [Date.now(), 0];
});

const contextOf = (call: unknown) => call;
const services = [
  defineService({
    name: "cloudwatch",
    sdk: cloudwatch,
    limits: new Map(),
    contextOf,
    handlers: { ListMetrics: () => ({ Metrics: [] }) },
  }),
  defineService({
    name: "xray",
    sdk: xray,
    limits: new Map(),
    contextOf,
    handlers: { ListTagsForResource: () => ({ Tags: [] }) },
  }),
];

const app = createApp({
  services,
  authenticate(request, { model }) {
    attempts++;
    requests.push(request);
    const signature = readSignature(request);
    const credentials = signature.scope.accessKeyId === key.accessKeyId ? key : undefined;
    verifier.verify(request, signature, { credentials, signingName: model.signingName, now });
    return { principal, region: signature.scope.region };
  },
  now: () => now,
  stopwatch: () => 0,
  newRequestId: () => "request",
  record: () => undefined,
  translateError: () => undefined,
  onUnexpectedError: (error) => {
    throw error;
  },
});

const protocols: readonly ProtocolName[] = ["awsJson1.0", "awsQuery", "rpcv2Cbor"];

function listMetrics(protocol: ProtocolName, config: object = {}): Promise<unknown> {
  const client = new cloudwatch.CloudWatchClient({
    ...clientConfig(app, protocol),
    credentials: key,
    ...config,
  });
  return client.send(new cloudwatch.ListMetricsCommand({ Namespace: "a b/ü" }));
}

/** An ARN in a path is encoded once by the client and a second time for the signature. */
function listTags(config: object = {}): Promise<unknown> {
  const client = new xray.XRayClient({ ...clientConfig(app, "restJson1"), credentials: key, ...config });
  const ResourceARN = "arn:aws:xray:eu-west-1:1:group/a b(ü)*'!";
  return client.send(new xray.ListTagsForResourceCommand({ ResourceARN }));
}

async function refusal(call: Promise<unknown>): Promise<object> {
  const error = await call.then(
    () => new Error("accepted"),
    (thrown: Error) => thrown,
  );
  return {
    name: error.name,
    status: (error as cloudwatch.CloudWatchServiceException).$metadata?.httpStatusCode,
  };
}

const wrongSecret = { credentials: { ...key, secretAccessKey: "another" } };
const unknownKey = { credentials: { ...key, accessKeyId: "AKIDUNKNOWN" } };

describe.each(protocols)("%s", (protocol) => {
  /** CloudWatch tells awsQuery's codes to clients that ask, as all three do, but not its statuses. */
  const status = protocol === "awsQuery" ? 403 : 400;

  test("a right signature is accepted", async () => {
    await expect(listMetrics(protocol)).resolves.toMatchObject({ Metrics: [] });
  });

  test("a wrong secret and an unknown key are refused", async () => {
    expect(await refusal(listMetrics(protocol, wrongSecret))).toEqual({
      name: "SignatureDoesNotMatch",
      status,
    });
    expect(await refusal(listMetrics(protocol, unknownKey))).toEqual({
      name: "InvalidClientTokenId",
      status,
    });
  });

  test("a client whose clock is an hour behind mends it with the answer's date", async () => {
    now += 3_600_000;
    await expect(listMetrics(protocol, { maxAttempts: 2 })).resolves.toMatchObject({ Metrics: [] });
    expect(attempts).toBe(2);
  });
});

test("restJson1: accepted, and refused with 403", async () => {
  await expect(listTags()).resolves.toMatchObject({ Tags: [] });
  expect(await refusal(listTags(wrongSecret))).toEqual({ name: "InvalidSignatureException", status: 403 });
  expect(await refusal(listTags(unknownKey))).toEqual({ name: "UnrecognizedClientException", status: 403 });
});

test("a signature for one service is not good for another", async () => {
  await listTags();
  const captured = requests.at(-1);
  expect(() =>
    verifier.verify(captured as WireRequest, readSignature(captured as WireRequest), {
      credentials: key,
      signingName: "monitoring",
      now,
    }),
  ).toThrow(WireError);
});

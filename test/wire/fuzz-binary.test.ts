// Hostile CBOR, forms and signatures: every request is served or refused, none is an error of ours.
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { fc } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { limits } from "../../src/services/cloudwatch/limits.ts";
import { WireError } from "../../src/wire/errors.ts";
import { createProtocols } from "../../src/wire/protocols.ts";
import type { Limits } from "../../src/wire/limits.ts";
import { loadModel } from "../../src/wire/model.ts";
import type { WireRequest } from "../../src/wire/request.ts";
import { factsOf } from "../../src/wire/service-facts.ts";
import type { ProtocolName } from "../../src/wire/shapes.ts";
import { peekScope, readSignature } from "../../src/wire/sigv4-request.ts";
import { createSignatureVerifier } from "../../src/wire/sigv4.ts";
import { clientConfig, numberKindsOnly, testApp } from "./loopback.ts";
import { randomSource } from "./random-values.ts";

/** Decodes, or throws, what a request for an operation holds. */
type Decode = (protocol: ProtocolName, operation: string, request: WireRequest) => void;

function decoderWith(constraints: Limits): Decode {
  const model = loadModel(cloudwatch, factsOf("cloudwatch"), constraints);
  const protocols = createProtocols(model);
  return (name, operationName, request) => {
    const [protocol, operation] = [protocols.get(name), model.operations.get(operationName)];
    if (protocol === undefined || operation === undefined) throw new Error(`${name} ${operationName}`);
    protocol.decode(operation, request, request.body);
  };
}

const strict = decoderWith(limits);
/** Random values break constraints, so that what nobody touched is read without any. */
const lenient = decoderWith(numberKindsOnly(limits));
const { operations } = loadModel(cloudwatch, factsOf("cloudwatch"), new Map());
const seed = fc.sample(fc.nat(), 1)[0] ?? 0;

/** What the official client sends for a random input of the operation. */
async function captured(name: string, protocol: ProtocolName): Promise<WireRequest> {
  let seen: WireRequest | undefined;
  const app = testApp([]);
  const capturing = { ...app, handle: (request: WireRequest) => ((seen = request), app.handle(request)) };
  const client = new cloudwatch.CloudWatchClient(clientConfig(capturing, protocol));
  const command = Reflect.get(cloudwatch, `${name}Command`) as new (input: object) => never;
  const shape = operations.get(name)?.input;
  const input = shape === undefined ? {} : randomSource(seed, protocol).input(shape, 0.9);
  await client.send(new command(input)).catch(() => undefined);
  if (seen === undefined) throw new Error(`${name} was not sent`);
  return seen;
}

interface Mutation {
  /** Where, as a share of the whole. */
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}

/** Cut, insert, replace: a few times. */
const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    remove: fc.nat({ max: 12 }),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.constantFrom(
        Buffer.from([0xff]),
        Buffer.from([0xbf, 0x9f, 0x7f, 0x5f]),
        Buffer.from([0x9b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff]),
        Buffer.from("c1f97e00", "hex"),
        Buffer.from("%"),
        Buffer.from("&="),
        Buffer.from(".member.-1.__proto__.member.99999999999="),
        Buffer.from(".member.1".repeat(200)),
        Buffer.from("&".repeat(500)),
      ),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

function mutated(body: Uint8Array, steps: readonly Mutation[]): Buffer {
  let bytes = Buffer.from(body);
  for (const { at, remove, insert } of steps) {
    const start = Math.floor(at * (bytes.length + 1));
    bytes = Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
  }
  return bytes;
}

type Outcome = "accepted" | "refused";

/** Every other error than those that have a meaning on the wire is thrown, and fails the test. */
function outcomeOf(attempt: () => void): Outcome {
  try {
    attempt();
    return "accepted";
  } catch (error) {
    if (error instanceof WireError) return "refused";
    throw error;
  }
}

const either = expect.stringMatching(/^(accepted|refused)$/);

describe.each<ProtocolName>(["rpcv2Cbor", "awsQuery"])(`%s (seed ${seed})`, (protocol) => {
  test.each(["PutMetricData", "PutMetricAlarm", "GetMetricData", "PutAnomalyDetector"])(
    "%s",
    async (operation) => {
      const request = await captured(operation, protocol);
      expect(outcomeOf(() => lenient(protocol, operation, request))).toBe("accepted");
      fc.assert(
        fc.property(mutations, (steps) => {
          const hostile = { ...request, body: mutated(request.body, steps) };
          expect(outcomeOf(() => strict(protocol, operation, hostile))).toEqual(either);
          expect(outcomeOf(() => lenient(protocol, operation, hostile))).toEqual(either);
        }),
        { numRuns: 500, seed },
      );
      expect({}).not.toHaveProperty("member");
    },
  );

  test("any bytes at all", () => {
    const headers = { "content-type": "application/cbor" };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        const request = { method: "POST", url: "/", headers, body, sourceAddress: "" };
        expect(outcomeOf(() => strict(protocol, "PutMetricData", request))).toEqual(either);
      }),
      { numRuns: 2000, seed },
    );
  });
});

test("signatures", async () => {
  const request = await captured("PutMetricData", "awsQuery");
  const verifier = createSignatureVerifier();
  const credentials = { secretAccessKey: "secret" };
  const text = fc.string({ unit: "binary", maxLength: 20 });
  const verify = (candidate: WireRequest): Outcome =>
    outcomeOf(() => {
      peekScope(candidate);
      const expected = { credentials, signingName: "monitoring", now: Date.now() };
      verifier.verify(candidate, readSignature(candidate), expected);
    });
  expect(verify(request)).toBe("accepted");
  fc.assert(
    fc.property(mutations, text, text, (steps, header, url) => {
      const authorization = mutated(Buffer.from(request.headers["authorization"] ?? ""), steps).toString(
        "latin1",
      );
      const query = authorization
        .replace("AWS4-HMAC-SHA256 ", "X-Amz-Algorithm=AWS4-HMAC-SHA256&")
        .replaceAll(", ", "&X-Amz-");
      const candidates = [
        { ...request, headers: { ...request.headers, authorization } },
        { ...request, headers: { ...request.headers, "x-amz-date": header } },
        { ...request, url: `/${url}?${query}`, headers: { host: "h" } },
        {
          ...request,
          url: `/${url}?${query.replace("Credential", "X-Amz-Credential")}&X-Amz-Date=20261121T070000Z`,
          headers: { host: "h" },
        },
      ];
      for (const candidate of candidates) expect(verify(candidate)).toEqual(either);
    }),
    { numRuns: 200, seed },
  );
});

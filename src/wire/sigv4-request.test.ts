// What is remembered of one Authorization header never lets another one pass, and never changes its meaning.
import { test } from "@fast-check/vitest";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import * as fc from "fast-check";
import { describe, expect } from "vitest";
import type { WireRequest } from "./request.ts";
import { createSignatureVerifier } from "./sigv4.ts";
import { peekScope, readSignature } from "./sigv4-request.ts";

const now = Date.UTC(2026, 10, 21, 7, 0, 0);
const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG" };
const headers = { host: "127.0.0.1:4611", "x-amz-target": "Logs_20140328.PutLogEvents" };

function requestOf(authorization: string, others: Record<string, string> = {}): WireRequest {
  const all = { ...headers, "x-amz-date": "20261121T070000Z", ...others, authorization };
  return { method: "POST", url: "/", headers: all, body: Buffer.from("{}"), sourceAddress: "127.0.0.1" };
}

async function signed(signedAt = now, credentials = key): Promise<WireRequest> {
  const signer = new SignatureV4({
    credentials,
    region: "eu-central-1",
    service: "logs",
    sha256: Hash.bind(null, "sha256"),
  });
  const request = { method: "POST", protocol: "http:", hostname: "127.0.0.1", path: "/", query: {} };
  const { headers: given } = await signer.sign(
    { ...request, headers, body: Buffer.from("{}") },
    { signingDate: new Date(signedAt) },
  );
  return requestOf(given["authorization"] ?? "", given);
}

describe("after a request that was accepted", () => {
  const verifier = createSignatureVerifier();
  const isAccepted = (request: WireRequest, owner = key) => {
    try {
      const signature = readSignature(request);
      const credentials = signature.scope.accessKeyId === owner.accessKeyId ? owner : undefined;
      verifier.verify(request, signature, { credentials, signingName: "logs", now });
      return true;
    } catch {
      return false;
    }
  };

  test("every other header is refused: signature, key, date, region, service or signed headers", async () => {
    const request = await signed();
    expect(isAccepted(request)).toBe(true);
    const authorization = request.headers["authorization"] ?? "";
    for (let at = 0; at < authorization.length; at++) {
      const other = authorization[at] === "0" ? "1" : "0";
      const changed = authorization.slice(0, at) + other + authorization.slice(at + 1);
      const forged = { ...request, headers: { ...request.headers, authorization: changed } };
      expect([changed, isAccepted(forged)]).toEqual([changed, false]);
    }
    expect(isAccepted(request)).toBe(true);
  });

  test("its header does not prove a request with another date, secret, header or body", async () => {
    const request = await signed();
    const later = { ...request.headers, "x-amz-date": "20261121T070001Z" };
    const retargeted = { ...request.headers, "x-amz-target": "Logs_20140328.DeleteLogGroup" };
    expect(isAccepted(request)).toBe(true);
    expect(isAccepted({ ...request, headers: later })).toBe(false);
    expect(isAccepted({ ...request, headers: retargeted })).toBe(false);
    expect(isAccepted({ ...request, body: Buffer.from("[]") })).toBe(false);
    expect(isAccepted(request, { ...key, secretAccessKey: "another" })).toBe(false);
    expect(isAccepted(request)).toBe(true);
  });

  test("the signature of another request of the same client and day is its own", async () => {
    const [one, other] = [await signed(), await signed(now + 1_000)];
    const authorization = other.headers["authorization"] ?? "";
    const mixed = { ...one, headers: { ...one.headers, authorization } };
    expect([one, other, mixed, one].map((request) => isAccepted(request))).toEqual([true, true, false, true]);
  });

  test("a request that is too old is refused, however often its date was read", async () => {
    const old = await signed(now - 301_000);
    expect([old, old, await signed(), old].map((request) => isAccepted(request))).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });
});

const element = fc.stringMatching(/^[a-zA-Z0-9.@+_-]{1,8}$/);
const hash = fc.stringMatching(/^[\da-f]{64}$/);
const names = fc.array(fc.constantFrom("host", "x-amz-date", "x-amz-target", "accept"), { minLength: 1 });

test.prop([fc.tuple(element, element, element, element), names, fc.array(hash, { minLength: 1 })])(
  "the form of the SDKs means what the same parts mean in another order, each time",
  (scope, signedHeaders, values) => {
    const credential = `Credential=${scope.join("/")}/aws4_request`;
    const list = `SignedHeaders=${signedHeaders.join(";")}`;
    for (const value of values) {
      const reordered = readSignature(
        requestOf(`AWS4-HMAC-SHA256 ${list}, ${credential}, Signature=${value}`),
      );
      for (const gap of [", ", ","]) {
        const request = requestOf(`AWS4-HMAC-SHA256 ${credential}${gap}${list}${gap}Signature=${value}`);
        expect(readSignature(request)).toEqual(reordered);
        expect(peekScope(request)).toEqual(reordered.scope);
      }
    }
  },
);

test("more clients than are remembered are told apart", () => {
  const accessKeyIds = Array.from({ length: 1_100 }, (_, index) => `AKIA${index}`);
  const read = () =>
    accessKeyIds.map((id) => {
      const credential = `Credential=${id}/20261121/eu-central-1/logs/aws4_request`;
      const text = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=${"0".repeat(64)}`;
      return readSignature(requestOf(text)).scope.accessKeyId;
    });
  expect(read()).toEqual(accessKeyIds);
  expect(read()).toEqual(accessKeyIds);
});

test.each(["Signature", "SignedHeaders", "Credential"])(
  "a second %s is read as ever: the last counts",
  (name) => {
    const parts = {
      Credential: "AKIA/20261121/eu-central-1/logs/aws4_request",
      SignedHeaders: "host",
      Signature: "0".repeat(64),
    };
    const text = Object.entries(parts).map(([part, value]) => `${part}=${value}`);
    const again = { Credential: "BKIA/20261121/eu-central-1/logs/aws4_request", SignedHeaders: "accept" };
    const second = { ...again, Signature: "1".repeat(64) }[name];
    const expected = { ...parts, [name]: second };
    const request = requestOf(`AWS4-HMAC-SHA256 ${[...text, `${name}=${second}`].join(", ")}`);
    const { scope, signedHeaders, value } = readSignature(request);
    expect(`${scope.accessKeyId}/${scope.date}/${scope.region}/${scope.service}/aws4_request`).toBe(
      expected.Credential,
    );
    expect([signedHeaders.join(";"), value]).toEqual([expected.SignedHeaders, expected.Signature]);
  },
);

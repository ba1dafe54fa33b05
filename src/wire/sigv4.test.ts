// Signatures that the official signer makes are accepted; anything else about them is refused as AWS does.
import { fc } from "@fast-check/vitest";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { describe, expect, test } from "vitest";
import { WireError } from "./errors.ts";
import type { WireRequest } from "./request.ts";
import { createSignatureVerifier } from "./sigv4.ts";
import type { ExpectedSignature, SigningCredentials } from "./sigv4.ts";
import { peekScope, readSignature } from "./sigv4-request.ts";

const Sha256 = Hash.bind(null, "sha256");

const now = Date.UTC(2026, 10, 21, 7, 0, 0);
const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG" };

interface Signable {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

const putLogEvents: Signable = {
  method: "POST",
  path: "/",
  query: {},
  headers: {
    host: "127.0.0.1:4611",
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "Logs_20140328.PutLogEvents",
  },
  body: Buffer.from("{}"),
};

function signer(keys: object = {}) {
  return new SignatureV4({
    credentials: { ...credentials, ...keys },
    region: "eu-central-1",
    service: "logs",
    sha256: Sha256,
    applyChecksum: true,
  });
}

function toSdk({ method, path, query, headers, body }: Signable) {
  return { method, protocol: "http:", hostname: "127.0.0.1", port: 4611, path, query, headers, body };
}

function urlOf(path: string, query: Record<string, unknown> = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map(
      (item) => `${encodeURIComponent(name)}=${encodeURIComponent(String(item))}`,
    ),
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

function received(signable: Signable, signed: { headers: object; query?: object }): WireRequest {
  const headers = Object.fromEntries(
    Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  const url = urlOf(signable.path, signed.query as Record<string, unknown>);
  return { method: signable.method, url, headers, body: signable.body, sourceAddress: "127.0.0.1" };
}

async function sign(signable: Signable = putLogEvents, signingAt = now, keys = {}): Promise<WireRequest> {
  const signed = await signer(keys).sign(toSdk(signable), { signingDate: new Date(signingAt) });
  return received(signable, signed);
}

async function presign(signable: Signable, options: object = {}): Promise<WireRequest> {
  const signed = await signer().presign(toSdk(signable), { signingDate: new Date(now), ...options });
  return received(signable, signed);
}

function verify(request: WireRequest, expected: Partial<ExpectedSignature> = {}): void {
  createSignatureVerifier().verify(request, readSignature(request), {
    credentials,
    signingName: "logs",
    now,
    ...expected,
  });
}

function refusal(request: WireRequest, expected: Partial<ExpectedSignature> = {}): WireError {
  try {
    verify(request, expected);
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

const headerName = fc.stringMatching(/^x-[a-z][a-z-]{0,8}$/).filter((name) => !name.startsWith("x-amz"));
const segment = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
  .filter((text) => text !== "." && text !== "..");
const signables: fc.Arbitrary<Signable> = fc.record({
  method: fc.constantFrom("POST", "GET", "PUT", "DELETE"),
  path: fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.map(encodeURIComponent).join("/")}`),
  query: fc.dictionary(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }).filter((name) => name !== "__proto__"),
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 6 }),
      fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
    ),
    { maxKeys: 4 },
  ),
  headers: fc
    .dictionary(headerName, fc.stringMatching(/^[ \t!-~]{0,20}$/), { maxKeys: 4 })
    .map((headers) => ({ host: "127.0.0.1:4611", ...headers })),
  body: fc.uint8Array({ maxLength: 200 }),
});

describe("requests that the official signer signs", () => {
  test("are accepted within five minutes", async () => {
    await fc.assert(
      fc.asyncProperty(signables, fc.integer({ min: -300, max: 300 }), async (signable, ageSeconds) => {
        const request = await sign(signable, now + ageSeconds * 1000);
        expect(() => verify(request)).not.toThrow();
      }),
    );
  });

  test("are accepted when presigned", async () => {
    await fc.assert(
      fc.asyncProperty(signables, fc.integer({ min: 1, max: 604_800 }), async (signable, expiresIn) => {
        const request = await presign(signable, { expiresIn });
        expect(() => verify(request, { now: now + expiresIn * 1000 })).not.toThrow();
      }),
    );
  });

  test("are accepted with a session token", async () => {
    const request = await sign(putLogEvents, now, { sessionToken: "token" });
    expect(() => verify(request, { credentials: { ...credentials, sessionToken: "token" } })).not.toThrow();
  });

  test("are accepted with an unsigned payload, whatever the payload", async () => {
    const headers = { ...putLogEvents.headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
    const request = await sign({ ...putLogEvents, headers });
    expect(() => verify({ ...request, body: Buffer.from("another body") })).not.toThrow();
  });

  test("are accepted without x-amz-content-sha256, as boto3 sends them", async () => {
    const unhashed = new SignatureV4({
      credentials,
      region: "eu-central-1",
      service: "logs",
      sha256: Sha256,
      applyChecksum: false,
    });
    const signed = await unhashed.sign(toSdk(putLogEvents), { signingDate: new Date(now) });
    expect(signed.headers).not.toHaveProperty("x-amz-content-sha256");
    verify(received(putLogEvents, signed));
  });

  test("are accepted with a Date header in place of X-Amz-Date", async () => {
    const request = await sign();
    const { "x-amz-date": _, ...headers } = request.headers;
    const authorization = request.headers["authorization"]!.replace("x-amz-date;", "");
    const plain = { ...request, headers: { ...headers, authorization, date: new Date(now).toUTCString() } };
    expect(readSignature(plain)).toMatchObject({ signedAt: now, signedAtText: "20261121T070000Z" });
  });

  test("keep their meaning when the cache of signing keys is full", async () => {
    const verifier = createSignatureVerifier(1);
    const expected = { credentials, signingName: "logs", now };
    const requests = [await sign(), await sign(putLogEvents, now, { secretAccessKey: "other" })];
    const accepted = [...requests, ...requests].map((request) => {
      try {
        verifier.verify(request, readSignature(request), expected);
        return true;
      } catch {
        return false;
      }
    });
    expect(accepted).toEqual([true, false, true, false]);
  });
});

describe("a change after signing is refused", () => {
  const place = fc.nat();

  test("in the body", async () => {
    await fc.assert(
      fc.asyncProperty(signables, place, fc.integer({ min: 1, max: 255 }), async (signable, at, xor) => {
        const request = await sign({ ...signable, body: Buffer.concat([signable.body, Buffer.from("x")]) });
        const index = at % request.body.length;
        const body = Uint8Array.from(request.body).with(index, (request.body.at(index) ?? 0) ^ xor);
        expect(refusal({ ...request, body }).name).toBe("InvalidSignatureException");
      }),
    );
  });

  test("in a signed header", async () => {
    await fc.assert(
      fc.asyncProperty(signables, place, async (signable, at) => {
        const request = await sign(signable);
        const { signedHeaders } = readSignature(request);
        const name = signedHeaders[at % signedHeaders.length] ?? "";
        const changed = { ...request.headers, [name]: `${request.headers[name]}0` };
        const { [name]: _, ...removed } = request.headers;
        expect(refusal({ ...request, headers: changed })).toBeInstanceOf(WireError);
        expect(refusal({ ...request, headers: removed })).toBeInstanceOf(WireError);
      }),
    );
  });

  test("in the method, the path or the query", async () => {
    await fc.assert(
      fc.asyncProperty(signables, async (signable) => {
        const request = await sign(signable);
        const [path = "", query = ""] = request.url.split("?");
        for (const url of [
          `${path}x?${query}`,
          `/x${request.url}`,
          `${path}?${query}&x=`,
          `${path}?x&${query}`,
        ]) {
          expect(refusal({ ...request, url }).name).toBe("InvalidSignatureException");
        }
        expect(refusal({ ...request, method: "PATCH" }).name).toBe("InvalidSignatureException");
      }),
    );
  });

  test("in the secret", async () => {
    await fc.assert(
      fc.asyncProperty(signables, fc.string(), async (signable, secretAccessKey) => {
        const request = await sign(signable);
        const other: SigningCredentials = { secretAccessKey };
        expect(refusal(request, { credentials: other }).name).toBe("InvalidSignatureException");
      }),
    );
  });

  test("in a presigned URL's parameters", async () => {
    const request = await presign({ ...putLogEvents, method: "GET", query: { Action: "ListMetrics" } });
    for (const [from, to] of [
      ["Action=List", "Action=Get"],
      ["X-Amz-Expires=3600", "X-Amz-Expires=36000"],
      ["T070000Z", "T070100Z"],
    ] as const) {
      expect(request.url).toContain(from);
      expect(refusal({ ...request, url: request.url.replace(from, to) }).name).toBe(
        "InvalidSignatureException",
      );
    }
  });
});

describe("refusals carry AWS's codes and texts", () => {
  test("without a signature", () => {
    const request = received(putLogEvents, { headers: putLogEvents.headers });
    expect(refusal(request)).toMatchObject({
      name: "MissingAuthenticationTokenException",
      options: { status: 400, restStatus: 403, queryCode: "MissingAuthenticationToken", queryStatus: 403 },
    });
  });

  test("an unknown key, a missing, a wrong and a superfluous session token", async () => {
    const request = await sign();
    const withToken = await sign(putLogEvents, now, { sessionToken: "one" });
    const other = { ...credentials, sessionToken: "two" };
    for (const error of [
      refusal(request, { credentials: undefined }),
      refusal(request, { credentials: other }),
      refusal(withToken, { credentials: other }),
      refusal(withToken),
    ]) {
      expect(error).toMatchObject({
        name: "UnrecognizedClientException",
        message: "The security token included in the request is invalid.",
        options: { queryCode: "InvalidClientTokenId" },
      });
    }
  });

  test("temporary credentials that are over", async () => {
    const request = await sign();
    verify(request, { credentials: { ...credentials, expiresAt: now + 1 } });
    expect(refusal(request, { credentials: { ...credentials, expiresAt: now } })).toMatchObject({
      name: "ExpiredTokenException",
      options: { queryCode: "ExpiredToken" },
    });
  });

  test("a clock that is more than five minutes behind or ahead", async () => {
    expect(refusal(await sign(putLogEvents, now - 301_000))).toMatchObject({
      name: "InvalidSignatureException",
      message:
        "Signature expired: 20261121T065459Z is now earlier than 20261121T065500Z " +
        "(20261121T070000Z - 5 min.)",
      options: { queryCode: "SignatureDoesNotMatch" },
    });
    expect(refusal(await sign(putLogEvents, now + 301_000)).message).toBe(
      "Signature not yet current: 20261121T070501Z is still later than 20261121T070500Z " +
        "(20261121T070000Z + 5 min.)",
    );
  });

  test("a presigned request after its time", async () => {
    const request = await presign(putLogEvents, { expiresIn: 60 });
    verify(request, { now: now + 60_000 });
    expect(refusal(request, { now: now + 61_000 }).message).toMatch(/^Signature expired: .* - 1 min\.\)$/);
  });

  test("another service's scope, another day's scope", async () => {
    const request = await sign();
    expect(refusal(request, { signingName: "xray" }).message).toBe(
      "Credential should be scoped to correct service: 'xray'. ",
    );
    const authorization = request.headers["authorization"]!.replace("/20261121/", "/20261120/");
    expect(refusal({ ...request, headers: { ...request.headers, authorization } }).message).toContain(
      "'20261120' != '20261121', from '20261121T070000Z'.",
    );
  });

  test.each(["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"])(
    "%s",
    async (claim) => {
      const headers = { ...putLogEvents.headers, "x-amz-content-sha256": claim };
      expect(refusal(await sign({ ...putLogEvents, headers }))).toMatchObject({
        name: "NotImplementedException",
        options: { status: 501 },
      });
    },
  );

  test("a claimed hash that is not the body's", async () => {
    const headers = { ...putLogEvents.headers, "x-amz-content-sha256": "0".repeat(64) };
    expect(refusal(await sign({ ...putLogEvents, headers })).name).toBe("InvalidSignatureException");
  });

  test("an operation that is not signed", async () => {
    const { "x-amz-target": target, ...headers } = putLogEvents.headers;
    const request = await sign({ ...putLogEvents, headers });
    const added = { ...request, headers: { ...request.headers, "x-amz-target": target } };
    expect(refusal(added).message).toContain("'X-Amz-Target' must be a 'SignedHeader'");
  });

  const complete = "Credential=AK/20261121/eu-central-1/logs/aws4_request, SignedHeaders=host, Signature=00";
  test.each([
    [`AWS4-ECDSA-P256-SHA256 ${complete}`, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'"],
    ["Bearer abc", "Unsupported AWS 'algorithm': 'Bearer'"],
    ["AWS4-HMAC-SHA256", "missing equal-sign"],
    ["AWS4-HMAC-SHA256 SignedHeaders=host", "requires 'Credential' parameter"],
    [`AWS4-HMAC-SHA256 ${complete.replace("Signature=00", "Signature=")}`, "requires 'Signature' parameter"],
    [
      `AWS4-HMAC-SHA256 ${complete.replace("aws4_request", "aws5")}`,
      "valid terminator: 'aws4_request', not 'aws5'",
    ],
    [`AWS4-HMAC-SHA256 ${complete.replace("/logs", "")}`, "exactly 5 slash-delimited elements"],
    [`AWS4-HMAC-SHA256 ${complete}`, "'X-Amz-Date' or a 'Date' header"],
  ])("%s", (authorization, message) => {
    const error = refusal(received(putLogEvents, { headers: { host: "h", authorization } }));
    expect(error).toMatchObject({ name: "IncompleteSignatureException", options: { queryStatus: 400 } });
    expect(error.message).toContain(message);
  });

  test.each([
    ["604801", "must be less than a week"],
    ["-1", "must be non-negative"],
    ["soon", "should be a number"],
  ])("X-Amz-Expires=%s", async (expires, message) => {
    const request = await presign(putLogEvents);
    const url = request.url.replace("X-Amz-Expires=3600", `X-Amz-Expires=${expires}`);
    expect(refusal({ ...request, url }).message).toContain(message);
  });
});

describe("peekScope", () => {
  const scope = {
    accessKeyId: credentials.accessKeyId,
    date: "20261121",
    region: "eu-central-1",
    service: "logs",
  };

  test("reads the header and the presigned form, and nothing from an unsigned request", async () => {
    expect(peekScope(await sign())).toEqual(scope);
    expect(peekScope(await presign(putLogEvents))).toEqual(scope);
    expect(peekScope(received(putLogEvents, { headers: {} }))).toBeUndefined();
    const odd = `Credential=a%/20261121/${"r".repeat(200)}/logs/aws4_request`;
    expect(peekScope(received(putLogEvents, { headers: { authorization: odd } }))).toBeUndefined();
    expect(
      peekScope(received(putLogEvents, { headers: { authorization: "Credential=a/b/c" } })),
    ).toBeUndefined();
  });
});

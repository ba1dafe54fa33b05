// Hostile JSON and restJson requests: every one is served or refused, none is an error of ours.
import { fc } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { WireRequest } from "../../src/wire/request.ts";
import { createApp } from "../../src/wire/serve.ts";
import { defineService } from "../../src/wire/service.ts";
import type { Operation } from "../../src/wire/shapes.ts";
import { awsServices } from "./aws-services.ts";
import { randomSource } from "./random-values.ts";

const unexpected: unknown[] = [];
const seen: unknown[] = [];

const services = awsServices.map(({ name, sdk, limits }) => {
  const names = Object.keys(sdk).filter((key) => key.endsWith("Command") && key !== "$Command");
  const answer = (input: unknown) => {
    seen.push(input);
    return {};
  };
  const handlers = Object.fromEntries(names.map((key) => [key.slice(0, -"Command".length), answer]));
  return defineService({ name, sdk, limits, handlers: handlers as never, contextOf: (call) => call });
});

const principal = { account: "1", accessKeyId: "k", arn: "", userName: undefined };
const app = createApp({
  services,
  authenticate: () => ({ principal, region: "eu-west-1" }),
  now: () => 0,
  stopwatch: () => 0,
  newRequestId: () => "id",
  record: () => undefined,
  translateError: () => undefined,
  onUnexpectedError: (error) => unexpected.push(error),
});

async function statusOf(request: Partial<WireRequest>): Promise<number> {
  const whole = {
    method: "POST",
    url: "/",
    headers: {},
    body: new Uint8Array(),
    sourceAddress: "",
    ...request,
  };
  const { status, body } = await app.handle(whole);
  expect(unexpected).toEqual([]);
  // What the compiled checks count and what the message names are found in two ways, and must agree.
  expect(body).not.toContain(':"0 validation errors');
  return status;
}

const jsonOperations = services.flatMap(({ model }) =>
  model.protocols.some((protocol) => protocol.startsWith("awsJson"))
    ? [...model.operations.values()].map((operation) => ({
        target: `${model.target}.${operation.name}`,
        operation,
      }))
    : [],
);

const random = randomSource(fc.sample(fc.nat(), 1)[0] ?? 0, "awsJson1.1");
const hostileText = fc.constantFrom(
  "",
  "NaN",
  "-Infinity",
  "__proto__",
  "\ud800",
  "a".repeat(3000),
  "9".repeat(400),
  " ".repeat(500),
);
const hostileValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(1e308, -1e308, 2 ** 63, -(2 ** 63), 1.5, null, [], {}, [[]], [null], { __proto__: 1 }),
  hostileText,
);

/** Replaces one value somewhere in a tree by another. */
function mutated(tree: unknown, path: readonly number[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof tree !== "object" || tree === null) return value;
  const keys = Object.keys(tree);
  const key = keys[step % (keys.length + 1)] ?? "__proto__";
  const copy: object = Array.isArray(tree) ? [...(tree as unknown[])] : { ...tree };
  const content = mutated(Reflect.get(tree, key), rest, value);
  Object.defineProperty(copy, key, { value: content, enumerable: true, configurable: true, writable: true });
  return copy;
}

const asJson = (operation: Operation) =>
  JSON.parse(JSON.stringify(random.input(operation.input, 1))) as unknown;

describe("awsJson", () => {
  const operation = fc.constantFrom(...jsonOperations);

  test("a valid input with one value replaced", async () => {
    const property = fc.asyncProperty(
      operation,
      fc.array(fc.nat(20), { maxLength: 6 }),
      hostileValue,
      async (one, path, value) => {
        const body = Buffer.from(JSON.stringify(mutated(asJson(one.operation), path, value)));
        expect([200, 400, 415]).toContain(await statusOf({ headers: { "x-amz-target": one.target }, body }));
      },
    );
    await fc.assert(property, { numRuns: 4000 });
  });

  test("bytes", async () => {
    const property = fc.asyncProperty(
      operation,
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      async ({ target }, body) => {
        expect(await statusOf({ headers: { "x-amz-target": target }, body })).toBe(400);
      },
    );
    await fc.assert(property, { numRuns: 1000 });
  });

  test("a valid body with one byte changed", async () => {
    const property = fc.asyncProperty(operation, fc.nat(), fc.nat(255), async (one, at, byte) => {
      const body = Buffer.from(JSON.stringify(asJson(one.operation)));
      body[at % body.length] = byte;
      expect([200, 400]).toContain(await statusOf({ headers: { "x-amz-target": one.target }, body }));
    });
    await fc.assert(property, { numRuns: 2000 });
  });
});

test("restJson1: paths and bodies", async () => {
  const part = fc.oneof(
    fc.constantFrom(
      "v1",
      "registries",
      "name",
      "schemas",
      "tags",
      "%2F",
      "%",
      "%zz",
      "..",
      "",
      "a+b",
      "%00",
      "%ff",
    ),
    fc.string(),
  );
  const query = fc.constantFrom(
    "",
    "?",
    "?limit=1",
    "?limit=x",
    "?limit=&limit=2",
    "?tagKeys=a&tagKeys",
    "?%zz=1",
    "?=&&",
  );
  const method = fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH");
  const paths = fc.array(part, { maxLength: 9 });
  const property = fc.asyncProperty(
    method,
    paths,
    query,
    hostileValue,
    async (method, parts, search, value) => {
      const url = `/${parts.join("/")}${search}`;
      expect(await statusOf({ method, url, body: Buffer.from(JSON.stringify(value)) })).toBeLessThan(500);
    },
  );
  await fc.assert(property, { numRuns: 4000 });
});

test("a key named __proto__ reaches nothing", async () => {
  seen.length = 0;
  const body = Buffer.from(
    `{"__proto__":{"limit":1},"logGroupName":"g","tags":{"__proto__":"polluted","a":"b"}}`,
  );
  expect(await statusOf({ headers: { "x-amz-target": "Logs_20140328.CreateLogGroup" }, body })).toBe(200);
  const tags = seen.map((input) => (input as { tags: object }).tags);
  expect(tags.map((map) => Object.keys(map))).toEqual([["__proto__", "a"]]);
  expect(tags.map((map) => Object.getPrototypeOf(map) as unknown)).toEqual([Object.prototype]);
  expect("polluted" in {}).toBe(false);
});

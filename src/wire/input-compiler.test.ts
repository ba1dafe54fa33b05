// Compiled decoders and checks, on shapes that the six services have not.
import { describe, expect, test } from "vitest";
import { compileInput, maxDepth } from "./input-compiler.ts";
import type { Constraint, Member, Shape, StructureShape } from "./shapes.ts";

function member(name: string, shape: Shape, changes: Partial<Member> = {}): Member {
  return {
    name,
    shape,
    required: false,
    jsonName: name,
    xmlName: undefined,
    flattened: false,
    sensitive: false,
    idempotencyToken: false,
    http: undefined,
    timestampFormat: undefined,
    constraint: undefined,
    ...changes,
  };
}

const structure = (...members: readonly Member[]): StructureShape => ({
  kind: "structure",
  name: "S",
  members,
  streaming: false,
});

const text: Shape = { kind: "string" };
const fromJson = (shape: StructureShape, json: string) =>
  compileInput(shape, { json: true, jsonNames: true })(JSON.parse(json) as unknown);
const number = (kind: Constraint["number"]) =>
  structure(member("n", { kind: "number" }, kind === undefined ? {} : { constraint: { number: kind } }));

describe("numbers", () => {
  test.each([
    ["integer", "2147483647", 2147483647],
    ["integer", "-1.9", -1],
    ["long", "9223372036854775807", 2 ** 63],
    ["long", "1e3", 1000],
    ["double", "6", 6],
    ["double", '"NaN"', Number.NaN],
    ["double", '"-Infinity"', -Infinity],
    [undefined, "0.5", 0.5],
  ] as const)("%s %s", (kind, json, value) => {
    expect(fromJson(number(kind), `{"n":${json}}`).value).toEqual({ n: value });
  });

  test.each([
    ["integer", "2147483648", "NUMBER_VALUE can not be converted to an Integer"],
    ["integer", '"5"', "STRING_VALUE can not be converted to an Integer"],
    ["long", "1e19", "NUMBER_VALUE can not be converted to a Long"],
    ["double", "true", "TRUE_VALUE can not be converted to a Double"],
    ["double", "[1]", "Start of list found where not expected"],
    ["long", "{}", "Start of structure or map found where not expected"],
  ] as const)("%s %s is refused", (kind, json, message) => {
    expect(() => fromJson(number(kind), `{"n":${json}}`)).toThrow(message);
  });
});

describe("timestamps and blobs", () => {
  const shape = structure(
    member("at", { kind: "timestamp" }),
    member("iso", { kind: "timestamp", format: "date-time" }),
    member("http", { kind: "timestamp", format: "http-date" }),
    member("blob", { kind: "blob" }, { constraint: { length: [0, 3] } }),
  );

  test("in each format", () => {
    const { value } = fromJson(
      shape,
      `{"at":1.0005,"iso":"2026-11-21T07:00:00.5+01:00",` +
        `"http":"Sat, 21 Nov 2026 06:00:00 GMT","blob":"AAEC"}`,
    );
    expect(value).toEqual({
      at: new Date(1001),
      iso: new Date("2026-11-21T06:00:00.500Z"),
      http: new Date("2026-11-21T06:00:00Z"),
      blob: Buffer.from([0, 1, 2]),
    });
  });

  test.each([
    `{"at":"2026-11-21T06:00:00Z"}`,
    `{"at":1e300}`,
    `{"iso":5}`,
    `{"iso":"yesterday"}`,
    `{"iso":"2026-13-01T00:00:00Z"}`,
    `{"http":"2026"}`,
    `{"blob":"A"}`,
    `{"blob":"A-_="}`,
    `{"blob":1}`,
  ])("%s is refused", (json) => {
    expect(() => fromJson(shape, json)).toThrow(/can not be converted|Invalid base64/);
  });

  test("a blob's length is its bytes'", () => {
    expect(fromJson(shape, `{"blob":"AAECAw=="}`).broken).toBe(1);
  });
});

describe("lists, maps and unions", () => {
  const list = (sparse: boolean) =>
    structure(member("l", { kind: "list", item: member("member", text), sparse }));
  const union: StructureShape = {
    ...structure(member("a", text), member("b", text)),
    kind: "union",
    name: "U",
  };

  test("a null is an item only where the list is sparse", () => {
    expect(fromJson(list(true), `{"l":["a",null]}`)).toEqual({ value: { l: ["a", null] }, broken: 0 });
    expect(fromJson(list(false), `{"l":["a",null]}`).broken).toBe(1);
  });

  test("exactly one member of a union is set", () => {
    const shape = structure(member("u", union));
    expect(fromJson(shape, `{"u":{"b":"x","a":null}}`).value).toEqual({ u: { b: "x" } });
    expect(() => fromJson(shape, `{"u":{}}`)).toThrow("Exactly one member of U must be set");
    expect(() => fromJson(shape, `{"u":{"a":"","b":""}}`)).toThrow("Only one member of U may be set");
  });

  test("values of the right types are only checked", () => {
    const key = member("key", text, { constraint: { length: [1, 3] } });
    const map: Shape = { kind: "map", key, value: member("value", text), sparse: false };
    const shape = structure(member("m", map, { required: true, constraint: { length: [1, 2] } }));
    const check = compileInput(shape, { json: false, jsonNames: false });
    const broken = (value: unknown) => check(value).broken;
    expect([{ m: { a: "" } }, {}, { m: {} }, { m: { long: "", "": "" } }].map(broken)).toEqual([0, 1, 1, 2]);
  });
});

test("idempotency tokens are made up, for JSON and for typed values", () => {
  const shape = structure(member("token", text, { required: true, idempotencyToken: true }));
  const uuid = /^[0-9a-f-]{36}$/;
  expect(fromJson(shape, "{}")).toEqual({ value: { token: expect.stringMatching(uuid) }, broken: 0 });
  const typed = {};
  compileInput(shape, { json: false, jsonNames: false })(typed);
  expect(typed).toEqual({ token: expect.stringMatching(uuid) });
});

test("shapes that contain themselves end at a depth", () => {
  const members: Member[] = [];
  const shape = { ...structure(), members };
  members.push(member("s", shape));
  const nested = (depth: number) => `${'{"s":'.repeat(depth)}{}${"}".repeat(depth)}`;
  expect(fromJson(shape, nested(maxDepth)).broken).toBe(0);
  expect(() => fromJson(shape, nested(maxDepth + 1))).toThrow("nested too deeply");
});

test("documents are kept as they are, to a depth", () => {
  const shape = structure(member("d", { kind: "document" }));
  const nested = (depth: number) => `{"d":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  expect(fromJson(shape, `{"d":{"a":[1,null,"x"]}}`).value).toEqual({ d: { a: [1, null, "x"] } });
  expect(() => fromJson(shape, nested(64))).not.toThrow();
  expect(() => fromJson(shape, nested(66))).toThrow("nested too deeply");
});

test("names of the model are only ever literals in the generated source", () => {
  const hostile = 'x"]; throw new Error("run"); //';
  expect(fromJson(structure(member(hostile, text)), JSON.stringify({ [hostile]: "v" })).value).toEqual({
    [hostile]: "v",
  });
});

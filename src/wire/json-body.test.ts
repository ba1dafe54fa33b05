// JSON bodies: read as JSON.parse reads them, in UTF-8 only, without halves of characters, nested so deep.
import { test } from "@fast-check/vitest";
import * as fc from "fast-check";
import { describe, expect } from "vitest";
import { parseJsonObject } from "./json-body.ts";

const parsed = (text: string) => parseJsonObject(Buffer.from(text));

/** Longer than bodies whose nesting is not looked at. */
const padding = `"padding":"${"x".repeat(16 * 1024)}"`;

const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary-ascii" }),
  fc.constantFrom("\\", '"', "\\u", "é", "ÿ", "\u{1f600}", "[{", "}]", "\u0000"),
);
const anyObject = fc.dictionary(
  anyText.filter((key) => key !== "__proto__"),
  fc.oneof(anyText, fc.array(anyText), fc.dictionary(fc.constantFrom("a", "é"), anyText), fc.integer()),
);

test.prop([anyObject, fc.boolean(), fc.boolean()])(
  "an object of whole characters is read as it is, long or short, escaped or not",
  (object, isLong, isEscaped) => {
    const json = JSON.stringify(isLong ? { ...object, padding: "x".repeat(16 * 1024) } : object);
    const text = isEscaped
      ? json.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      : json;
    const read = parsed(text);
    expect(read).toEqual(JSON.parse(json));
  },
);

describe("nesting", () => {
  const nested = (depth: number, open: string, close: string, rest = "") =>
    `{${padding},"deep":${open.repeat(depth - 1)}0${close.repeat(depth - 1)}${rest}}`;

  test.each([
    ["[", "]"],
    ['{"a":', "}"],
  ])("of 512 is read, of 513 refused: %s", (open, close) => {
    expect(parsed(nested(512, open, close))).toHaveProperty("deep");
    expect(() => parsed(nested(513, open, close))).toThrow("nested too deeply");
  });

  test("is that of structures and lists together, also when nothing is closed", () => {
    const mixed = `{${padding},"deep":${'[{"a":'.repeat(256)}`;
    expect(() => parsed(mixed)).toThrow("nested too deeply");
    expect(() => parsed(`{${padding},"deep":${"[".repeat(100_000)}`)).toThrow("nested too deeply");
  });

  test("is not what strings hold, nor how much stands side by side", () => {
    const text = JSON.stringify({ text: '[{"\\'.repeat(1_000), padding: "x".repeat(16 * 1024) });
    expect(parsed(text)).toEqual(JSON.parse(text));
    const many = { list: Array.from({ length: 2_000 }, (_, index) => [{ index, text: '\\"[' }]) };
    expect(parsed(JSON.stringify(many))).toEqual(many);
    const beside = ',"beside":'.concat(JSON.stringify(many));
    expect(() => parsed(nested(513, "[", "]", beside))).toThrow("nested too deeply");
  });
});

test.each([
  [String.raw`{"a":"\ud83d"}`, "\ufffd"],
  [String.raw`{"a":"\uDE00x"}`, "\ufffdx"],
  [String.raw`{"a":"\n\uD83D\uDE00"}`, "\n\u{1f600}"],
  [String.raw`{"a":"\\ud83d"}`, String.raw`\ud83d`],
])("half a character has no form in UTF-8: %s", (text, a) => {
  expect(parsed(text)).toEqual({ a });
});

test.each([
  [Buffer.from([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d]), "The request body is not valid UTF-8."],
  [Buffer.from("{"), "The request body is not valid JSON."],
  [Buffer.from("[]"), "Start of list found where not expected"],
  [Buffer.from('"é"'), "Unexpected value type in payload"],
])("%s is refused", (body, message) => {
  expect(() => parseJsonObject(body)).toThrow(message);
});

test("an empty body is an empty object, and a view is read at its place", () => {
  expect(parseJsonObject(new Uint8Array(0))).toEqual({});
  expect(parseJsonObject(Buffer.from('xx{"é":1}x').subarray(2, -1))).toEqual({ é: 1 });
});

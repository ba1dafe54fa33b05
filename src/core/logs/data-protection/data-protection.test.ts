// Data protection: a script of what identifiers find, the documents of policies, and two laws of masking.
import { readFileSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { managedIdentifiers } from "./identifiers.ts";
import { compileFinder, findAgain, maskText } from "./mask.ts";
import { parseDataProtectionPolicy } from "./policy.ts";

const mask = (text: string, ...identifiers: string[]) =>
  maskText(text, compileFinder(new Set(identifiers), new Map())(text));

describe("the script", () => {
  const script = readFileSync(new URL("testdata/identifiers.txt", import.meta.url), "utf8");
  const lines = script.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  let name = "";
  for (const [index, line] of lines.entries()) {
    const [, word = "", rest = ""] = /^(\w+) (.*)$/.exec(line) ?? [];
    if (word === "identifier") name = rest;
    if (word !== "text") continue;
    const identifier = name;
    const next = lines[index + 1] ?? "";
    test(`${identifier}: ${rest}`, () => {
      expect(managedIdentifiers.has(identifier)).toBe(true);
      expect(mask(rest, identifier)).toBe(next === "same" ? rest : next.slice("mask ".length));
    });
  }
});

test("no identifier takes long over a text that is made to trouble it", () => {
  for (const text of [
    "1".repeat(20_000),
    "a@".repeat(10_000),
    "-----BEGIN ".repeat(2_000),
    "a1 ".repeat(7_000),
    "a:".repeat(10_000),
    "4000 ".repeat(4_000),
    "-----BEGIN PRIVATE KEY-----".repeat(800),
    `o'${"a'".repeat(10_000)}`,
  ]) {
    const find = compileFinder(new Set(managedIdentifiers.keys()), new Map());
    expect(find(`ssn card phone ${text}`).length).toBeLessThanOrEqual(1_000);
  }
});

property.prop([fc.string(), fc.string()])(
  "what is outside of a finding stays, and nothing else",
  (before, after) => {
    const found = { identifier: "x", start: before.length, end: before.length + 3 };
    fc.pre(!/^\s*[{[]/.test(before));
    expect(maskText(`${before}abc${after}`, [found])).toBe(`${before}***${after}`);
    expect(maskText(`${before}abc${after}`, [])).toBe(`${before}abc${after}`);
  },
);

property.prop([
  fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant("ann@example.com"))),
])("a JSON object that is masked is a JSON object with the same names", (object) => {
  const text = JSON.stringify({ ...object, card: 4539578763621486 });
  const masked = mask(text, "CreditCardNumber", "EmailAddress");
  expect(masked).not.toContain("4539578763621486");
  expect(Object.keys(JSON.parse(masked) as object).length).toBe(Object.keys({ ...object, card: 1 }).length);
});

test("a text that looks like a masked number stays as it is in a JSON object", () => {
  const text = '{":*]":"ann@example.com","[1*,":[4539578763621486,1e3]}';
  expect(mask(text, "CreditCardNumber", "EmailAddress")).toBe(
    `{":*]":"${"*".repeat(15)}","[1*,":["${"*".repeat(16)}",1e3]}`,
  );
});

describe("escapes of JSON", () => {
  const find = compileFinder(new Set(["EmailAddress", "Ssn-US"]), new Map());
  const hidden = (text: string) => find(text).map(({ start, end }) => text.slice(start, end));
  const escaped = fc
    .constantFrom("ann@example.com", "ssn", " 123-45-6789 ", '"', "/", "é", "\n")
    .chain((word) =>
      fc
        .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
        .map((flags) =>
          word.split("").map((sign, index) => {
            const code = `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
            return flags[index] ? code : JSON.stringify(sign).slice(1, -1);
          }),
        )
        .map((signs) => signs.join("")),
    );

  property.prop([fc.array(escaped), fc.integer({ min: 0, max: 2 })])(
    "hide as much as without them, and what is masked stays JSON",
    (parts, depth) => {
      let text = `{"a":"${parts.join(" ")}"}`;
      const plain = (JSON.parse(text) as { a: string }).a;
      for (let level = 0; level < depth; level++) text = JSON.stringify({ log: text });
      expect(hidden(text)).toHaveLength(hidden(plain).length);
      let masked: unknown = JSON.parse(maskText(text, find(text)));
      for (let level = 0; level < depth; level++) masked = JSON.parse((masked as { log: string }).log);
      const stars = (masked as { a: string }).a.replace(/\*+/g, "*");
      expect(stars).toBe(maskText(plain, find(plain)).replace(/\*+/g, "*"));
    },
  );

  test.each([
    [String.raw`{"a":"x\nann\u0040example.com"}`, [String.raw`ann\u0040example.com`]],
    [String.raw`{"a":"{\"b\":\"ann\\u0040example.com\"}"}`, [String.raw`ann\\u0040example.com`]],
    [String.raw`"\u0061nn@example.com"`, [String.raw`\u0061nn@example.com`]],
    [String.raw`{"a":"ann\u004x@example.com"}`, ["u004x@example.com"]],
    [String.raw`INFO {"a":"ann\u0040example.com"}`, [String.raw`ann\u0040example.com`]],
    [String.raw`C:\temp\bob@example.com`, ["bob@example.com"]],
    [String.raw`\ ann@example.com bob@example.com`, ["ann@example.com", "bob@example.com"]],
    [String.raw`{"\u0073sn":"123-45-6789"}`, ["123-45-6789"]],
  ])("%s", (text, expected) => {
    expect(hidden(text)).toEqual(expected);
  });

  test("a text with very many of them takes no time to speak of", () => {
    const text = JSON.stringify({ a: "ann@example.com\n".repeat(10_000) });
    expect(find(text)).toHaveLength(10_000);
  });
});

describe("what was found in a message, in what was made of it", () => {
  const again = (made: string, original: string, found: string) => {
    const start = original.indexOf(found);
    const findings = [{ identifier: "one", start, end: start + found.length }];
    return findAgain(made, original, findings)?.map(({ start: from, end }) => made.slice(from, end));
  };

  test.each([
    ["without its keyword", '{"n":"123-45-6789"}', "ssn 123-45-6789", "123-45-6789", ["123-45-6789"]],
    ["everywhere", '{"a":"1 x","b":["x"]}', "ssn x", "x", ["x", "x"]],
    ["in other letters", '{"n":"ann"}', "NAME ANN", "ANN", ["ann"]],
    ["in the signs of JSON", String.raw`{"n":"a\b"}`, String.raw`key a`, String.raw`a`, [String.raw`a\b`]],
    ["without escapes", '{"n":"ann@b.c"}', String.raw`x ann\u0040b.c`, String.raw`ann\u0040b.c`, ["ann@b.c"]],
    ["behind an escape", String.raw`{"n":"to\nann"}`, "name ann", "ann", ["ann"]],
    ["as a number", '{"n":12345}', "account 0012345", "0012345", ["12345"]],
    ["not as a part of something longer", '{"n":"123","at":1123}', "cvv 123", "123", ["123"]],
    ["not where it begins something longer", '{"n":"1234"}', "cvv 123", "123", undefined],
    ["not where it is split", '{"n":["123","45","6789"]}', "ssn 123-45-6789", "123-45-6789", undefined],
  ])("is found %s", (_where, made, original, found, expected) => {
    expect(again(made, original, found)).toEqual(expected);
  });
});

test("what two identifiers find in part or in whole is masked once", () => {
  const places = (...pairs: readonly (readonly [number, number])[]) =>
    pairs.map(([start, end]) => ({ identifier: "x", start, end }));
  expect(maskText("abcdefgh", places([1, 4], [2, 6]))).toBe("a*****gh");
  expect(maskText("abcdefgh", places([2, 4], [1, 6], [6, 7]))).toBe("a******h");
});

test("an event with very much to hide is masked whole", () => {
  const find = compileFinder(new Set(["EmailAddress"]), new Map());
  const text = Array.from({ length: 3_000 }, (_, index) => `ann${index}@example.com`).join(" ");
  expect(maskText(text, find(text))).not.toContain("@");
});

const arn = (name: string) => `arn:aws:dataprotection::aws:data-identifier/${name}`;

const policy = (changes: object = {}, identifiers = [arn("EmailAddress")], others = identifiers) => ({
  Name: "p",
  Version: "2021-06-01",
  Statement: [
    { Sid: "audit", DataIdentifier: identifiers, Operation: { Audit: { FindingsDestination: {} } } },
    { Sid: "redact", DataIdentifier: others, Operation: { Deidentify: { MaskConfig: {} } } },
  ],
  ...changes,
});

const problemOf = (document: object) => parseDataProtectionPolicy(JSON.stringify(document));

describe("policies", () => {
  test("a document is read, with identifiers of its own", () => {
    const document = policy(
      { Configuration: { CustomDataIdentifier: [{ Name: "Employee", Regex: "E-\\d{4}" }] } },
      [arn("EmailAddress"), "Employee"],
    );
    expect(problemOf(document)).toEqual({
      name: "p",
      identifiers: new Set(["EmailAddress", "Employee"]),
      custom: new Map([["Employee", "E-\\d{4}"]]),
      destinations: {},
    });
  });

  test.each([
    ["no JSON", {}, "Version must be 2021-06-01"],
    ["another identifier", policy({}, [arn("Shoe")]), "does not exist"],
    ["lists that differ", policy({}, [arn("EmailAddress")], [arn("IpAddress")]), "must match exactly"],
    [
      "a list with one more",
      policy({}, [arn("EmailAddress")], [arn("EmailAddress"), arn("IpAddress")]),
      "must match exactly",
    ],
    ["names of people", policy({}, [arn("Name")]), "is not supported here"],
    ["one statement", policy({ Statement: policy().Statement.slice(0, 1) }), "exactly two statements"],
    ["an unknown member", policy({ Extra: 1 }), "unknown member Extra"],
    [
      "a bad name",
      policy({ Configuration: { CustomDataIdentifier: [{ Name: "a b", Regex: "x" }] } }),
      "the Name of a custom data identifier has letters, digits",
    ],
    [
      "an expression of other signs",
      policy({ Configuration: { CustomDataIdentifier: [{ Name: "a", Regex: "(x)" }] } }),
      "the Regex of a has other than letters, digits",
    ],
    [
      "a document that is too long",
      policy({ Description: "x".repeat(30_720) }),
      "more than 30720 characters",
    ],
  ])("%s is refused", (_what, document, problem) => {
    expect(problemOf(document)).toContain(problem);
  });
});

// The filter pattern language: AWS's examples as a script, and laws over patterns and messages made at
// random.
import { readFileSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { compileComparison } from "./compare.ts";
import { compileFilterPattern, literalPrefix } from "./compile.ts";
import { EventFields } from "./event-fields.ts";
import { extractValues } from "./extract.ts";
import { needlesOf } from "./needles.ts";
import { parseFilterPattern, regexesOf } from "./parse.ts";
import { printFilterPattern } from "./print.ts";
import type { Condition, Field, FilterPattern, Selector, Term } from "./tree.ts";

/** The regular expressions here are ours, so the bare engine may run them. */
const compileRegex = (source: string) => {
  const regex = new RegExp(source);
  return (text: string) => regex.test(text);
};

const matches = (pattern: string, message: string) =>
  compileFilterPattern(parseFilterPattern(pattern), compileRegex)(message);

describe("the documented examples", () => {
  const script = readFileSync(new URL("testdata/documented.txt", import.meta.url), "utf8");
  let pattern = "";
  for (const [index, line] of script.split("\n").entries()) {
    const rest = line.slice(2);
    if (line.startsWith("pattern ")) pattern = line.slice("pattern ".length);
    else if (line.startsWith("+ ") || line.startsWith("- ")) {
      const [expected, found] = [line.startsWith("+ "), pattern];
      test(`line ${index + 1}: ${found} ${expected ? "matches" : "does not match"} ${rest}`, () => {
        expect(matches(found, rest)).toBe(expected);
      });
    } else if (line.startsWith("! ")) {
      const found = pattern;
      test(`line ${index + 1}: ${found} is refused`, () => {
        expect(() => parseFilterPattern(found)).toThrow(rest);
      });
    }
  }
});

const word = fc.stringMatching(/^[a-zA-Z0-9_]{1,6}$/);
const term: fc.Arbitrary<Term> = fc.record({
  role: fc.constantFrom("required", "optional", "excluded"),
  match: fc.oneof(
    fc.record({ kind: fc.constant("text" as const), text: fc.string({ minLength: 1, maxLength: 8 }) }),
    fc.record({ kind: fc.constant("regex" as const), text: fc.stringMatching(/^[a-z][a-z.]{0,4}$/) }),
  ),
});
const selector: fc.Arbitrary<Selector> = fc.tuple(
  fc.record({ kind: fc.constant("property" as const), name: word }),
  fc.constantFrom({ kind: "element" as const, index: 1 }, { kind: "property" as const, name: "dotted.name" }),
);
const comparison: fc.Arbitrary<Condition<Selector>> = fc.oneof(
  fc.record({
    kind: fc.constant("compare" as const),
    subject: selector,
    operator: fc.constantFrom("=" as const, "!=" as const),
    operand: fc.oneof(
      fc.record({ kind: fc.constant("text" as const), text: fc.string(), quoted: fc.constant(true) }),
      fc.record({ kind: fc.constant("text" as const), text: word, quoted: fc.constant(false) }),
    ),
  }),
  fc.record({ kind: fc.constant("notExists" as const), subject: selector }),
  fc.record({
    kind: fc.constant("is" as const),
    subject: selector,
    value: fc.constantFrom("NULL" as const, "TRUE" as const),
  }),
);
function conditionsOf<Subject>(simple: fc.Arbitrary<Condition<Subject>>): fc.Arbitrary<Condition<Subject>> {
  const { condition } = fc.letrec<{ condition: Condition<Subject> }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3 },
      simple,
      fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        operands: fc.array(tie("condition"), { minLength: 2, maxLength: 3 }),
      }),
    ),
  }));
  return condition;
}
const number = fc.record({
  kind: fc.constant("text" as const),
  text: fc.constantFrom("0", "404", "-1.5", "+10e3"),
  quoted: fc.constant(false),
});
/** A field, whose condition can only be on itself. */
const namedField = fc.record({ name: word }).chain(({ name }): fc.Arbitrary<Field> => {
  const compare = { kind: fc.constant("compare" as const), subject: fc.constant(name) };
  const texts = fc.record({
    ...compare,
    operator: fc.constantFrom("=" as const, "!=" as const),
    operand: fc.oneof(
      fc.record({ kind: fc.constant("text" as const), text: fc.string(), quoted: fc.constant(true) }),
      fc.record({ kind: fc.constant("text" as const), text: word, quoted: fc.constant(false) }),
      fc.record({ kind: fc.constant("regex" as const), text: fc.stringMatching(/^[a-z][a-z.]{0,4}$/) }),
    ),
  });
  const numbers = fc.record({
    ...compare,
    operator: fc.constantFrom("<" as const, "<=" as const, ">" as const, ">=" as const),
    operand: number,
  });
  return fc.record({
    kind: fc.constant("field" as const),
    name: fc.constant(name),
    condition: fc.option(conditionsOf<string>(fc.oneof(texts, numbers)), { nil: undefined }),
  });
});
const nameless: Field = { kind: "field", name: "", condition: undefined };
const fieldList: fc.Arbitrary<readonly Field[]> = fc
  .tuple(
    fc.uniqueArray(fc.oneof({ weight: 5, arbitrary: namedField }, fc.constant(nameless)), {
      minLength: 1,
      maxLength: 5,
      selector: (field) => (field.kind === "field" ? field.name : "..."),
    }),
    fc.option(fc.nat(5), { nil: undefined }),
  )
  .map(([fields, rest]) =>
    rest === undefined ? fields : [...fields.slice(0, rest), { kind: "rest" }, ...fields.slice(rest)],
  );
const pattern: fc.Arbitrary<FilterPattern> = fc.oneof(
  fc
    .array(term, { minLength: 1, maxLength: 4 })
    .filter((terms) => terms.some(({ match }) => match.text.trim() !== ""))
    .map((terms) => ({ kind: "terms" as const, terms })),
  fc.record({ kind: fc.constant("json" as const), condition: conditionsOf(comparison) }),
  fc
    .record({ kind: fc.constant("fields" as const), fields: fieldList })
    .filter((tree) => regexesOf(tree).length <= 2),
);

property.prop([pattern])("what is printed reads as the same tree", (tree) => {
  expect(parseFilterPattern(printFilterPattern(tree))).toEqual(tree);
});

property.prop([fc.string()])("any text is a pattern or is refused with a place in it", (text) => {
  try {
    parseFilterPattern(text);
  } catch (error) {
    expect(error).toMatchObject({ name: "FilterPatternError", offset: expect.any(Number) });
  }
});

property.prop([fc.array(term, { maxLength: 4 }), fc.string()])(
  "terms are what the naive reading of them says",
  (terms, message) => {
    const has = ({ match }: Term) =>
      match.kind === "text" ? message.includes(match.text) : new RegExp(match.text).test(message);
    const [required, optional, excluded] = (["required", "optional", "excluded"] as const).map((role) =>
      terms.filter((candidate) => candidate.role === role),
    );
    const plain = required!.length + excluded!.length > 0;
    const naive = plain ? required!.every(has) && !excluded!.some(has) : optional!.some(has);
    expect(compileFilterPattern({ kind: "terms", terms }, compileRegex)(message)).toBe(naive);
  },
);

property.prop([pattern, fc.oneof(fc.string(), fc.json())])(
  "what matches has every needle",
  (tree, message) => {
    fc.pre(compileFilterPattern(tree, compileRegex)(message));
    for (const needle of needlesOf(tree)) expect(message).toContain(needle);
  },
);

test("needles of a JSON condition are its names and its quoted texts", () => {
  const needles = needlesOf(
    parseFilterPattern('{ $.user.name = "ann*" && $.age > 3 && ($.a = 1 || $.b = 2) }'),
  );
  expect(needles).toEqual(["user", "name", "ann", "age"]);
});

function allFields(message: string): readonly string[] {
  const fields = new EventFields({ message });
  return fields.slice(0, fields.count);
}

test("brackets and quotation marks hold a field together", () => {
  expect(allFields('1.2.3.4 - [10/Oct 13:25] "GET / HTTP/1.0" 200')).toEqual([
    "1.2.3.4",
    "-",
    "10/Oct 13:25",
    "GET / HTTP/1.0",
    "200",
  ]);
});

/** The whole message, divided by a regular expression. */
function fieldsOf(message: string): readonly string[] {
  const found = [...message.matchAll(/\[([^\]]*)\](?!\S)|"([^"]*)"(?!\S)|(\S+)/g)];
  return found.map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}
const dividedText = fc
  .array(fc.constantFrom("[", "]", '"', "a", " ", "\t", "\u00a0", "\u2003", "\ufeff", "é", "\u2060"))
  .map((parts) => parts.join(""));

property.prop([dividedText, fc.nat(6)])("fields are found as far as they are asked for", (message, place) => {
  const wanted = fieldsOf(message);
  const fields = new EventFields({ message });
  expect(fields.at(place)).toBe(wanted[place]);
  expect(fields.hasAtLeast(place)).toBe(wanted.length >= place);
  expect(fields.slice(0, fields.count)).toEqual(wanted);
});

test("every blank of a regular expression divides fields, and nothing else does", () => {
  const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit));
  const dividing = units.filter((unit) => allFields(`a${unit}b`).length === 2);
  expect(dividing).toEqual(units.filter((unit) => /\s/.test(unit)));
});

/** Divides the whole message and gives each field of the pattern its part before it looks at any. */
function matchesFields(fields: readonly Field[], values: readonly string[]): boolean {
  const rest = fields.findIndex(({ kind }) => kind === "rest");
  const last = fields.at(-1);
  const takesAll = last?.kind === "field" && last.condition === undefined;
  if (rest >= 0 ? values.length < fields.length - 1 : values.length < fields.length) return false;
  if (rest < 0 && values.length > fields.length && !takesAll) return false;
  return fields.every((field, place) => {
    if (field.kind === "rest" || field.condition === undefined) return true;
    const value = rest >= 0 && place > rest ? values.at(place - fields.length) : values[place];
    return holds(field.condition, value ?? "");
  });
}

function holds(condition: Condition<string>, value: string): boolean {
  if (condition.kind === "and") return condition.operands.every((operand) => holds(operand, value));
  if (condition.kind === "or") return condition.operands.some((operand) => holds(operand, value));
  return condition.kind === "compare" && compareValue(condition, value);
}

function compareValue<Subject>(
  { operator, operand }: Extract<Condition<Subject>, { kind: "compare" }>,
  value: unknown,
): boolean {
  return compileComparison(operator, operand, compileRegex)(value as string);
}

property.prop([fieldList, fc.array(fc.oneof(word, fc.constantFrom("404", "0", "a")), { maxLength: 7 })])(
  "fields match as when all of them are found first",
  (fields, values) => {
    const matched = compileFilterPattern({ kind: "fields", fields }, compileRegex)(values.join(" "));
    expect(matched).toBe(matchesFields(fields, values));
  },
);

/** Every value that the rest of a selector leads to. */
function valuesOf(value: unknown, [step, ...rest]: Selector): readonly unknown[] {
  if (step === undefined) return [value];
  if (typeof value !== "object" || value === null) return [];
  const members = Object.entries(value).filter(([name]) => {
    if (Array.isArray(value)) {
      return step.kind === "anyElement" || (step.kind === "element" && name === String(step.index));
    }
    return step.kind === "anyProperty" || (step.kind === "property" && name === step.name);
  });
  return members.flatMap(([, member]) => valuesOf(member, rest));
}

function holdsIn(condition: Condition<Selector>, root: object): boolean {
  switch (condition.kind) {
    case "and":
      return condition.operands.every((operand) => holdsIn(operand, root));
    case "or":
      return condition.operands.some((operand) => holdsIn(operand, root));
    case "compare":
      return valuesOf(root, condition.subject).some(
        (value) => (typeof value !== "object" || value === null) && compareValue(condition, value),
      );
    case "is":
      return valuesOf(root, condition.subject).includes(
        { NULL: null, TRUE: true, FALSE: false }[condition.value],
      );
    case "notExists":
      return valuesOf(root, condition.subject).length === 0;
  }
}

const memberName = fc.constantFrom("a", "b", "constructor", "toString");
const anyStep: fc.Arbitrary<Selector[number]> = fc.oneof(
  memberName.map((name) => ({ kind: "property" as const, name })),
  fc.nat(2).map((index) => ({ kind: "element" as const, index })),
  fc.constant({ kind: "anyProperty" as const }),
  fc.constant({ kind: "anyElement" as const }),
);
const anySelector = fc.array(anyStep, { minLength: 1, maxLength: 3 });
const jsonCondition = conditionsOf<Selector>(
  fc.oneof(
    fc.record({
      kind: fc.constant("compare" as const),
      subject: anySelector,
      operator: fc.constantFrom("=" as const, "!=" as const, "<" as const),
      operand: fc.record({
        kind: fc.constant("text" as const),
        text: fc.constantFrom("1", "x", "*"),
        quoted: fc.constant(false),
      }),
    }),
    fc.record({ kind: fc.constant("notExists" as const), subject: anySelector }),
    fc.record({
      kind: fc.constant("is" as const),
      subject: anySelector,
      value: fc.constantFrom("NULL" as const, "TRUE" as const, "FALSE" as const),
    }),
  ),
);
const { value: jsonValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false, 0, 1, "1", "x"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(memberName, tie("value"), { maxKeys: 3 }),
  ),
}));

property.prop([jsonCondition, jsonValue.filter((value) => typeof value === "object" && value !== null)])(
  "JSON matches as when every value of every step is listed",
  (condition, root) => {
    const matched = compileFilterPattern({ kind: "json", condition }, compileRegex)(JSON.stringify(root));
    expect(matched).toBe(holdsIn(condition, root as object));
  },
);

const looseRegex = fc
  .stringMatching(/^[ab-]{1,3}([?*+{|.(]|\{2\}|\[a\]){0,2}[ab)]{0,2}$/)
  .filter((source) => {
    try {
      return new RegExp(source).source !== "";
    } catch {
      return false;
    }
  });

property.prop([looseRegex, fc.stringMatching(/^[ab-]{0,8}$/)])(
  "what a regular expression finds has its literal prefix",
  (source, text) => {
    if (new RegExp(source).test(text)) expect(text).toContain(literalPrefix(source));
  },
);

test("extracted values are named as in the pattern", () => {
  const fields = parseFilterPattern("[..., request=*.html*, status_code=4*,]");
  expect(extractValues(fields, '127.0.0.1 - "GET /index.html HTTP/1.0" 404 1534')).toEqual({
    $request: "GET /index.html HTTP/1.0",
    $status_code: "404",
    $4: "1534",
  });
  const json = parseFilterPattern('{ $.user.id = 1 && $.name = "x" }');
  expect(extractValues(json, '{"user":{"id":1},"name":"x"}')).toEqual({ "$.user.id": "1", "$.name": "x" });
});

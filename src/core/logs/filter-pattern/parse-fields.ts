// The space-delimited form: `[ip, user, ..., status_code = 4*, bytes > 1000]`.
import { parseComparison, parseCondition } from "./parse-condition.ts";
import type { Scanner } from "./scanner.ts";
import type { Field, FilterPattern } from "./tree.ts";

const nameCharacter = /[\w$-]/;

/** Reads from behind the opening bracket to the end. */
export function parseFieldsPattern(scanner: Scanner): FilterPattern {
  const fields: Field[] = [];
  do {
    fields.push(parseField(scanner));
    scanner.skipBlanks();
  } while (scanner.take(","));
  scanner.expect("]");
  if (fields.filter((field) => field.kind === "rest").length > 1) {
    scanner.fail("'...' stands at most once in a pattern");
  }
  const names = fields.flatMap((field) => (field.kind === "field" && field.name !== "" ? [field.name] : []));
  if (new Set(names).size !== names.length) scanner.fail("two fields have the same name");
  return { kind: "fields", fields };
}

/** A field may be without a name: `[..., request = *.html*,]` ends with one. */
function parseField(scanner: Scanner): Field {
  scanner.skipBlanks();
  if (scanner.take("...") || scanner.take("…")) return { kind: "rest" };
  const start = scanner.offset;
  const parenthesis = scanner.peek() === "(";
  const name = parenthesis ? nameBehindParentheses(scanner) : parseName(scanner);
  scanner.skipBlanks();
  if (!parenthesis && (scanner.peek() === "," || scanner.peek() === "]")) {
    return { kind: "field", name, condition: undefined };
  }
  if (name === "") scanner.fail("a field with a condition needs a name");
  scanner.offset = start;
  const condition = parseCondition<string>(scanner, () => {
    scanner.skipBlanks();
    if (parseName(scanner) !== name) scanner.fail(`the condition of field '${name}' names another field`);
    return { kind: "compare", subject: name, ...parseComparison(scanner) };
  });
  return { kind: "field", name, condition };
}

function parseName(scanner: Scanner): string {
  const start = scanner.offset;
  while (!scanner.atEnd && nameCharacter.test(scanner.peek())) scanner.offset += 1;
  return scanner.text.slice(start, scanner.offset);
}

function nameBehindParentheses(scanner: Scanner): string {
  while (scanner.take("(")) scanner.skipBlanks();
  return parseName(scanner);
}

// The JSON form: `{ $.user.id = 1 && $.actions[2] = "GET" }`.
import { parseComparison, parseCondition } from "./parse-condition.ts";
import type { Scanner } from "./scanner.ts";
import type { Condition, FilterPattern, Selector, Step } from "./tree.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html */
const maximumWildcardsInPattern = 3;

const propertyCharacter = /[\w-]/;

/** Reads from behind the opening brace to the end. */
export function parseJsonPattern(scanner: Scanner): FilterPattern {
  let wildcards = 0;
  const condition = parseCondition(scanner, () => {
    const selector = parseSelector(scanner);
    const found = selector.filter((step) => step.kind === "anyElement" || step.kind === "anyProperty").length;
    if (found > 1) scanner.fail("a property selector has at most one wildcard");
    wildcards += found;
    if (wildcards > maximumWildcardsInPattern) {
      scanner.fail(`a pattern has at most ${maximumWildcardsInPattern} wildcard selectors`);
    }
    return parseTest(scanner, selector);
  });
  scanner.skipBlanks();
  scanner.expect("}");
  return { kind: "json", condition };
}

function parseTest(scanner: Scanner, subject: Selector): Condition<Selector> {
  scanner.skipBlanks();
  if (scanner.takeKeyword("NOT")) {
    scanner.skipBlanks();
    if (!scanner.takeKeyword("EXISTS")) scanner.fail("'EXISTS' is expected behind 'NOT'");
    return { kind: "notExists", subject };
  }
  if (scanner.takeKeyword("IS")) {
    scanner.skipBlanks();
    const value = (["NULL", "TRUE", "FALSE"] as const).find((keyword) => scanner.takeKeyword(keyword));
    if (value === undefined) return scanner.fail("'NULL', 'TRUE' or 'FALSE' is expected behind 'IS'");
    return { kind: "is", subject, value };
  }
  return { kind: "compare", subject, ...parseComparison(scanner) };
}

/** `$.name`, `$.name[0]`, `$.list[*].name`, `$.*`, `$.['dotted.name']` */
export function parseSelector(scanner: Scanner): Selector {
  scanner.skipBlanks();
  scanner.expect("$");
  const steps: Step[] = [];
  for (;;) {
    if (scanner.take(".")) {
      steps.push(scanner.take("[") ? parseBracket(scanner) : parseProperty(scanner));
    } else if (scanner.take("[")) {
      steps.push(parseBracket(scanner));
    } else {
      break;
    }
  }
  if (steps.length === 0) scanner.fail("a property selector begins with '$.'");
  return steps;
}

function parseProperty(scanner: Scanner): Step {
  if (scanner.take("*")) return { kind: "anyProperty" };
  const start = scanner.offset;
  while (!scanner.atEnd && propertyCharacter.test(scanner.peek())) scanner.offset += 1;
  if (scanner.offset === start) scanner.fail("a property name is expected");
  return { kind: "property", name: scanner.text.slice(start, scanner.offset) };
}

/** From behind `[`: an index, `*`, or a property name in quotation marks. */
function parseBracket(scanner: Scanner): Step {
  if (scanner.take("*")) {
    scanner.expect("]");
    return { kind: "anyElement" };
  }
  const quote = scanner.peek();
  if (quote === "'" || quote === '"') {
    const end = scanner.text.indexOf(quote, scanner.offset + 1);
    if (end < 0) scanner.fail("a quotation mark is not closed");
    const name = scanner.text.slice(scanner.offset + 1, end);
    scanner.offset = end + 1;
    scanner.expect("]");
    return { kind: "property", name };
  }
  const digits = /^\d{1,9}/.exec(scanner.text.slice(scanner.offset, scanner.offset + 10))?.[0];
  if (digits === undefined) return scanner.fail("an index, '*' or a name in quotation marks is expected");
  scanner.offset += digits.length;
  scanner.expect("]");
  return { kind: "element", index: Number(digits) };
}

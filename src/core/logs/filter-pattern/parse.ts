// Reads a filter pattern.
import { parseFieldsPattern } from "./parse-fields.ts";
import { parseJsonPattern } from "./parse-json.ts";
import { Scanner } from "./scanner.ts";
import type { FilterPattern, Term } from "./tree.ts";

/**
 * The limits of regular expressions in patterns:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
 */
const maximumRegexes = 2;
const regexCharacters = /^[\w:#=@/;,\-^$?[\]{}|\\*+. ]*$/;

/** Terms with other characters must stand in quotation marks. */
const bareTerm = /^[\p{L}\p{N}_]+$/u;

/** @throws FilterPatternError with what is wrong and where. */
export function parseFilterPattern(text: string): FilterPattern {
  const scanner = new Scanner(text);
  scanner.skipBlanks();
  const pattern = parseForm(scanner);
  scanner.skipBlanks();
  if (!scanner.atEnd) scanner.fail("nothing is expected behind the end of the pattern");
  checkRegexes(scanner, pattern);
  return pattern;
}

function parseForm(scanner: Scanner): FilterPattern {
  if (scanner.atEnd) return { kind: "everything" };
  if (scanner.take("{")) return parseJsonPattern(scanner);
  if (scanner.take("[")) return parseFieldsPattern(scanner);
  const terms: Term[] = [];
  for (; !scanner.atEnd; scanner.skipBlanks()) terms.push(parseTerm(scanner));
  return terms.every((term) => term.match.text.trim() === "")
    ? { kind: "everything" }
    : { kind: "terms", terms };
}

function parseTerm(scanner: Scanner): Term {
  const role = scanner.take("?") ? "optional" : scanner.take("-") ? "excluded" : "required";
  if (role !== "required") scanner.skipBlanks();
  if (scanner.peek() === '"') return { role, match: { kind: "text", text: scanner.quoted() } };
  if (scanner.peek() === "%") return { role, match: { kind: "regex", text: scanner.regex() } };
  const word = /^\S*/.exec(scanner.text.slice(scanner.offset))?.[0] ?? "";
  if (!bareTerm.test(word)) scanner.fail(`Invalid character(s) in term '${word}'`);
  scanner.offset += word.length;
  return { role, match: { kind: "text", text: word } };
}

function checkRegexes(scanner: Scanner, pattern: FilterPattern): void {
  const regexes = regexesOf(pattern);
  if (pattern.kind !== "terms" && regexes.length > maximumRegexes) {
    scanner.fail(`a pattern has at most ${maximumRegexes} regular expressions`);
  }
  for (const regex of regexes) {
    if (regex === "") scanner.fail("a regular expression is empty");
    if (!regexCharacters.test(regex)) {
      scanner.fail(`the regular expression '${regex}' has characters that are not supported`);
    }
  }
}

/** The sources of all regular expressions of a pattern. */
export function regexesOf(pattern: FilterPattern): readonly string[] {
  if (pattern.kind === "terms") {
    return pattern.terms.flatMap(({ match }) => (match.kind === "regex" ? [match.text] : []));
  }
  const found: string[] = [];
  JSON.stringify(pattern, (_key, value: unknown) => {
    if (isRegexOperand(value)) found.push(value.text);
    return value;
  });
  return found;
}

function isRegexOperand(value: unknown): value is { kind: "regex"; text: string } {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "regex";
}

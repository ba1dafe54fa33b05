// Reads what selects series and names labels: matchers in braces and lists of labels.
import {
  matchOperators,
  metricNameLabel,
  type MatchOperator,
  type PromqlMatcher,
  type VectorSelector,
} from "./expression.ts";
import { compileMatcher } from "./matchers.ts";
import { PromqlError } from "./promql-error.ts";
import type { CompilePromqlRegex } from "./regex.ts";
import { unquote } from "./strings.ts";
import type { TokenReader } from "./token-reader.ts";

/**
 * `name{label="value"}`, `{"a name", "a label"=~"value"}`; the reader stands at the name or at the brace.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL-Querying.html
 */
export function readSelector(reader: TokenReader, compileRegex: CompilePromqlRegex): VectorSelector {
  const { position } = reader.peek();
  const matchers: PromqlMatcher[] = [];
  // A name that stands alone, before the braces or in them; it leaves no place for another matcher of names.
  let bareName: string | undefined;
  const setName = (name: string) => {
    if (bareName !== undefined) throw twice(reader, bareName, name, position);
    bareName = name;
    matchers.push({ label: metricNameLabel, operator: "=", value: name });
  };
  if (reader.peek().kind === "word") setName(reader.next().text);
  if (reader.takeSign("{")) {
    while (!reader.takeSign("}")) {
      readMatcher(reader, matchers, setName);
      if (!reader.isSign("}") && !reader.takeSign(",")) {
        throw reader.unexpected("label matching", '"," or "}"');
      }
    }
  }
  const names = matchers.filter(({ label }) => label === metricNameLabel);
  const [first, second] = names;
  if (bareName !== undefined && first !== undefined && second !== undefined) {
    throw twice(reader, first.value, second.value, position);
  }
  checkMatchers(reader, matchers, compileRegex, position);
  return { kind: "selector", matchers, offsetMs: 0, position };
}

const twice = (reader: TokenReader, first: string, second: string, position: number): PromqlError =>
  reader.problem(`metric name must not be set twice: "${first}" or "${second}"`, position);

function readMatcher(reader: TokenReader, matchers: PromqlMatcher[], setName: (name: string) => void): void {
  const token = reader.peek();
  if (token.kind !== "word" && token.kind !== "string") {
    throw reader.unexpected("label matching", 'identifier or "}"');
  }
  const label = token.kind === "string" ? readText(reader) : reader.next().text;
  const operator = operatorOf(reader.peek().text);
  if (operator === undefined || reader.peek().kind !== "sign") {
    if (token.kind !== "string") throw reader.unexpected("label matching", "label matching operator");
    setName(label);
    return;
  }
  if (label === "" || (label.includes(":") && token.kind === "word")) {
    throw reader.problem(`invalid label name ${JSON.stringify(label)}`, token.position);
  }
  reader.next();
  if (reader.peek().kind !== "string") throw reader.unexpected("label matching", "string");
  matchers.push({ label, operator, value: readText(reader) });
}

const operatorOf = (text: string): MatchOperator | undefined =>
  matchOperators.find((operator) => operator === text);

function checkMatchers(
  reader: TokenReader,
  matchers: readonly PromqlMatcher[],
  compileRegex: CompilePromqlRegex,
  position: number,
): void {
  // All regular expressions are checked, even when the first matcher already selects something.
  const matchesEmpty = matchers.map((matcher) => {
    try {
      return compileMatcher(matcher, compileRegex)("");
    } catch (error) {
      if (error instanceof PromqlError) throw reader.problem(error.message, position);
      throw error;
    }
  });
  if (matchesEmpty.every(Boolean)) {
    throw reader.problem("vector selector must contain at least one non-empty matcher", position);
  }
}

/** The text of the string at which the reader stands. */
export function readText(reader: TokenReader): string {
  const { text, position } = reader.peek();
  const meant = unquote(text);
  if (meant === undefined) throw reader.problem(`invalid escape sequence in ${text}`, position);
  reader.next();
  return meant;
}

/** `(label, "another label")`, perhaps with a comma at the end. */
export function readLabels(reader: TokenReader): readonly string[] {
  const labels: string[] = [];
  reader.expectSign("(", "grouping opts");
  while (!reader.takeSign(")")) {
    const { kind, text, position } = reader.peek();
    if (kind !== "word" && kind !== "string") throw reader.unexpected("grouping opts", "label");
    const label = kind === "string" ? readText(reader) : reader.next().text;
    if (label === "" || (kind === "word" && text.includes(":"))) {
      throw reader.problem(`invalid label name ${JSON.stringify(label)}`, position);
    }
    labels.push(label);
    if (!reader.isSign(")") && !reader.takeSign(",")) {
      throw reader.unexpected("grouping opts", '"," or ")"');
    }
  }
  return labels;
}

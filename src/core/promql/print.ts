// Writes a PromQL expression in one normal form: with the parentheses that it needs and no others.
import { printDuration } from "./durations.ts";
import {
  metricNameLabel,
  precedence,
  signPrecedence,
  type Aggregation,
  type Operation,
  type PinnedTime,
  type PromqlExpression,
  type PromqlMatcher,
  type VectorMatching,
} from "./expression.ts";
import { isPlainName, printLabel } from "./labels.ts";
import { quote } from "./strings.ts";
import { isKeyword } from "./token-reader.ts";

/** `parsePromql` reads the same expression from it. */
export function printPromql(expression: PromqlExpression): string {
  switch (expression.kind) {
    case "number":
      return printNumber(expression.value);
    case "string":
      return quote(expression.text);
    case "selector":
      return `${printMatchers(expression.matchers)}${printShift(expression)}`;
    case "range": {
      const { selector, rangeMs } = expression;
      return `${printMatchers(selector.matchers)}[${printDuration(rangeMs)}]${printShift(selector)}`;
    }
    case "subquery": {
      const { inner, rangeMs, stepMs } = expression;
      const step = stepMs === undefined ? "" : printDuration(stepMs);
      const range = `[${printDuration(rangeMs)}:${step}]`;
      return `${within(inner, suffixPrecedence)}${range}${printShift(expression)}`;
    }
    case "sign":
      return `${expression.sign}${within(expression.operand, signPrecedence)}`;
    case "operation":
      return printOperation(expression);
    case "aggregation":
      return printAggregation(expression);
    case "call":
      return `${expression.name}(${expression.arguments.map(printPromql).join(", ")})`;
  }
}

/** What stands behind an expression binds closer than any operator. */
const suffixPrecedence = 8;

function within(expression: PromqlExpression, atLeast: number): string {
  const text = printPromql(expression);
  return strengthOf(expression) < atLeast ? `(${text})` : text;
}

function strengthOf(expression: PromqlExpression): number {
  switch (expression.kind) {
    case "operation":
      return precedence[expression.operator];
    case "sign":
      return signPrecedence;
    case "number":
      return expression.value < 0 || Object.is(expression.value, -0) ? signPrecedence : suffixPrecedence;
    default:
      return suffixPrecedence;
  }
}

function printNumber(value: number): string {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? "Inf" : "-Inf";
}

/** The name stands before the braces when it comes first, is a plain word and is the only one. */
function printMatchers(matchers: readonly PromqlMatcher[]): string {
  const [first, ...others] = matchers;
  const names = matchers.filter(({ label }) => label === metricNameLabel);
  if (first?.label !== metricNameLabel || first.operator !== "=" || names.length !== 1) {
    return `{${matchers.map(printMatcher).join(", ")}}`;
  }
  const rest = others.map(printMatcher);
  if (!isPlainName(first.value) || isKeyword(first.value)) {
    return `{${[quote(first.value), ...rest].join(", ")}}`;
  }
  return rest.length === 0 ? first.value : `${first.value}{${rest.join(", ")}}`;
}

const printMatcher = ({ label, operator, value }: PromqlMatcher): string =>
  `${printLabel(label)}${operator}${quote(value)}`;

function printShift(shift: { readonly offsetMs: number; readonly pinned?: PinnedTime }): string {
  const pinned = shift.pinned === undefined ? "" : ` @ ${printPinned(shift.pinned)}`;
  return shift.offsetMs === 0 ? pinned : `${pinned} offset ${printDuration(shift.offsetMs)}`;
}

const printPinned = (pinned: PinnedTime): string =>
  typeof pinned === "string" ? `${pinned}()` : String(pinned.at / 1_000);

function printOperation({ operator, left, right, bool, matching }: Operation): string {
  const own = precedence[operator];
  const [leftAtLeast, rightAtLeast] = operator === "^" ? [own + 1, own] : [own, own + 1];
  const modifiers = [bool ? " bool" : "", matching === undefined ? "" : ` ${printMatching(matching)}`].join(
    "",
  );
  return `${within(left, leftAtLeast)} ${operator}${modifiers} ${within(right, rightAtLeast)}`;
}

function printMatching({ by, labels, group }: VectorMatching): string {
  const own = `${by} ${printLabels(labels)}`;
  return group === undefined ? own : `${own} group_${group.many} ${printLabels(group.include)}`;
}

function printAggregation({ operator, parameter, inner, grouping }: Aggregation): string {
  const given = (parameter === undefined ? [inner] : [parameter, inner]).map(printPromql).join(", ");
  if (grouping === undefined) return `${operator}(${given})`;
  return `${operator} ${grouping.by} ${printLabels(grouping.labels)} (${given})`;
}

const printLabels = (labels: readonly string[]): string => `(${labels.map(printLabel).join(", ")})`;

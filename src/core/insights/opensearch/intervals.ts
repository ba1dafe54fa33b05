// Intervals of OpenSearch PPL and SQL, as periods, and the instants that they are added to.
import type { Span } from "../query-error.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Expression, PeriodLiteral, PeriodUnit } from "../query-tree.ts";
import type { Expressions } from "./dialect.ts";
import { callOf, numberAt, textAt } from "./trees.ts";

const units: Readonly<Record<string, PeriodUnit>> = {
  millisecond: "ms",
  second: "s",
  minute: "m",
  hour: "h",
  day: "d",
  week: "w",
  month: "mo",
  quarter: "q",
  year: "y",
};

/** The words of units by their periods. */
const words: ReadonlyMap<PeriodUnit, string> = new Map(
  Object.entries(units).map(([word, unit]) => [unit, word] as const),
);

/** `interval 1 day`, `interval '5' minute`, `interval '1' day`; the number may be negative. */
export function parseInterval(reader: QueryReader, start: number, own: Expressions): Expression {
  const isNegative = reader.takeSymbol("-");
  const token = reader.peek();
  const isNumber = token.kind === "number" || token.kind === "text";
  const amount = isNumber ? Number(token.text) : Number.NaN;
  if (!Number.isInteger(amount)) {
    return reader.refuse("an interval of a whole number and one unit is expected", token.span);
  }
  reader.next();
  const { span } = reader.peek();
  const unit = units[reader.alias().toLowerCase().replace(/s$/, "")];
  if (unit === undefined || (own.language === "SQL" && reader.isWord("to"))) {
    return reader.refuse("an interval of a whole number and one unit is expected", span);
  }
  const place = reader.spanFrom(start);
  const period: PeriodLiteral = { kind: "period", count: Math.abs(amount), unit, span: place };
  return isNegative !== amount < 0 ? { kind: "negative", operand: period, span: place } : period;
}

/** The period that a text such as `5 minutes` or `5m` says. */
export function periodIn(text: string, span: Span): PeriodLiteral | undefined {
  const [, count = "", word = ""] = /^\s*(\d{1,9})\s*([A-Za-z]+)\s*$/.exec(text) ?? [];
  const unit = units[word.toLowerCase().replace(/s$/, "")] ?? letters[word];
  return unit === undefined ? undefined : { kind: "period", count: Number(count), unit, span };
}

/** A capital M is a month. */
const letters: Readonly<Record<string, PeriodUnit>> = {
  ms: "ms",
  s: "s",
  m: "m",
  h: "h",
  d: "d",
  w: "w",
  M: "mo",
  q: "q",
  y: "y",
};

/** The period and its sign, when it is one. */
export function periodOf(expression: Expression): readonly [PeriodLiteral, sign: 1 | -1] | undefined {
  if (expression.kind === "period") return [expression, 1];
  if (expression.kind !== "negative" || expression.operand.kind !== "period") return undefined;
  return [expression.operand, -1];
}

/** An instant so much later. */
export function laterBy(instant: Expression, period: PeriodLiteral, sign: number): Expression {
  const span = { start: Math.min(instant.span.start, period.span.start), end: period.span.end };
  const count = numberAt(sign * period.count, period.span);
  return callOf("timestampadd", span, textAt(words.get(period.unit) ?? "", period.span), count, instant);
}

/** `a + interval 1 day`, `a || b`; undefined for sums of numbers. */
export function sumOf(operator: string, left: Expression, right: Expression): Expression | undefined {
  const span = { start: left.span.start, end: right.span.end };
  if (operator === "||") return callOf("concat_present", span, left, right);
  const [period, sign] = periodOf(right) ?? [];
  if (period !== undefined) return laterBy(left, period, operator === "-" ? -(sign ?? 1) : (sign ?? 1));
  const [first, firstSign] = periodOf(left) ?? [];
  return first === undefined || operator === "-" ? undefined : laterBy(right, first, firstSign ?? 1);
}

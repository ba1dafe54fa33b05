// Which series a selector selects.
import type { PromqlMatcher } from "./expression.ts";
import { labelOf } from "./labels.ts";
import { PromqlError } from "./promql-error.ts";
import { anchoredRegex, type CompilePromqlRegex } from "./regex.ts";
import type { PromqlLabels } from "./series.ts";

/**
 * Whether labels fulfil all matchers.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#instant-vector-selectors
 * @throws PromqlError for what is no regular expression.
 */
export function compileMatchers(
  matchers: readonly PromqlMatcher[],
  compileRegex: CompilePromqlRegex,
): (labels: PromqlLabels) => boolean {
  const tests = matchers.map((matcher) => ({
    label: matcher.label,
    accepts: compileMatcher(matcher, compileRegex),
  }));
  return (labels) => tests.every(({ label, accepts }) => accepts(labelOf(labels, label)));
}

/**
 * Whether a value of the label fulfils the matcher; no label is the empty value.
 * @throws PromqlError for what is no regular expression.
 */
export function compileMatcher(
  { operator, value: wanted }: PromqlMatcher,
  compileRegex: CompilePromqlRegex,
): (value: string) => boolean {
  if (operator === "=") return (value) => value === wanted;
  if (operator === "!=") return (value) => value !== wanted;
  const regex = compileRegex(anchoredRegex(wanted));
  if (typeof regex === "string") throw new PromqlError(regex);
  const matches = (value: string) => regex.match(value) !== undefined;
  return operator === "=~" ? matches : (value) => !matches(value);
}

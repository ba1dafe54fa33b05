// Regular expressions of queries, as the engine takes them.
import { InsightsQueryError } from "./query-error.ts";
import type { RegexLiteral } from "./query-tree.ts";

/** Says what is wrong with an expression, undefined for one that is sound; the dialect is RE2's. */
export type RegexProblem = (source: string) => string | undefined;

/**
 * A dot matches no line break, which the engine would have it do.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-regex.html
 * @throws InsightsQueryError for what is no regular expression.
 */
export function engineRegex({ source, span }: RegexLiteral, problemOf: RegexProblem): string {
  const problem = problemOf(source);
  if (problem !== undefined) throw new InsightsQueryError(`invalid regular expression: ${problem}`, span);
  return /(^|[^\\])(\\\\)*\./.test(source) ? `(?-s)${source}` : source;
}

/** The text that an expression without any operator matches; undefined for others. */
export function plainTextOf(source: string): string | undefined {
  return /^[\w\s"'#%&,:;<=>@~`!/-]+$/.test(source) ? source : undefined;
}

/** The capturing groups in their order; undefined stands for one without a name. */
export function groupNamesOf(source: string): readonly (string | undefined)[] {
  const names: (string | undefined)[] = [];
  let inClass = false;
  for (let offset = 0; offset < source.length; offset++) {
    const character = source.charAt(offset);
    if (character === "\\") offset += 1;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "(" && !inClass) {
      const rest = source.slice(offset + 1);
      const name = /^\?P?<([^=!>][^>]*)>/.exec(rest)?.[1];
      if (name !== undefined || !rest.startsWith("?")) names.push(name);
    }
  }
  return names;
}

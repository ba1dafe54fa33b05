// The operators `like` and `=~`: a text is part of another, or a regular expression matches it.
import { sql, type Sql } from "../sql.ts";
import type { Matching, RegexLiteral, TextLiteral } from "./query-tree.ts";
import { engineRegex, plainTextOf, type RegexProblem } from "./regexes.ts";
import { asText, type Value } from "./value.ts";

interface Matcher {
  readonly pipeline: { readonly scope: { readonly regexProblem: RegexProblem } };
  readonly knowsUnknown: boolean;
}

/**
 * In a missing value there is nothing, so `not like` holds; where a query knows of unknown values it is NULL.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Filter.html
 */
export function matchValue({ pattern, negated }: Matching, subject: Value, matcher: Matcher): Value {
  const text = asText(subject);
  const test = patternTest(text.sql, pattern, matcher.pipeline.scope.regexProblem);
  const nullable = text.nullable && matcher.knowsUnknown;
  const found = text.nullable && !nullable ? sql`ifNull(${test}, 0)` : test;
  return { sql: negated ? sql`NOT ${found}` : found, type: "boolean", nullable };
}

/** LIKE is what the store's token index knows, so an expression without operators becomes one. */
function patternTest(text: Sql, pattern: TextLiteral | RegexLiteral, problemOf: RegexProblem): Sql {
  const plain = pattern.kind === "text" ? pattern.text : plainTextOf(pattern.source);
  if (plain !== undefined) return sql`(${text} LIKE ${containing(plain)})`;
  if (pattern.kind === "text") return sql`0`;
  return sql`match(${text}, ${engineRegex(pattern, problemOf)})`;
}

/** The LIKE pattern of texts that contain a text. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

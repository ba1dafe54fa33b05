// The place of what is wrong is told once, by line and position.
import { expect, test } from "vitest";
import { explainQueryError, InsightsQueryError } from "./query-error.ts";
import { parseInsightsQuery } from "./parse-query.ts";

function explained(text: string): string {
  try {
    parseInsightsQuery(text);
  } catch (error) {
    if (error instanceof InsightsQueryError) return explainQueryError(error, text);
    throw error;
  }
  throw new Error("the query is well-formed");
}

test.each([
  ["nothing", "unexpected symbol found nothing at line 1 and position 0"],
  ["fields a |", "unexpected symbol found <EOF> at line 1 and position 10"],
  ["limit x", "limit takes a whole number at line 1 and position 6"],
  ["fields a\n| limit x", "limit takes a whole number at line 2 and position 8"],
  ["fields ü,\n\n  b | limit 0", "limit must be between 1 and 100000 at line 3 and position 12"],
  ["fields ü, 😀", "unexpected symbol found 😀 at line 1 and position 10"],
])("%j", (text, message) => {
  expect(explained(text)).toBe(message);
});

// Patterns match whole strings and never take long.
import { expect, test } from "vitest";
import { wholePattern } from "./patterns.ts";

test.each([
  ["[a-z]+", "abc", "abc1"],
  ["a|b", "b", "ab"],
  ["^[a-z]*$", "", "A"],
  ["[\\.\\-_/#A-Za-z0-9]+", "a/b-c_d.e#f", "a b"],
  ["^\\d{12}$", "123456789012", "1234567890123"],
  ["(?s)a.*", "a\nb", "b"],
  [".*", "one line", "two\nlines"],
  ["[\\p{L}\\p{Z}\\p{N}]*", "é 1", "<"],
  ["^(?!\\s*$).+", "a", "  "],
  ["aws\\.partner(/[\\.\\-_A-Za-z0-9]+){2,}", "aws.partner/a/b", "aws.partner/a"],
  ["^[ \\t]*[\\x20-\\x7E]+([ \\t]+[\\x20-\\x7E]+)*[ \\t]*$", "Bearer x y", "é"],
])("%s", (pattern, matching, other) => {
  expect(wholePattern(pattern).test(matching)).toBe(true);
  expect(wholePattern(pattern).test(other)).toBe(false);
});

test("a pattern that would backtrack for hours answers", () => {
  const headerValue = wholePattern("^[ \\t]*[^\\x00-\\x1F:\\x7F]+([ \\t]+[^\\x00-\\x1F:\\x7F]+)*[ \\t]*$");
  expect(headerValue.test(`${" ".repeat(500)}:`)).toBe(false);
});

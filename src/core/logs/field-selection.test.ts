// Selection criteria over system fields: AWS's examples, precedence, and what is refused where.
import { expect, test } from "vitest";
import { parseFieldSelection } from "./field-selection.ts";

const fields = { "@aws.account": "111122223333", "@aws.region": "us-east-1" };

test.each([
  ['@aws.region = "us-east-1"', true],
  ['@aws.region != "us-east-1"', false],
  ['@aws.account IN ["123456789012", "111122223333"]', true],
  ['@aws.region NOT IN ["cn-north-1"]', true],
  ['@aws.account = "123456789012" AND @aws.region = "us-east-1"', false],
  ["@aws.account = '111122223333' and @aws.region = 'us-east-1'", true],
  ['@aws.region = "us-east-1" OR @aws.region = "x" AND @aws.account = "none"', true],
  ['(@aws.region = "us-east-1" OR @aws.region = "x") AND @aws.account = "none"', false],
])("%s is %s", (criteria, expected) => {
  expect(parseFieldSelection(criteria)(fields)).toBe(expected);
});

test.each([
  ["", 0, "is expected"],
  ["@aws.zone = 'a'", 0, "'@aws.account' or '@aws.region'"],
  ["@aws.region ~ 'a'", 12, "not expected"],
  ["@aws.region = us", 14, "quotation marks"],
  ["@aws.region IN 'a'", 15, "'['"],
  ["@aws.region NOT 'a'", 16, "'IN'"],
  ["(@aws.region = 'a'", 18, "')'"],
  ["@aws.region = 'a' 'b'", 18, "behind the end"],
])("%s is refused at %i", (criteria, offset, message) => {
  expect(() => parseFieldSelection(criteria)).toThrow(
    expect.objectContaining({ offset, message: expect.stringContaining(message) as string }),
  );
});

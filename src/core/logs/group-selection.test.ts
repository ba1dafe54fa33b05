// Selection criteria of account policies: which groups they mean, and which of them overlap.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { parseGroupSelection, selectionsOverlap, selectsGroup } from "./group-selection.ts";

const selection = (criteria: string | undefined) => parseGroupSelection(criteria)!;

test.each([
  [undefined, "any", true],
  ['LogGroupName IN ["a", "b"]', "b", true],
  ['LogGroupName IN ["a", "b"]', "bb", false],
  ['LogGroupName NOT IN ["a"]', "a", false],
  ['LogGroupName NOT IN ["a"]', "aa", true],
  ['LogGroupNamePrefix IN ["/aws/", "my"]', "my-log", true],
  ['LogGroupNamePrefix IN ["/aws/", "my"]', "a-my-log", false],
  ['LogGroupNamePrefix NOT IN ["/aws/"]', "/aws/lambda/f", false],
  [' LogGroupNamePrefix  NOT  IN["/aws/"] ', "/other", true],
])("%s of %s: %s", (criteria, name, isSelected) => {
  expect(selectsGroup(selection(criteria), name)).toBe(isSelected);
});

test.each([
  "LogGroupName",
  "LogGroupName IN []",
  'LogGroupName IN [""]',
  "LogGroupName IN [1]",
  'LogGroupName = "a"',
  'LogGroupName LIKE ["a"]',
  'LogStreamName IN ["a"]',
  'LogGroupName IN ["a"] OR LogGroupName IN ["b"]',
  `LogGroupName IN ${JSON.stringify(Array.from({ length: 51 }, (_, index) => String(index)))}`,
])("%s is no selection", (criteria) => {
  expect(parseGroupSelection(criteria)).toBeUndefined();
});

describe("overlaps as the documentation tells them", () => {
  test.each([
    [undefined, 'LogGroupName IN ["a"]', true],
    ['LogGroupNamePrefix IN ["my-log"]', 'LogGroupNamePrefix IN ["my-log-prod"]', true],
    ['LogGroupNamePrefix IN ["my-log"]', 'LogGroupNamePrefix IN ["my-logging", "x"]', true],
    ['LogGroupNamePrefix IN ["my-log"]', 'LogGroupNamePrefix IN ["my-other"]', false],
    ['LogGroupName IN ["a"]', 'LogGroupName IN ["b", "a"]', true],
    ['LogGroupName IN ["a"]', 'LogGroupName IN ["ab"]', false],
    ['LogGroupNamePrefix NOT IN ["/aws/lambda"]', 'LogGroupName IN ["/aws/lambda/function1"]', false],
    ['LogGroupNamePrefix NOT IN ["/aws/lambda"]', 'LogGroupNamePrefix IN ["/aws"]', true],
    ['LogGroupName NOT IN ["a"]', 'LogGroupNamePrefix IN ["a"]', true],
    ['LogGroupName NOT IN ["a"]', 'LogGroupName NOT IN ["b"]', true],
  ])("%s and %s: %s", (one, other, overlap) => {
    expect(selectionsOverlap(selection(one), selection(other))).toBe(overlap);
    expect(selectionsOverlap(selection(other), selection(one))).toBe(overlap);
  });
});

const name = fc.string({ unit: fc.constantFrom("a", "b", "/"), minLength: 1, maxLength: 4 });
const anySelection = fc.record({
  by: fc.constantFrom("name" as const, "prefix" as const),
  isExclusion: fc.boolean(),
  values: fc.array(name, { minLength: 1, maxLength: 3 }),
});

property.prop([anySelection, anySelection, name])(
  "a group that two policies select is of policies that overlap",
  (one, other, group) => {
    fc.pre(selectsGroup(one, group) && selectsGroup(other, group));
    expect(selectionsOverlap(one, other)).toBe(true);
  },
);

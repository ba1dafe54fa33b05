// Account policies for retention: their documents, and which of several is for a group.
import { describe, expect, test } from "vitest";
import { parseRetentionPolicy, retentionRuleFor, type RetentionRule } from "./retention-policy.ts";

describe("a document", () => {
  test.each([
    ['{"retentionInDays":90,"enforcementMode":"RETROACTIVE"}', { days: 90, isRetroactive: true }],
    [
      '{"retentionInDays":"NEVER_EXPIRE","enforcementMode":"NEW_ONLY"}',
      { days: undefined, isRetroactive: false },
    ],
  ])("%s", (text, document) => {
    expect(parseRetentionPolicy(text)).toEqual(document);
  });

  test.each([
    ["no", "no valid JSON"],
    ["[]", "retentionInDays"],
    ['{"retentionInDays":7,"enforcementMode":"RETROACTIVE"}', "one of 30, 60"],
    ['{"retentionInDays":"90","enforcementMode":"RETROACTIVE"}', "one of 30, 60"],
    ['{"retentionInDays":90}', "enforcementMode"],
    ['{"retentionInDays":90,"enforcementMode":"NEW_ONLY","days":1}', "unknown member days"],
  ])("%s is none", (text, problem) => {
    expect(parseRetentionPolicy(text)).toContain(problem);
  });
});

test("the longest retention counts, then the oldest policy; new-only ones leave old groups alone", () => {
  const rule = (name: string, change: Partial<RetentionRule>): RetentionRule => {
    return { name, days: 30, isRetroactive: true, createdAt: 100, prefix: "", ...change };
  };
  const chosen = (rules: readonly RetentionRule[], name = "/app/web", createdAt = 50) =>
    retentionRuleFor(rules, { name, createdAt })?.name;
  const baseline = rule("baseline", {});
  const longer = rule("longer", { days: 365, prefix: "/app" });
  expect(chosen([baseline, longer])).toBe("longer");
  expect(chosen([baseline, longer], "/other")).toBe("baseline");
  const forEver = rule("for-ever", { days: undefined, prefix: "/app/w" });
  expect(chosen([longer, forEver, baseline])).toBe("for-ever");
  const twin = rule("twin", { days: 365, createdAt: 99 });
  expect(chosen([longer, twin])).toBe("twin");
  const newOnly = rule("new-only", { days: 731, isRetroactive: false });
  expect(chosen([newOnly, baseline])).toBe("baseline");
  expect(chosen([newOnly, baseline], "/app/web", 100)).toBe("new-only");
  expect(chosen([newOnly])).toBeUndefined();
});

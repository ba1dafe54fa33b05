// Patterns of names and filters of tags, by AWS's own examples.
import { expect, test } from "vitest";
import { compileNamePattern, compileTagFilters } from "./log-group-filter.ts";

test.each([
  ["DataLogs", "aws/DataLogs", true],
  ["DataLogs", "GroupDataLogs", true],
  ["DataLogs", "datalogs", false],
  ["DataLogs", "Data/log/s", false],
  ["^/aws/lambda|discovery", "/aws/lambda/one", true],
  ["^/aws/lambda|discovery", "/my/aws/lambda", false],
  ["^/aws/lambda|discovery", "/my/discovery/log", true],
  ["^/aws/lambda|discovery", "/other", false],
])("%s against the name %s is %s", (pattern, name, matches) => {
  expect(compileNamePattern(pattern)(name)).toBe(matches);
});

test.each([
  [["prod"], { stage: "prod" }, true],
  [["prod"], { stage: "Prod" }, false],
  [["prod"], {}, false],
  [[], { stage: "" }, true],
  [[], { other: "prod" }, false],
  [["prod*"], { stage: "PRODUCTION" }, true],
  [["*duct*"], { stage: "PRODUCTION" }, true],
  [["*tion"], { stage: "production" }, true],
  [["*"], { stage: "anything" }, true],
  [["prod*"], { stage: "preprod" }, false],
  [["!prod"], { stage: "test" }, true],
  [["!prod"], { stage: "prod" }, false],
  [["!prod*"], { stage: "Production" }, false],
  [["dev", "test"], { stage: "test" }, true],
] as const)("values %j against the tags %j: %s", (values, tags, matches) => {
  expect(compileTagFilters([{ key: "stage", values }])(tags)).toBe(matches);
});

test("filters are combined with and, and a name of every object is no tag", () => {
  const both = compileTagFilters([
    { key: "stage", values: ["prod"] },
    { key: "team", values: [] },
  ]);
  expect(both({ stage: "prod", team: "shop" })).toBe(true);
  expect(both({ stage: "prod" })).toBe(false);
  expect(compileTagFilters([{ key: "constructor", values: [] }])({})).toBe(false);
});

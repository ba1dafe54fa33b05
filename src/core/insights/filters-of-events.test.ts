// Where a filter behind `stats` is about the events, it stands in front of it; where not, it stays.
import { expect, test } from "vitest";
import { withFiltersOfEvents } from "./filters-of-events.ts";
import { parseInsightsQuery } from "./parse-query.ts";
import { printInsightsQuery } from "./print-query.ts";

const placed = (text: string) =>
  printInsightsQuery({ commands: withFiltersOfEvents(parseInsightsQuery(text).commands) });
const printed = (text: string) => printInsightsQuery(parseInsightsQuery(text));

test.each([
  ["stats count(*) as n by a | filter b = 1", "filter b = 1 | stats count(*) as n by a"],
  [
    "stats count(*) as n by a | sort n | filter a = 1 and b = 1 | limit 2",
    "filter a = 1 and b = 1 | stats count(*) as n by a | sort n | limit 2",
  ],
  [
    "stats count(*) as n by a | filter n > 1 | filter ispresent(b) | filter c like 'x'",
    "filter ispresent(b) | filter c like 'x' | stats count(*) as n by a | filter n > 1",
  ],
  [
    "fields a.b as c | stats count(*) as n | filter not c in [1] | filter -d > 2",
    "fields a.b as c | filter not c in [1] | filter -d > 2 | stats count(*) as n",
  ],
])("in front: %s", (text, wanted) => {
  expect(placed(text)).toBe(printed(wanted));
});

test.each([
  "stats count(*) as n by a | filter n > 1 and a = 2",
  "stats count(*) by a | filter `count(*)` > 1",
  "stats histogram(b, 2) as h by a | filter h.x = 1 or h[0] = 1",
  "stats count(*) as n by a | fields n as b | filter b = 1",
  "stats count(*) as n by a | limit 2 | filter b = 1",
  "stats count(*) as n by a | stats max(n) as n | filter b = 1",
  "pattern a | stats count(*) as n | filter b = 1",
  "stats count(*) as n by a | filter a in (fields b | limit 1)",
])("stays: %s", (text) => {
  expect(placed(text)).toBe(printed(text));
});

test("a condition on both what stats has made and what it has not is refused where the latter stands", () => {
  const problem = "Unknown symbols found in or after stats: b";
  expect(() => placed("stats count(*) as n | filter n > 1 or b = 1")).toThrow(
    expect.objectContaining({ message: problem, span: { start: 38, end: 39 } }) as Error,
  );
});

// Which events go with a notification, and how many of them fit into it.
import { expect, test } from "vitest";
import type { LogQuery } from "./alarm.ts";
import { fittingLines, lineOf, linesQueryOf } from "./log-lines.ts";

const queryOf = (queryString: string, aggregation: string): LogQuery => ({
  queryString,
  aggregation,
  logGroupIdentifiers: ["app"],
  queryArn: "",
  roleArn: "",
  scheduleExpression: "rate(1 minute)",
  rateSeconds: 60,
  startOffsetSeconds: 60,
  endOffsetSeconds: 0,
});

test.each([
  ["", "count(*)", {}, "fields @timestamp, @message"],
  ["filter level = 'E' ", "count(*)", {}, "filter level = 'E'"],
  ["", "count(*) by host", { host: 'a "b"' }, 'filter host = "a \\"b\\""'],
  [
    "fields x",
    "avg(x) by `the host`, zone",
    { "the host": "a", zone: "" },
    'fields x | filter `the host` = "a" | filter not ispresent(zone) or zone = ""',
  ],
])("%s | stats %s of %j shows %s", (queryString, aggregation, attributes, expected) => {
  const contributor = { id: "1", attributes: attributes as Record<string, string> };
  expect(linesQueryOf(queryOf(queryString, aggregation), contributor)).toBe(expected);
});

test("lines have no pointers, and only as many go along as there is room for", () => {
  expect(
    lineOf([
      ["@message", "m"],
      ["@ptr", "p"],
    ]),
  ).toEqual({ "@message": "m" });
  const line = { "@message": "ä".repeat(50_000) };
  expect(fittingLines("{}", [line, line, line])).toHaveLength(2);
  expect(fittingLines(`{"a":"${"x".repeat(100_000)}"}`, [line, line, line])).toHaveLength(1);
  expect(fittingLines("{}", [{ "@message": "short" }])).toHaveLength(1);
});

// Metrics Insights queries: reading and printing, which metrics they are about, and how these are grouped.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { Series } from "../math/series.ts";
import type { MetricIdentity } from "../metric-identity.ts";
import { groupLabel, groupMetrics, isQueried, orderSeries } from "./groups.ts";
import { isInsightsProblem, parseInsightsQuery } from "./parse.ts";
import { printInsightsQuery } from "./print.ts";
import { insightsFunctions, isInsightsQuery, type InsightsQuery } from "./query.ts";

function parse(text: string): InsightsQuery {
  const outcome = parseInsightsQuery(text);
  if (isInsightsProblem(outcome)) throw new Error(outcome.problem);
  return outcome;
}

const name = fc.stringMatching(/^[ -~]{1,8}$/).filter((text) => !text.startsWith("tag"));
const query: fc.Arbitrary<InsightsQuery> = fc.record(
  {
    function: fc.constantFrom(...insightsFunctions),
    metricName: name,
    namespace: name,
    schema: fc.array(name, { maxLength: 3 }),
    conditions: fc.array(
      fc.record({
        label: fc.oneof(name, fc.constant("AWS.AccountId")),
        operator: fc.constantFrom("=" as const, "!=" as const),
        value: name,
      }),
      { maxLength: 3 },
    ),
    groupBy: fc.array(name, { maxLength: 3 }),
    orderBy: fc.record({ function: fc.constantFrom(...insightsFunctions), descending: fc.boolean() }),
    limit: fc.integer({ min: 1, max: 500 }),
  },
  { requiredKeys: ["function", "metricName", "namespace", "conditions", "groupBy"] },
);

property.prop([query])("what is printed is read as the same query", (given) => {
  expect(parse(printInsightsQuery(given))).toEqual(given);
});

test("key words are of any case, names are not", () => {
  const text = `select sum(RequestCount) from schema("AWS/ApplicationELB", LoadBalancer, AvailabilityZone)
    where LoadBalancer = 'app/load-balancer-1' group by AvailabilityZone order by max() desc limit 5`;
  expect(isInsightsQuery(text)).toBe(true);
  expect(isInsightsQuery("SELECTED + 1")).toBe(false);
  expect(parse(text)).toEqual({
    function: "SUM",
    metricName: "RequestCount",
    namespace: "AWS/ApplicationELB",
    schema: ["LoadBalancer", "AvailabilityZone"],
    conditions: [{ label: "LoadBalancer", operator: "=", value: "app/load-balancer-1" }],
    groupBy: ["AvailabilityZone"],
    orderBy: { function: "MAX", descending: true },
    limit: 5,
  });
});

test.each([
  ["SELECT MEDIAN(a) FROM b", "expected AVG, COUNT, MAX, MIN, SUM at position 7"],
  ["SELECT AVG a FROM b", "expected '(' at position 11"],
  ["SELECT AVG(LIMIT) FROM b", "expected the name of a metric at position 11"],
  ["SELECT AVG(a) FROM AWS/EC2", "expected the end of the query at position 22"],
  ["SELECT AVG(a) FROM b WHERE c > 'd'", "expected = or != at position 29"],
  ["SELECT AVG(a) FROM b WHERE c = d", "expected a value in single quotes at position 31"],
  ["SELECT AVG(a) FROM b WHERE c = 'd' OR e = 'f'", "expected the end of the query at position 35"],
  ["SELECT AVG(a) FROM b WHERE tag.x = 'd'", "tags of resources are not supported at position 30"],
  ["SELECT AVG(a) FROM b GROUP InstanceId", "expected BY at position 27"],
  ["SELECT AVG(a) FROM b LIMIT 501", "expected a number from 1 to 500 at position 27"],
  ['SELECT AVG(a) FROM "b', 'expected a closing " at position 19'],
])("refuses %s", (text, problem) => {
  expect(parseInsightsQuery(text)).toMatchObject({ problem });
});

const metric = (dimensions: Record<string, string>, metricName = "cpu"): MetricIdentity => ({
  namespace: "ns",
  name: metricName,
  dimensions: Object.entries(dimensions).map(([dimension, value]) => ({ name: dimension, value })),
});

const metrics = [
  metric({}),
  metric({ host: "h2" }),
  metric({ host: "h1" }),
  metric({ host: "h1", zone: "a" }),
  metric({ host: "h1" }, "memory"),
];

test.each([
  ["SELECT AVG(cpu) FROM ns", [0, 1, 2, 3]],
  ["SELECT AVG(cpu) FROM other", []],
  ["SELECT AVG(cpu) FROM SCHEMA(ns)", [0]],
  ["SELECT AVG(cpu) FROM SCHEMA(ns, host)", [1, 2]],
  ["SELECT AVG(cpu) FROM SCHEMA(ns, zone, host)", [3]],
  ["SELECT AVG(cpu) FROM ns WHERE host = 'h1'", [2, 3]],
  ["SELECT AVG(cpu) FROM ns WHERE host != 'h1'", [0, 1]],
  ["SELECT AVG(cpu) FROM ns WHERE host = 'h1' AND zone != 'b'", [2, 3]],
  ["SELECT AVG(cpu) FROM ns WHERE AWS.AccountId = '1'", [0, 1, 2, 3]],
  ["SELECT AVG(cpu) FROM ns WHERE AWS.AccountId = '2'", []],
  ["SELECT AVG(cpu) FROM ns WHERE AWS.AccountId = CURRENT_ACCOUNT_ID()", [0, 1, 2, 3]],
  ["SELECT AVG(cpu) FROM ns WHERE AWS.AccountId != current_account_id()", []],
])("%s", (text, expected) => {
  const found = metrics.flatMap((one, index) => (isQueried(parse(text), one, "1") ? [index] : []));
  expect(found).toEqual(expected);
});

describe("groups", () => {
  const labelsOf = (text: string) => {
    const given = parse(text);
    return groupMetrics(given, metrics.slice(0, 4), "1").map(
      (group) => `${groupLabel(given, group)}: ${group.metrics.length}`,
    );
  };

  test("are by the values of labels, in their order", () => {
    expect(labelsOf("SELECT AVG(cpu) FROM ns")).toEqual(["cpu: 4"]);
    expect(labelsOf("SELECT AVG(cpu) FROM ns GROUP BY host")).toEqual(["Other: 1", "h1: 2", "h2: 1"]);
    expect(labelsOf("SELECT AVG(cpu) FROM ns GROUP BY host, zone")).toEqual([
      "Other Other: 1",
      "h1 Other: 1",
      "h1 a: 1",
      "h2 Other: 1",
    ]);
  });

  const series = (label: string, values: readonly number[]): Series => ({
    label,
    periodSeconds: 60,
    timestamps: values.map((_, index) => index),
    values,
  });
  const all = [series("a", [1, 9]), series("b", [4, 4]), series("none", []), series("c", [5])];
  const order = (clause: string) =>
    orderSeries(parse(`SELECT AVG(cpu) FROM ns GROUP BY host ${clause}`), all).map(({ label }) => label);

  test("are ordered and cut as asked", () => {
    expect(order("")).toEqual(["a", "b", "c"]);
    expect(order("LIMIT 2")).toEqual(["a", "b"]);
    expect(order("ORDER BY MAX() DESC")).toEqual(["a", "c", "b"]);
    expect(order("ORDER BY MIN()")).toEqual(["a", "b", "c"]);
    expect(order("ORDER BY SUM() DESC LIMIT 1")).toEqual(["a"]);
    expect(order("ORDER BY COUNT() ASC LIMIT 1")).toEqual(["c"]);
    expect(order("ORDER BY AVG() ASC")).toEqual(["b", "a", "c"]);
  });
});

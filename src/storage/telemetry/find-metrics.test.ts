// What the store finds for searches and queries, against what they mean.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isQueried } from "../../core/metrics/insights-sql/groups.ts";
import { isInsightsProblem, parseInsightsQuery } from "../../core/metrics/insights-sql/parse.ts";
import { identityKey, metricIdOf, type MetricIdentity } from "../../core/metrics/metric-identity.ts";
import { compileSearch } from "../../core/metrics/search/match.ts";
import { isSearchProblem, parseSearch } from "../../core/metrics/search/parse.ts";
import type { Sql } from "../../core/sql.ts";
import type { Telemetry } from "../telemetry.ts";
import { findMetrics, insightsCondition, searchCondition } from "./find-metrics.ts";
import { MetricRegistry } from "./metrics.ts";
import { openTelemetry } from "./open.ts";

const now = Date.now();
const world = 1;
let folder: string;
let telemetry: Telemetry;

const metric = (
  namespace: string,
  name: string,
  dimensions: Record<string, string> = {},
): MetricIdentity => ({
  namespace,
  name,
  dimensions: Object.entries(dimensions).map(([dimension, value]) => ({ name: dimension, value })),
});

const metrics = [
  metric("AWS/EC2", "CPUUtilization", { InstanceId: "i-1" }),
  metric("AWS/EC2", "CPUUtilization", { InstanceId: "i-2", Zone: "it's \\a" }),
  metric("AWS/EC2", "Network-Errors_2", { InstanceType: "t2.micro" }),
  metric("AWS/Lambda", "Errors", { FunctionName: "ProjectA-get" }),
  metric("Shop", "CustomCount1"),
  metric("Shop", "Größe", { Stück: "Zähler1" }),
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-find-metrics-"));
  telemetry = openTelemetry({ folder });
  const registry = new MetricRegistry(telemetry);
  for (const unit of ["None", "Percent"] as const) {
    const data = metrics.map((identity) => ({ identity, key: identityKey(identity), unit }));
    await registry.note(world, unit === "None" ? data : data.slice(0, 1), ({ identity }) => identity, now)
      .stored;
  }
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

const find = (condition: Sql, limit = 100, seenSince = now - 1_000) =>
  findMetrics(telemetry, { worlds: [world], condition, seenSince, limit });

const keys = (found: readonly MetricIdentity[]) => found.map(identityKey).toSorted();

test.each([
  "{AWS/EC2}",
  "{AWS/EC2,InstanceId}",
  "{AWS/EC2,Zone,InstanceId}",
  'MetricName="CPUUtilization" "InstanceId"=("i-1" OR "i-3")',
  'Zone="it\'s \\\\a"',
  "CustomCount",
  "customcount1",
  "network/errors",
  "networkerrors2",
  "count OR micro",
  "NOT count",
  "NOT Namespace=AWS",
  'NOT Namespace="Shop"',
  'NOT (Namespace="Shop" OR "i-1")',
  'NOT (Namespace="Shop" AND count)',
  "zähler",
  "größe",
  "FunctionName=ProjectA MetricName=Errors",
  "Shop :aws.AccountId=LOCAL",
  "NOT :aws.AccountId=LOCAL",
  "NOT NOT Shop",
])("the search %s misses nothing in the store", async (text) => {
  const search = parseSearch(text);
  if (isSearchProblem(search)) throw new Error(search.problem);
  const finds = compileSearch(search, "1");
  const found = await find(searchCondition(search));
  expect(keys(found.filter(finds))).toEqual(keys(metrics.filter(finds)));
});

test("searches for exact names read nothing else", async () => {
  const search = parseSearch('{AWS/EC2,InstanceId} MetricName="CPUUtilization" NOT "i-2"');
  if (isSearchProblem(search)) throw new Error(search.problem);
  expect(keys(await find(searchCondition(search)))).toEqual(keys(metrics.slice(0, 1)));
});

test.each([
  'SELECT AVG(CPUUtilization) FROM "AWS/EC2"',
  'SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId)',
  "SELECT AVG(CustomCount1) FROM SCHEMA(Shop)",
  `SELECT AVG(CPUUtilization) FROM "AWS/EC2" WHERE InstanceId = 'i-1'`,
  `SELECT AVG(CPUUtilization) FROM "AWS/EC2" WHERE Zone != 'x' AND InstanceId != 'i-1'`,
  `SELECT AVG(CPUUtilization) FROM "AWS/EC2" WHERE Zone = 'it\\'s \\\\a'`,
  `SELECT AVG(CPUUtilization) FROM "AWS/EC2" WHERE AWS.AccountId = '1'`,
])("%s", async (text) => {
  const query = parseInsightsQuery(text);
  if (isInsightsProblem(query)) throw new Error(query.problem);
  const expected = metrics.filter((one) => isQueried(query, one, "1"));
  expect(expected.length).toBeGreaterThan(0);
  expect(keys(await find(insightsCondition(query)))).toEqual(keys(expected));
});

test("a metric comes once, with the numbers of its series; none that is older", async () => {
  const search = parseSearch("{AWS/EC2,InstanceId}");
  if (isSearchProblem(search)) throw new Error(search.problem);
  const [found] = await find(searchCondition(search));
  const key = identityKey(metrics[0]!);
  const units = ["None", "Percent"] as const;
  expect(new Set(found?.metricIds)).toEqual(new Set(units.map((unit) => metricIdOf(world, key, unit))));
  expect(await find(searchCondition({}), 2)).toHaveLength(2);
  expect(await find(searchCondition({}), 100, now + 1_000)).toEqual([]);
});

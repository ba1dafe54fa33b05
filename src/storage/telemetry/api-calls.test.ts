// API calls are found by every look-up attribute, newest first, in pages.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditEntry } from "../../core/audit/record.ts";
import type { Telemetry } from "../telemetry.ts";
import { appendApiCalls, readApiCalls, type ApiCallAttribute, type StoredApiCall } from "./api-calls.ts";
import { openTelemetry } from "./open.ts";

const now = Date.now();
const range = { from: now - 1_000, to: now + 1_000 };
let folder: string;
let telemetry: Telemetry;

const entry = (number: number): AuditEntry => ({
  account: "123456789012",
  region: "us-east-1",
  category: number % 5 === 0 ? "Data" : "Management",
  calledAt: now + Math.floor(number / 3),
  eventId: `e-${number}`,
  eventName: number % 2 === 0 ? "CreateLogGroup" : "DescribeAlarms",
  eventSource: number % 2 === 0 ? "logs.amazonaws.com" : "monitoring.amazonaws.com",
  readOnly: number % 2 === 1,
  userName: `user-${number % 4}`,
  accessKeyId: `AKIA${number % 4}`,
  resources: [{ type: number % 2 === 0 ? "AWS::Logs::LogGroup" : "T", name: `it's-${number}` }],
  record: JSON.stringify({ number }),
});

const entries = Array.from({ length: 40 }, (_, number) => entry(number));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-api-calls-"));
  telemetry = openTelemetry({ folder });
  await appendApiCalls(
    telemetry,
    entries.map(() => 1),
    entries,
  );
  await appendApiCalls(telemetry, [2], [entry(99)]);
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

const idsOf = (calls: readonly { eventId: string }[]) => calls.map(({ eventId }) => eventId);

const attributes: readonly (readonly [ApiCallAttribute, string, (made: AuditEntry) => boolean])[] = [
  ["AccessKeyId", "AKIA2", ({ accessKeyId }) => accessKeyId === "AKIA2"],
  ["EventId", "e-7", ({ eventId }) => eventId === "e-7"],
  ["EventName", "CreateLogGroup", ({ eventName }) => eventName === "CreateLogGroup"],
  ["EventSource", "logs.amazonaws.com", ({ eventSource }) => eventSource === "logs.amazonaws.com"],
  ["ReadOnly", "true", ({ readOnly }) => readOnly],
  ["ReadOnly", "false", ({ readOnly }) => !readOnly],
  ["ResourceName", "it's-8", ({ resources }) => resources[0]?.name === "it's-8"],
  ["ResourceType", "AWS::Logs::LogGroup", ({ resources }) => resources[0]?.type === "AWS::Logs::LogGroup"],
  ["Username", "user-3", ({ userName }) => userName === "user-3"],
  ["Username", "nobody", () => false],
];

test.each(attributes)("by %s %s", async (key, value, matches) => {
  const query = { world: 1, category: "Management", attributes: [{ key, value }], ...range } as const;
  const expected = entries.filter((made) => made.category === "Management" && matches(made)).toReversed();
  expect(idsOf(await readApiCalls(telemetry, { ...query, limit: 100 }))).toEqual(idsOf(expected));
});

test("pages of all categories hold every call once, newest first", async () => {
  const found: StoredApiCall[] = [];
  for (const limit = 7; ;) {
    const before = found.at(-1);
    const query = { world: 1, ...range, limit, ...(before === undefined ? {} : { before }) };
    const page = await readApiCalls(telemetry, query);
    found.push(...page);
    if (page.length < limit) break;
  }
  expect(idsOf(found)).toEqual(idsOf(entries.toReversed()));
  expect(found[0]).toMatchObject({
    category: "Management",
    calledAt: now + 13,
    eventName: "DescribeAlarms",
    readOnly: true,
    userName: "user-3",
    resourceTypes: ["T"],
    resourceNames: ["it's-39"],
    record: '{"number":39}',
  });
});

test("old calls are found behind new ones, each once", async () => {
  const dayMs = 86_400_000;
  const ages = [0, dayMs - 1, dayMs, dayMs + 1, 6 * dayMs, 7 * dayMs, 7 * dayMs + 1, 30 * dayMs, 89 * dayMs];
  const old = ages.map((age, index) => ({ ...entry(1), eventId: `old-${index}`, calledAt: now - age }));
  await appendApiCalls(
    telemetry,
    old.map(() => 3),
    old,
  );
  const query = { world: 3, category: "Management", from: now - 90 * dayMs, to: now } as const;
  expect(idsOf(await readApiCalls(telemetry, { ...query, limit: 100 }))).toEqual(idsOf(old));
  const page = await readApiCalls(telemetry, { ...query, limit: 4 });
  const before = page.at(-1)!;
  const rest = await readApiCalls(telemetry, { ...query, before, limit: 100 });
  expect(idsOf([...page, ...rest])).toEqual(idsOf(old));
  const since = await readApiCalls(telemetry, { ...query, from: now - 7 * dayMs, limit: 100 });
  expect(idsOf(since)).toEqual(idsOf(old.slice(0, 6)));
});

test("times are inclusive", async () => {
  const query = { world: 1, category: "Management", from: now + 2, to: now + 2, limit: 10 } as const;
  expect(idsOf(await readApiCalls(telemetry, query))).toEqual(["e-8", "e-7", "e-6"]);
});

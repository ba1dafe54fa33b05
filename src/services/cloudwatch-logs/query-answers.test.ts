// Answers to queries while they run: what the newest part of the time says comes first.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseInsightsQuery } from "../../core/insights/parse-query.ts";
import type { QueryScope } from "../../core/insights/scope.ts";
import { appendLogEvents } from "../../storage/telemetry/log-events.ts";
import { openTelemetry } from "../../storage/telemetry/open.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import { answerQuery, type QueryAnswer } from "./query-answers.ts";

const from = Date.parse("2026-11-02T12:00:00Z");
const scope: QueryScope = {
  logGroups: [{ id: 1, account: "1", name: "g", visibleFrom: 0 }],
  streams: [],
  from,
  to: from + 159_999,
  now: from,
  limit: 100,
  takeOnce: false,
  regexProblem: () => undefined,
  groupsOfSource: () => [],
  lookupTables: new Map(),
};
let folder: string;
let telemetry: Telemetry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-answers-"));
  telemetry = openTelemetry({ folder });
  const events = Array.from({ length: 160 }, (_, index) => ({
    timestamp: from + index * 1_000,
    message: `event ${index}`,
    indexed: {},
  }));
  await appendLogEvents(telemetry, { groupId: 1, streamId: 1, retentionDays: undefined }, events, from);
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

async function ask(text: string, partialAboveEvents: number) {
  const partials: QueryAnswer[] = [];
  const { signal } = new AbortController();
  const answer = await answerQuery(telemetry, parseInsightsQuery(text), scope, {
    signal,
    partialAboveEvents,
    onPartial: (partial) => partials.push(partial),
  });
  return { answer, partials };
}

test("a query over many events says first what the newest sixteenth of its time has", async () => {
  const { answer, partials } = await ask("stats count(*) as events", 100);
  expect(partials).toMatchObject([
    { rows: [[["events", "10"]]], statistics: { recordsScanned: 10, recordsMatched: 10 } },
  ]);
  expect(answer).toMatchObject({ rows: [[["events", "160"]]], statistics: { recordsScanned: 160 } });
});

test("a query over few events, or one that compares times, is asked once", async () => {
  expect((await ask("stats count(*)", 160)).partials).toEqual([]);
  expect((await ask("pattern @message | diff", 100)).partials).toEqual([]);
});

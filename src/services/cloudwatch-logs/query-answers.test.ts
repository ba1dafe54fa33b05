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

async function ask(text: string, partialAboveEvents: number, span: Partial<QueryScope> = {}) {
  const partials: QueryAnswer[] = [];
  const { signal } = new AbortController();
  const answer = await answerQuery(
    telemetry,
    parseInsightsQuery(text),
    { ...scope, ...span },
    {
      signal,
      partialAboveEvents,
      onPartial: (partial) => partials.push(partial),
    },
  );
  return { answer, partials };
}

test("a query over many events says first what the newest sixteenth of their time has", async () => {
  const { answer, partials } = await ask("stats count(*) as events", 100);
  expect(partials).toMatchObject([
    { rows: [[["events", "10"]]], statistics: { recordsScanned: 10, recordsMatched: 10 } },
  ]);
  expect(answer).toMatchObject({ rows: [[["events", "160"]]], statistics: { recordsScanned: 160 } });
});

test("the part is of the time in which there are events, wherever that is in the query's", async () => {
  const spans = [{ to: from + 30 * 86_400_000 }, { from: from - 30 * 86_400_000 }];
  for (const span of spans) {
    const { partials } = await ask("stats count(*) as events, max(@message) as last", 100, span);
    expect(partials).toMatchObject([
      {
        rows: [
          [
            ["events", "10"],
            ["last", "event 159"],
          ],
        ],
      },
    ]);
  }
});

test("events that an index shows not to match are skipped, and counted as such", async () => {
  const destination = { groupId: 2, streamId: 1, retentionDays: undefined };
  for (let batch = 0; batch < 2; batch++) {
    const events = Array.from({ length: 9_000 }, (_, index) => ({
      timestamp: from + batch * 9_000 + index,
      message: batch === 0 && index === 0 ? "found a needle here" : "hay",
      indexed: {},
    }));
    await appendLogEvents(telemetry, destination, events, from);
  }
  const query = parseInsightsQuery("filter @message like 'a needle here'");
  const group = { ...scope, logGroups: [{ id: 2, account: "1", name: "h", visibleFrom: 0 }] };
  const { signal } = new AbortController();
  const { statistics } = await answerQuery(telemetry, query, group, { signal, onPartial: () => undefined });
  const { recordsScanned, recordsSkipped = 0 } = statistics;
  expect(statistics.recordsMatched).toBe(1);
  expect(recordsSkipped).toBeGreaterThan(5_000);
  expect(recordsScanned + recordsSkipped).toBe(18_000);
});

test("a query over few events, or one that compares times, is asked once", async () => {
  expect((await ask("stats count(*)", 160)).partials).toEqual([]);
  expect((await ask("pattern @message | diff", 100)).partials).toEqual([]);
});

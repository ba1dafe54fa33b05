// Rows of a query over parts of its time, one after the other, are those over the whole.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, expect } from "vitest";
import { sql } from "../../core/sql.ts";
import { rowsOfSingleEvents } from "../../core/insights/compile-query.ts";
import { parseInsightsQuery } from "../../core/insights/parse-query.ts";
import type { QueryScope } from "../../core/insights/scope.ts";
import { appendLogEvents } from "../../storage/telemetry/log-events.ts";
import { openTelemetry } from "../../storage/telemetry/open.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import { answerQuery, runBounds, type ResultRow } from "./query-answers.ts";
import { rowSlices } from "./row-slices.ts";

const startAt = Date.parse("2026-11-02T12:00:00Z");
const hourMs = 3_600_000;
const { signal } = new AbortController();
let folder: string;
let telemetry: Telemetry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-slices-"));
  telemetry = openTelemetry({ folder });
  // Dense at the end of the hour, with several events in many of its milliseconds.
  const events = Array.from({ length: 2_000 }, (_, index) => ({
    timestamp: startAt + hourMs - Math.floor((index / 2_000) ** 4 * hourMs),
    message: `{"kind":${index % 5},"n":${index}}`,
    indexed: {},
  }));
  await appendLogEvents(telemetry, { groupId: 1, streamId: 1, retentionDays: undefined }, events, startAt);
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

const scopeOf = (from: number, to: number, limit: number): QueryScope => ({
  logGroups: [{ id: 1, account: "1", name: "g", visibleFrom: 0 }],
  streams: [],
  from,
  to,
  now: startAt,
  limit,
  takeOnce: false,
  regexProblem: () => undefined,
  groupsOfSource: () => [],
  lookupTables: new Map(),
});

const queryText = fc.constantFrom(
  "fields n",
  "filter kind = 3 | fields n",
  "filter kind > 1 | display n, kind | limit 7",
  'parse @message "n\\":*}" as number | filter number like /9$/ | fields number',
);
const instant = fc.integer({ min: -hourMs, max: 2 * hourMs }).map((offset) => startAt + offset);

test.prop([queryText, instant, instant, fc.integer({ min: 1, max: 3_000 })], { numRuns: 10 })(
  "slices give the rows of the whole, in their order",
  async (text, one, other, limit) => {
    const query = parseInsightsQuery(text);
    const scope = scopeOf(Math.min(one, other), Math.max(one, other), limit);
    const wanted = rowsOfSingleEvents(query, scope);
    const whole = await answerQuery(telemetry, query, scope, { signal, onPartial: () => undefined });
    const rows: ResultRow[] = [];
    let searchedFrom = scope.to + 1;
    const slices = rowSlices(telemetry, query, scope, {
      limit: wanted!,
      bounds: runBounds(signal),
      inTurn: (work) => work(),
    });
    for await (const slice of slices) {
      expect(slice.searchedFrom).toBeLessThan(searchedFrom);
      ({ searchedFrom } = slice);
      rows.push(...slice.rows);
      expect(slice.statistics.resultCount).toBe(rows.length);
    }
    expect(rows).toEqual(whole.rows);
    if (rows.length < wanted!) expect(searchedFrom).toBe(scope.from);
  },
);

test("nothing is read before it is asked for", async () => {
  let statements = 0;
  const counting: Telemetry = {
    ...telemetry,
    query: (statement, options) => {
      statements += 1;
      return telemetry.query(statement, options);
    },
  };
  const scope = scopeOf(startAt, startAt + hourMs, 3_000);
  const slices = rowSlices(counting, parseInsightsQuery("fields n"), scope, {
    limit: 3_000,
    bounds: runBounds(signal),
    inTurn: (work) => work(),
  });
  expect(statements).toBe(0);
  await slices.next();
  const first = statements;
  await telemetry.query(sql`SELECT sleep(0.05)`);
  expect(statements).toBe(first);
  for await (const { rows } of slices) expect(rows).toBeDefined();
  expect(statements).toBeGreaterThan(2 * first);
});

const depending = [
  "stats count(*)",
  "sort n",
  "dedup n",
  "limit 5 | fields n",
  "filter n in (fields n) | fields n",
];

test.prop([fc.constantFrom(...depending)])(
  "queries of which rows depend on each other have no slices",
  (text) => {
    expect(rowsOfSingleEvents(parseInsightsQuery(text), scopeOf(0, 1, 10))).toBeUndefined();
  },
);

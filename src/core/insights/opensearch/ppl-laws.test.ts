// A law of PPL: random commands over random rows answer what a plain computation over the same rows does.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, expect } from "vitest";
import { appendLogEvents } from "../../../storage/telemetry/log-events.ts";
import { openTelemetry } from "../../../storage/telemetry/open.ts";
import type { Telemetry } from "../../../storage/telemetry.ts";
import { openSearchAnswers } from "../../../../test/support/insights-answers.ts";
import { randomCommands } from "../../../../test/support/ppl-commands.ts";
import type { Cell, Row, Table } from "../../../../test/support/ppl-expressions.ts";

let folder: string;
let telemetry: Telemetry;
let groupId = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-ppl-laws-"));
  telemetry = openTelemetry({ folder });
  await telemetry.ready();
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

const startAt = Date.parse("2026-11-02T12:00:00Z");
const rows: fc.Arbitrary<readonly Row[]> = fc.array(
  fc.record(
    {
      n: fc.integer({ min: -3, max: 4 }),
      m: fc.integer({ min: 0, max: 2 }),
      g: fc.constantFrom("a", "b", ""),
      s: fc.constantFrom("ab", "b", "Żó", "a%", "it's"),
    },
    { requiredKeys: [] },
  ),
  { maxLength: 9 },
);

async function run(given: readonly Row[], text: string): Promise<readonly Record<string, string>[]> {
  groupId += 1;
  const events = given.map((row, index) => ({
    timestamp: startAt + index * 1_000,
    message: JSON.stringify(row),
    indexed: {},
  }));
  const destination = { groupId, streamId: 1, retentionDays: undefined };
  if (events.length > 0) await appendLogEvents(telemetry, destination, events, startAt);
  return openSearchAnswers(telemetry, {
    language: "PPL",
    text,
    group: { id: groupId, name: "app" },
    startAt,
  });
}

const shown = (row: Row): Record<string, string> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]: [string, Cell]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );

test.prop([rows, fc.array(fc.nat({ max: 1_000 }), { minLength: 5, maxLength: 60 })], {
  numRuns: Number(process.env.PPL_RUNS ?? 15),
})("commands answer what they say", async (events, choices) => {
  const given = events.map((row, index) => ({ ...row, i: index }));
  const kinds = { i: "number", n: "number", m: "number", g: "text", s: "text" } as const;
  const table: Table = { rows: given.toReversed(), kinds: new Map(Object.entries(kinds)) };
  const { text, answer } = randomCommands(table, choices);
  const columns = [...answer.kinds.keys()];
  const query = `source = app ${text} | fields ${columns.join(", ")}`;
  const expected = answer.rows.map((row) =>
    shown(Object.fromEntries(columns.map((name) => [name, row[name]]))),
  );
  expect({ query, rows: await run(given, query) }).toEqual({ query, rows: expected });
});

// The scripts in `testdata`: events, queries, the SQL that each compiles to, and the rows that the engine
// answers. `UPDATE_SCRIPTS=1` writes SQL and rows anew; read the difference before it is committed.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendLogEvents } from "../../storage/telemetry/log-events.ts";
import { openTelemetry } from "../../storage/telemetry/open.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import { MessageReading } from "../logs/filter-pattern/message-reading.ts";
import { indexedFieldsOf } from "../logs/indexed-fields.ts";
import { renderSql } from "../sql.ts";
import { compileInsightsQuery } from "./compile-query.ts";
import { parseInsightsQuery } from "./parse-query.ts";
import { parseQuery, type QueryLanguage } from "./query-languages.ts";
import { printInsightsQuery } from "./print-query.ts";
import { InsightsQueryError } from "./query-error.ts";
import type { LookupTable, QueryScope } from "./scope.ts";

const folder = new URL("testdata/", import.meta.url).pathname;
const startAt = Date.parse("2026-11-02T12:00:00Z");
let data: string;
let telemetry: Telemetry;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "groundwatch-insights-"));
  telemetry = openTelemetry({ folder: data });
  await telemetry.ready();
});

afterAll(async () => {
  await telemetry.close();
  await rm(data, { recursive: true });
});

interface Step {
  readonly query: string;
  readonly line: number;
  readonly sql: string | undefined;
  readonly expected: readonly string[];
}

interface Script {
  /** The first one is queried; the others are there for queries inside the queries. */
  readonly groupNames: readonly string[];
  readonly language: QueryLanguage;
  readonly tables: ReadonlyMap<string, LookupTable>;
  readonly events: readonly {
    readonly groupName: string;
    readonly offsetMs: number;
    readonly stream: string;
    readonly message: string;
  }[];
  readonly steps: readonly Step[];
}

/**
 * `language PPL`, `group NAME` (of the events that follow), `table NAME JSON`,
 * `event OFFSET STREAM MESSAGE`, `query TEXT` (goes on in indented lines), `sql`, `row`, `error`.
 */
function parseScript(text: string): Script {
  let groupName = "app";
  const groupNames: string[] = [];
  let language: QueryLanguage = "CWLI";
  const tables = new Map<string, LookupTable>();
  const events: Script["events"][number][] = [];
  const steps: { query: string; line: number; sql: string | undefined; expected: string[] }[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const [, word = "", rest = ""] = /^(\w+) (.*)$/.exec(line) ?? [];
    const step = steps.at(-1);
    if (word === "group") {
      groupName = rest;
      groupNames.push(rest);
    } else if (word === "language") language = rest as QueryLanguage;
    else if (word === "table") {
      const [, name = "", body = ""] = /^(\S+) (.*)$/.exec(rest) ?? [];
      tables.set(name, JSON.parse(body) as LookupTable);
    } else if (word === "event") {
      const [, offset = "", stream = "", message = ""] = /^(-?\d+) (\S+) (.*)$/.exec(rest) ?? [];
      events.push({
        groupName,
        offsetMs: Number(offset),
        stream,
        message: message.replaceAll("\\n", "\n").replaceAll("\\t", "\t"),
      });
    } else if (word === "query") steps.push({ query: rest, line: index + 1, sql: undefined, expected: [] });
    else if (/^ {2,}\S/.test(line) && step !== undefined) step.query += `\n${line}`;
    else if (word === "sql" && step !== undefined) step.sql = rest;
    else if ((word === "row" || word === "error") && step !== undefined) step.expected.push(line);
  }
  return { language, groupNames: groupNames.length === 0 ? [groupName] : groupNames, tables, events, steps };
}

/** Each script has a group of its own, so that all can share one engine. */
async function loadScript(script: Script, groupId: number): Promise<QueryScope> {
  const streams = [...new Set(script.events.map(({ stream }) => stream))].map((name, index) => ({
    id: index + 1,
    name,
  }));
  const idOf = (groupName: string) => groupId + 1_000 * script.groupNames.indexOf(groupName);
  const places = streams.flatMap((stream) =>
    script.groupNames.map((groupName) => ({ ...stream, groupName })),
  );
  for (const { id, name, groupName } of places) {
    const events = script.events.filter((event) => event.stream === name && event.groupName === groupName);
    if (events.length === 0) continue;
    const rows = events.map(({ offsetMs, message }) => ({
      timestamp: startAt + offsetMs,
      message,
      indexed: indexedFieldsOf(new MessageReading(message)),
    }));
    const destination = { groupId: idOf(groupName), streamId: id, retentionDays: undefined };
    await appendLogEvents(telemetry, destination, rows, startAt + 5_000);
  }
  const groups = script.groupNames.map((name) => {
    return { id: idOf(name), account: "123456789012", name, region: "us-east-1", visibleFrom: 0 };
  });
  return {
    logGroups: groups.slice(0, 1),
    streams,
    from: startAt - 86_400_000,
    to: startAt + 86_400_000,
    now: startAt,
    limit: 1_000,
    takeOnce: false,
    regexProblem: (source) => (source.includes("(?=") ? "lookahead" : undefined),
    groupsOfSource: ({ logGroups }) => groups.filter(({ name }) => logGroups.includes(name)),
    lookupTables: script.tables,
  };
}

async function answer(
  query: string,
  scope: QueryScope,
  language: QueryLanguage,
): Promise<{ sql: string | undefined; lines: readonly string[] }> {
  try {
    const compiled = compileInsightsQuery(parseQuery(query, language), scope);
    const rows = await telemetry.query<Record<string, string | null>>(compiled.statement);
    const lines = rows.map((row) => {
      const fields = compiled.columns.map((name, index) => [name, row[`r${index}`] ?? undefined] as const);
      return `row ${JSON.stringify(Object.fromEntries(fields.filter(([name]) => name !== "@ptr")))}`;
    });
    // The group's number differs with the scripts that are run.
    const sql = renderSql(compiled.statement)
      .replaceAll("\n", " ")
      .replace(
        /group_id = (\d*?)0*\d{1,2}\b/g,
        (_, thousands: string) => `group_id = ${Number(thousands) + 1}`,
      )
      .replace(/transform\(group_id, \[\d+\]/g, "transform(group_id, [1]");
    return { sql, lines };
  } catch (error) {
    if (!(error instanceof InsightsQueryError)) throw error;
    return { sql: undefined, lines: [`error ${error.span.start}-${error.span.end} ${error.message}`] };
  }
}

const names = (await readdir(folder)).filter((name) => name.endsWith(".txt")).sort();

describe.each(names)("%s", (name) => {
  test("its queries compile to the SQL that it pins and answer the rows that it says", async () => {
    const text = await readFile(join(folder, name), "utf8");
    const script = parseScript(text);
    const scope = await loadScript(script, names.indexOf(name) + 1);
    if (process.env.UPDATE_SCRIPTS === "1") {
      await writeFile(join(folder, name), await rewrite(text, script, scope));
      return;
    }
    for (const { query, line, sql, expected } of script.steps) {
      const found = await answer(query, scope, script.language);
      expect({ line, query, sql: found.sql, lines: found.lines }).toEqual({
        line,
        query,
        sql,
        lines: expected,
      });
    }
  });

  test("its queries print to what reads as the same again", async () => {
    const script = parseScript(await readFile(join(folder, name), "utf8"));
    for (const { query, expected } of script.steps) {
      if (expected.some((line) => line.startsWith("error"))) continue;
      const printed = printInsightsQuery(parseQuery(query, script.language));
      expect(printInsightsQuery(parseInsightsQuery(printed))).toBe(printed);
    }
  });
});

async function rewrite(text: string, script: Script, scope: QueryScope): Promise<string> {
  const lines = text.split("\n").filter((line) => !/^(sql|row|error) /.test(line));
  let position = 0;
  const written: string[] = [];
  for (const [index, line] of lines.entries()) {
    written.push(line);
    const isInQuery = line.startsWith("query ") || (position > 0 && /^ {2,}\S/.test(line));
    if (line.startsWith("query ")) position += 1;
    if (!isInQuery || /^ {2,}\S/.test(lines[index + 1] ?? "")) continue;
    const found = await answer(script.steps[position - 1]?.query ?? "", scope, script.language);
    written.push(...(found.sql === undefined ? [] : [`sql ${found.sql}`]), ...found.lines);
  }
  return written.join("\n");
}

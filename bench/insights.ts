// `npm run bench:insights [-- --events N --groups N --runs N]`: fills a store with mixed events, waits for
// its merges, times queries of Logs Insights in it, and says what CPU time they cost the engine.
// `-- --sizes --events N` prints what events take on the disk instead.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compileInsightsQuery } from "../src/core/insights/compile-query.ts";
import { parseInsightsQuery } from "../src/core/insights/parse-query.ts";
import type { QueryScope } from "../src/core/insights/scope.ts";
import { MessageReading } from "../src/core/logs/filter-pattern/message-reading.ts";
import { indexedFieldsOf } from "../src/core/logs/indexed-fields.ts";
import { appendLogEvents } from "../src/storage/telemetry/log-events.ts";
import { openTelemetry } from "../src/storage/telemetry/open.ts";
import { settled, useOf } from "./process-tree.ts";
import { mixedMessage } from "./log-messages.ts";
import { printStoredSizes } from "./stored-size.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "10000000" },
    groups: { type: "string", default: "20" },
    runs: { type: "string", default: "5" },
    sizes: { type: "boolean", default: false },
  },
});
const events = Number(values.events);
const groups = Number(values.groups);
/** Small enough that each group has events in every hour. */
const batchRows = Math.min(20_000, Math.ceil(events / groups / 24));
const startedAt = Date.parse("2026-11-02T00:00:00Z");
const stepMs = 86_400_000 / events;
const needle = "5f0c7a52-needle-4f1b-9d1e-0a1b2c3d4e5f";

if (values.sizes) {
  await printStoredSizes(events);
  process.exit();
}

const folder = await mkdtemp(join(tmpdir(), "groundwatch-bench-insights-"));
const telemetry = openTelemetry({ folder });
try {
  await fill();
  await settled(process.pid);
  for (const [what, query, part] of queries()) await measure(what, query, part);
} finally {
  await telemetry.close();
  await rm(folder, { recursive: true });
}

async function fill(): Promise<void> {
  const begunAt = performance.now();
  for (let first = 0, batch = 0; first < events; first += batchRows, batch++) {
    const rows = Array.from({ length: Math.min(batchRows, events - first) }, (_, offset) => {
      const index = first + offset;
      const message = index === Math.floor(events / 3) ? `found ${needle} here` : mixedMessage(index);
      return {
        timestamp: Math.floor(startedAt + index * stepMs),
        message,
        indexed: indexedFieldsOf(new MessageReading(message)),
      };
    });
    const destination = { groupId: 1 + (batch % groups), streamId: 1 + batch, retentionDays: undefined };
    await appendLogEvents(telemetry, destination, rows, startedAt);
  }
  print(`${events} events in ${groups} groups stored`, (performance.now() - begunAt) / 1_000, "s");
}

interface Part {
  readonly groups: number;
  readonly from: number;
  readonly to: number;
}

function queries(): readonly (readonly [what: string, query: string, part: Part])[] {
  const all: Part = { groups, from: startedAt, to: startedAt + 86_400_000 };
  const hour: Part = { groups: 1, from: startedAt + 3_600_000, to: startedAt + 7_200_000 };
  const million: Part = { ...all, to: Math.floor(startedAt + 86_400_000 * Math.min(1, 1_000_000 / events)) };
  const indexed = "filter status >= 500 | stats count(*), pct(status, 99) by bin(5m)";
  const anyField = "filter http.bytes > 1000 | stats count(*), pct(durationMs, 99) by bin(5m)";
  return [
    ["indexed field: filter, stats by bin, percentile", indexed, all],
    ["any field: filter, stats by bin, percentile", anyField, all],
    ["any field, one group and hour", anyField, hour],
    ["a needle in the messages", `filter @message like "${needle}"`, all],
    ["the newest hundred", "fields @timestamp, @message | limit 100", all],
    ["the newest hundred of one group", "fields @timestamp, @message | limit 100", { ...all, groups: 1 }],
    ["pattern over a million", "pattern @message", million],
  ];
}

async function measure(what: string, query: string, part: Part): Promise<void> {
  const scope: QueryScope = {
    logGroups: Array.from({ length: part.groups }, (_, index) => {
      return { id: index + 1, account: "1", name: `group-${index}`, visibleFrom: 0 };
    }),
    streams: [],
    from: part.from,
    to: part.to,
    now: part.to,
    limit: 10_000,
    takeOnce: false,
    regexProblem: () => undefined,
    groupsOfSource: () => [],
    lookupTables: new Map(),
  };
  const { statement } = compileInsightsQuery(parseInsightsQuery(query), scope);
  const took: number[] = [];
  const cost: number[] = [];
  let rows = 0;
  for (let run = 0; run < Number(values.runs); run++) {
    const { childCpuMs } = useOf(process.pid);
    const begunAt = performance.now();
    rows = (await telemetry.query(statement, { timeoutMs: 120_000 })).length;
    took.push(performance.now() - begunAt);
    cost.push(useOf(process.pid).childCpuMs - childCpuMs);
  }
  const cpu = `CPU ${middleOf(cost).toFixed(0)} ms`;
  print(`${what} (${rows} rows, ${cpu}), median of ${took.length}`, middleOf(took), "ms");
}

function middleOf(figures: readonly number[]): number {
  return figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? 0;
}

function print(what: string, value: number, unit: string): void {
  process.stdout.write(`${what}: ${value.toFixed(unit === "s" ? 1 : 0)} ${unit}\n`);
}

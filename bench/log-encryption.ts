// `node dist/bench/bench/log-encryption.js [--events N --runs N]`: what it costs that a log group has a key:
// on the way in, on the disk and in queries.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compileInsightsQuery } from "../src/core/insights/compile-query.ts";
import { parseInsightsQuery } from "../src/core/insights/parse-query.ts";
import { MessageReading } from "../src/core/logs/filter-pattern/message-reading.ts";
import { indexedFieldsOf } from "../src/core/logs/indexed-fields.ts";
import { rawSql } from "../src/core/sql.ts";
import { Keyring } from "../src/storage/encryption/keyring.ts";
import { LogEncryption } from "../src/storage/encryption/log-encryption.ts";
import { createMasterKey } from "../src/storage/encryption/master-key.ts";
import { openSqliteState } from "../src/storage/state/sqlite.ts";
import { readLogEvents } from "../src/storage/telemetry/log-event-pages.ts";
import { appendLogEvents } from "../src/storage/telemetry/log-events.ts";
import { openTelemetry } from "../src/storage/telemetry/open.ts";
import { mixedMessage } from "./log-messages.ts";
import { useOf } from "./process-tree.ts";

const { values } = parseArgs({
  options: { events: { type: "string", default: "500000" }, runs: { type: "string", default: "5" } },
});
const events = Number(values.events);
const runs = Number(values.runs);
const batchRows = 5_000;
const startedAt = Date.parse("2026-11-02T00:00:00Z");
const hourMs = 3_600_000;
const stepMs = (24 * hourMs) / events;

const queries = [
  ["indexed field: filter, stats by bin", "filter status >= 500 | stats count(*) by bin(5m)", 24],
  ["any field: filter, stats by bin", "filter http.bytes > 1000 | stats count(*) by bin(5m)", 24],
  ["any field, one hour", "filter http.bytes > 1000 | stats count(*) by bin(5m)", 1],
  ["a needle in the messages", 'filter @message like "5f0c7a52-needle-4f1b"', 24],
] as const;

const folder = await mkdtemp(join(tmpdir(), "groundwatch-bench-encryption-"));
const telemetry = openTelemetry({ folder: join(folder, "telemetry") });
const state = await openSqliteState(join(folder, "state.sqlite"));
const keyring = await Keyring.open(state, createMasterKey(join(folder, "master.key")), {
  now: () => startedAt,
  isShared: false,
});
const encryption = await LogEncryption.open(state, keyring, telemetry);
try {
  const { arn } = await keyring.create("123456789012", "us-east-1", "");
  await measure("without a key", 1, "log_events", undefined);
  await measure("with a key", 2, "log_events_sealed_blocks", arn);
} finally {
  await telemetry.close();
  await state.close();
  await rm(folder, { recursive: true });
}

async function measure(what: string, groupId: number, table: string, keyArn: string | undefined) {
  const before = useOf(process.pid);
  const bytes = await fill(groupId, keyArn);
  const after = useOf(process.pid);
  print(`${what}: ${events} events, ${Math.round(bytes / events)} B each`);
  const perEvent = (ms: number) => `${((ms * 1_000) / events).toFixed(1)} us`;
  const engineMs = after.childCpuMs - before.childCpuMs;
  const ownMs = after.cpuMs - before.cpuMs - engineMs;
  print(`  CPU an event, stored: ${perEvent(ownMs)} here, ${perEvent(engineMs)} in the engine`);
  await telemetry.execute(rawSql(`OPTIMIZE TABLE ${table} FINAL`), { timeoutMs: hourMs });
  const [size] = await telemetry.query<{ bytes: number }>(
    rawSql(
      "SELECT toFloat64(sum(bytes_on_disk)) AS bytes FROM system.parts " +
        `WHERE active AND table = '${table}'`,
    ),
  );
  print(`  on the disk: ${(((size?.bytes ?? 0) / bytes) * 100).toFixed(1)} % of the messages' bytes`);
  for (const [name, query, hours] of queries) await time(name, () => ask(groupId, query, hours));
  await time("a page of 10,000 events", () => readPage(groupId, 10_000));
  await time("the newest hundred events", () => readPage(groupId, 100));
}

async function fill(groupId: number, keyArn: string | undefined): Promise<number> {
  let bytes = 0;
  for (let first = 0; first < events; first += batchRows) {
    const rows = Array.from({ length: Math.min(batchRows, events - first) }, (_, offset) => {
      const message = mixedMessage(first + offset);
      bytes += Buffer.byteLength(message);
      const timestamp = Math.floor(startedAt + (first + offset) * stepMs);
      return { timestamp, message, indexed: indexedFieldsOf(new MessageReading(message)) };
    });
    const destination = { groupId, streamId: 1, retentionDays: undefined };
    const sealer = keyArn === undefined ? undefined : await encryption.sealerOf(groupId, keyArn, rows.length);
    await appendLogEvents(telemetry, sealer ? { ...destination, sealer } : destination, rows, startedAt);
  }
  return bytes;
}

async function ask(groupId: number, query: string, hours: number): Promise<void> {
  const { table: source, places } = await encryption.sourceOf([groupId]);
  const from = startedAt + hourMs;
  const { statement } = compileInsightsQuery(parseInsightsQuery(query), {
    logGroups: [{ id: groupId, account: "1", name: "group", visibleFrom: 0 }],
    source,
    ...(places === undefined ? {} : { places }),
    streams: [],
    from,
    to: from + hours * hourMs,
    now: from,
    limit: 10_000,
    takeOnce: false,
    regexProblem: () => undefined,
    groupsOfSource: () => [],
    lookupTables: new Map(),
  });
  await telemetry.query(statement, { timeoutMs: 120_000 });
}

async function readPage(groupId: number, limit: number): Promise<void> {
  const source = await encryption.sourceOf([groupId]);
  const to = startedAt + 25 * hourMs;
  await readLogEvents(telemetry, { source, groupId, from: 0, to, descending: true, limit });
}

async function time(what: string, work: () => Promise<void>): Promise<void> {
  const took: number[] = [];
  const before = useOf(process.pid).cpuMs;
  for (let run = 0; run < runs; run++) {
    const begunAt = performance.now();
    await work();
    took.push(performance.now() - begunAt);
  }
  const cpuMs = (useOf(process.pid).cpuMs - before) / runs;
  took.sort((one, other) => one - other);
  const median = took[Math.floor(runs / 2)] ?? 0;
  print(`  ${what}: ${median.toFixed(0)} ms, CPU ${cpuMs.toFixed(0)} ms`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

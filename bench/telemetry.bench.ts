// What a row costs from the append to the stored and merged part: CPU of both processes, acknowledgement,
// memory.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "../src/core/sql.ts";
import { createTelemetry } from "../src/storage/telemetry/create-telemetry.ts";
import { createEmbeddedDriver } from "../src/storage/telemetry/embedded-driver.ts";
import { tables } from "../src/storage/telemetry/tables.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwatch-bench-"));
const driver = createEmbeddedDriver(folder);
const telemetry = createTelemetry(driver, tables, { kind: "embedded", expiry: "engine" });

const now = () => Number(process.hrtime.bigint()) / 1e6;
const startedAt = Math.floor(Date.now() / 1000) * 1000;

/** Milliseconds of CPU that the engine has used, from the kernel's clock ticks of 10 ms. */
function engineCpuMs(): number {
  const fields = readFileSync(`/proc/${driver.processId()}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function residentMb(processId: number | string | undefined): string {
  const status = readFileSync(`/proc/${processId}/status`, "utf8");
  const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  return `${Math.round(kilobytes("VmRSS") / 1024)} (${Math.round(kilobytes("RssAnon") / 1024)} anonymous)`;
}

const words = "order payment user session cache retry timeout upstream gateway token region shard".split(" ");
let seed = 1;
const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
const pick = () => words[Math.floor(random() * words.length)] ?? "";
const hex = () => Math.floor(random() * 2 ** 32).toString(16);

function plainMessage(): string {
  const took = Math.floor(random() * 900);
  let text = `2026-11-21T12:00:00.000Z INFO request ${hex()}${hex()} ${pick()} took ${took} ms:`;
  while (text.length < 250) text += ` ${pick()} ${pick()}=${hex()}`;
  return text.slice(0, 250);
}

const plain = Array.from({ length: 20_000 }, plainMessage);
const fields = Array.from({ length: 20_000 }, (_, index) => ({
  level: index % 10 === 0 ? "ERROR" : "INFO",
  requestId: `${hex()}${hex()}${hex()}`,
  traceId: `${hex()}${hex()}`,
  status: String(200 + (index % 5)),
  path: `/api/${pick()}/${index % 50}`,
  service: pick(),
}));
const none = plain.map(() => ({}));
let sequence = 0;

function logRows(count: number, indexed: readonly Readonly<Record<string, string>>[]) {
  const from = sequence;
  sequence += count;
  const column = <Value>(value: (index: number) => Value) =>
    Array.from({ length: count }, (_, index) => value(from + index));
  return telemetry.append("log_events", {
    group_id: column((index) => 1 + (index % 4)),
    stream_id: column((index) => index % 40),
    timestamp: column(() => startedAt + (sequence % 60_000)),
    sequence: column((index) => BigInt(index)),
    ingested_at: column(() => startedAt),
    retention_days: column(() => 30),
    message: column((index) => plain[index % plain.length] ?? ""),
    transformed: column(() => ""),
    unmasked: column(() => ""),
    indexed: column((index) => indexed[index % indexed.length] ?? {}),
  });
}

const empty: ReadonlyMap<number, number> = new Map();

async function datapointRows(count: number) {
  const from = sequence;
  sequence += count;
  const column = <Value>(value: (index: number) => Value) =>
    Array.from({ length: count }, (_, index) => value(from + index));
  const columns = {
    metric_id: column((index) => BigInt(index % 10_000) * 1_000_003n),
    timestamp: column(() => startedAt + Math.floor(from / 10_000) * 60_000),
    resolution_seconds: column(() => 60),
    sample_count: column(() => 1),
    sum: column((index) => (index * 7919) % 1000),
    minimum: column(() => 0),
    maximum: column(() => 0),
    histogram: column(() => empty),
  };
  await Promise.all([
    telemetry.append("datapoints_60", columns),
    telemetry.append("recent_datapoints", columns),
  ]);
}

interface Load {
  readonly name: string;
  readonly writers: number;
  readonly rowsPerAppend: number;
  readonly seconds: number;
  /** Appends a second of all writers together; as many as they can without it. */
  readonly rate?: number;
  readonly append: (rows: number) => Promise<void>;
}

async function run({ name, writers, rowsPerAppend, seconds, rate, append }: Load): Promise<void> {
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const engineCpu = engineCpuMs();
  const start = now();
  const end = start + seconds * 1000;
  let peakMb = 0;
  const write = async () => {
    while (now() < end) {
      const sent = now();
      await append(rowsPerAppend);
      latencies.push(now() - sent);
      peakMb = Math.max(peakMb, telemetry.statistics().engineResidentBytes / 1e6);
      if (rate !== undefined) await pause(Math.max(0, (1000 * writers) / rate - (now() - sent)));
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  const elapsed = (now() - start) / 1000;
  const rows = latencies.length * rowsPerAppend;
  await mergesEnd(); // they belong to the cost, and not to the next load's
  const own = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) => (latencies[Math.floor((latencies.length - 1) * q)] ?? 0).toFixed(0);
  const perRow = (ms: number) => ((ms * 1000) / rows).toFixed(2).padStart(7);
  console.log(
    `${name.padEnd(44)} ${Math.round(rows / elapsed)
      .toString()
      .padStart(7)} rows/s` +
      `  us/row: server ${perRow((own.user + own.system) / 1000)}` +
      ` engine ${perRow(engineCpuMs() - engineCpu)}` +
      `  ack p50 ${quantile(0.5)} p99 ${quantile(0.99)} ms  engine RSS ${residentMb(driver.processId())} MB`,
  );
}

async function mergesEnd(): Promise<void> {
  for (let quiet = 0; quiet < 6;) {
    await pause(250);
    const [merges] = await telemetry.query<{ count: string }>(
      sql`SELECT count() AS count FROM system.merges`,
    );
    quiet = merges?.count === "0" ? quiet + 1 : 0;
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}

const opening = now();
await telemetry.ready();
console.log(`open with a new schema: ${(now() - opening).toFixed(0)} ms`);
await pause(1500);
console.log(`idle: server ${residentMb("self")} MB, engine ${residentMb(driver.processId())} MB`);

const seconds = Number(process.env["BENCH_SECONDS"] ?? 6);
const logsPlain = (rows: number) => logRows(rows, none);
const logsIndexed = (rows: number) => logRows(rows, fields);
await run({ name: "log events, warm-up", writers: 32, rowsPerAppend: 100, seconds: 2, append: logsPlain });
await run({
  name: "log events, 32 writers x 100",
  writers: 32,
  rowsPerAppend: 100,
  seconds,
  append: logsPlain,
});
await run({
  name: "the same with six indexed fields",
  writers: 32,
  rowsPerAppend: 100,
  seconds,
  append: logsIndexed,
});
await run({
  name: "log events, 1,000 rows per append",
  writers: 32,
  rowsPerAppend: 1000,
  seconds,
  append: logsPlain,
});
await run({
  name: "log events, 20,000/s",
  writers: 16,
  rowsPerAppend: 100,
  seconds,
  rate: 200,
  append: logsPlain,
});
await run({ name: "log events, 1 writer x 10", writers: 1, rowsPerAppend: 10, seconds, append: logsPlain });
await run({
  name: "datapoints in two tables, 32 x 100",
  writers: 32,
  rowsPerAppend: 100,
  seconds,
  append: datapointRows,
});
await run({
  name: "datapoints in two tables, 32 x 1,000",
  writers: 32,
  rowsPerAppend: 1000,
  seconds,
  append: datapointRows,
});
await run({
  name: "datapoints, 10,000/s",
  writers: 16,
  rowsPerAppend: 100,
  seconds,
  rate: 100,
  append: datapointRows,
});

const killed = now();
process.kill(driver.processId() ?? 0, "SIGKILL");
await logsPlain(1);
console.log(`an append that waits for the engine's restart: ${(now() - killed).toFixed(0)} ms`);
const counting = now();
const [stored] = await telemetry.query<{ count: string }>(sql`SELECT count() AS count FROM log_events`);
console.log(`${stored?.count} log events counted in ${(now() - counting).toFixed(0)} ms`);
const closing = now();
await telemetry.close();
console.log(`close: ${(now() - closing).toFixed(0)} ms`);
rmSync(folder, { recursive: true });

// `npm run bench:arrivals [-- --events N]`: how fast a subscription that was away reads what waits for it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readArrivedLogEvents } from "../src/storage/telemetry/log-arrivals.ts";
import { plainLogEvents } from "../src/storage/telemetry/log-event-source.ts";
import { appendLogEvents, latestSequence } from "../src/storage/telemetry/log-events.ts";
import { openTelemetry } from "../src/storage/telemetry/open.ts";
import { mixedMessage } from "./log-messages.ts";
import { settled, useOf } from "./process-tree.ts";

const { values } = parseArgs({ options: { events: { type: "string", default: "4000000" } } });
const events = Number(values.events);
const callEvents = 10_000;
const streams = 50;

const folder = await mkdtemp(join(tmpdir(), "groundwatch-bench-arrivals-"));
const telemetry = openTelemetry({ folder });
try {
  await fill();
  await settled(process.pid);
  await readAll([]);
  await readAll(["GET /"]);
} finally {
  await telemetry.close();
  await rm(folder, { recursive: true });
}

/** A call each tenth of a second, with events that happened within the ten seconds before it. */
async function fill(): Promise<void> {
  const startedAt = Date.parse("2026-11-02T00:00:00Z");
  for (let first = 0, call = 0; first < events; first += callEvents, call++) {
    const at = startedAt + call * 100;
    const rows = Array.from({ length: callEvents }, (_, offset) => ({
      timestamp: at - 10_000 + offset,
      message: mixedMessage(first + offset),
      indexed: {},
    }));
    await appendLogEvents(
      telemetry,
      { groupId: 1, streamId: 1 + (call % streams), retentionDays: undefined },
      rows,
      at,
    );
  }
}

async function readAll(needles: readonly string[]): Promise<void> {
  const upTo = latestSequence();
  const query = { source: plainLogEvents, groupIds: [1], earliestAt: 0, needles, transformed: false, upTo };
  const before = useOf(process.pid);
  const begunAt = performance.now();
  let read = 0;
  let pages = 0;
  for (let after = 0n; after < upTo; pages++) {
    const page = await readArrivedLogEvents(telemetry, { ...query, after, limit: 25_000 });
    read += page.batches.reduce((sum, { from, to }) => sum + to - from, 0);
    after = page.upTo;
  }
  const ms = performance.now() - begunAt;
  const { cpuMs, childCpuMs } = useOf(process.pid);
  const cost = (later: number, earlier: number) => `${(((later - earlier) / events) * 1_000).toFixed(1)} us`;
  console.log(
    `${needles.length === 0 ? "all" : "with a needle"}: ${read} of ${events} events in ${pages} pages, ` +
      `${(ms / pages).toFixed(0)} ms each, ${Math.round((events / ms) * 1_000)} events/s; CPU of an event ` +
      `${cost(cpuMs, before.cpuMs)}, ${cost(childCpuMs, before.childCpuMs)} of it the engine's`,
  );
}

// What log events take on the disk, by column and index, against the bytes of their messages.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageReading } from "../src/core/logs/filter-pattern/message-reading.ts";
import { indexedFieldsOf } from "../src/core/logs/indexed-fields.ts";
import { rawSql } from "../src/core/sql.ts";
import { appendLogEvents } from "../src/storage/telemetry/log-events.ts";
import { openTelemetry } from "../src/storage/telemetry/open.ts";
import type { Telemetry } from "../src/storage/telemetry.ts";
import { mixedMessage, repetitiveMessage } from "./log-messages.ts";

const groups = 20;
const streamsPerGroup = 8;
const callEvents = 100;
const callsAtOnce = 100;
/** A call has the events of ten seconds, so that the streams of a group come between each other. */
const callSpanMs = 10_000;
const eventsPerSecond = 1_000;
const startedAt = Date.parse("2026-11-02T00:00:00Z");

/** Budgets are the shares that issue 4 names: a third of mixed messages, an eighth of repetitive ones. */
export async function printStoredSizes(events: number): Promise<void> {
  await printStoredSize("mixed", events, 1 / 3, mixedMessage);
  await printStoredSize("repetitive", events, 1 / 8, repetitiveMessage);
}

type MessageOf = (index: number, at: number) => string;

async function printStoredSize(what: string, events: number, budget: number, messageOf: MessageOf) {
  const folder = await mkdtemp(join(tmpdir(), "groundwatch-bench-size-"));
  const telemetry = openTelemetry({ folder });
  try {
    const bytes = await fill(telemetry, events, messageOf);
    await telemetry.execute(rawSql("OPTIMIZE TABLE log_events FINAL"), { timeoutMs: 3_600_000 });
    const percent = (part: number) => `${((part / bytes) * 100).toFixed(2).padStart(6)} %`;
    const [whole] = await telemetry.query<Size>(wholeSize);
    const stored = whole?.bytes ?? Number.NaN;
    const ratio = `one to ${(bytes / stored).toFixed(1)}, budget one to ${1 / budget}`;
    print(`${events} ${what} events, ${Math.round(bytes / events)} B each: ${percent(stored)} (${ratio})`);
    for (const { name, bytes: part } of await telemetry.query<Size>(partSizes)) {
      print(`  ${name.padEnd(32)} ${percent(part)} ${(part / events).toFixed(2).padStart(8)} B an event`);
    }
  } finally {
    await telemetry.close();
    await rm(folder, { recursive: true });
  }
}

interface Size {
  readonly name: string;
  readonly bytes: number;
}

const ofLogEvents = "table = 'log_events' AND database = currentDatabase()";
const wholeSize = rawSql(`
  SELECT '' AS name, toFloat64(sum(bytes_on_disk)) AS bytes
  FROM system.parts WHERE active AND ${ofLogEvents}`);
const partSizes = rawSql(`SELECT name, bytes FROM (
  SELECT column AS name, toFloat64(sum(column_data_compressed_bytes + column_marks_bytes)) AS bytes
  FROM system.parts_columns WHERE active AND ${ofLogEvents} GROUP BY column
  UNION ALL
  SELECT 'index ' || name AS name, toFloat64(data_compressed_bytes + marks_bytes) AS bytes
  FROM system.data_skipping_indices WHERE ${ofLogEvents}
  ) ORDER BY bytes DESC`);

/** @returns the bytes of the messages. */
async function fill(telemetry: Telemetry, events: number, messageOf: MessageOf): Promise<number> {
  let bytes = 0;
  let underWay: Promise<unknown>[] = [];
  for (let first = 0; first < events; first += callEvents) {
    const call = first / callEvents;
    const ingestedAt = startedAt + (first * 1_000) / eventsPerSecond;
    const rows = Array.from({ length: Math.min(callEvents, events - first) }, (_, offset) => {
      const timestamp = Math.floor(
        ingestedAt - callSpanMs + ((offset + jitter(first + offset)) * callSpanMs) / callEvents,
      );
      const message = messageOf(first + offset, timestamp);
      bytes += Buffer.byteLength(message);
      return { timestamp, message, indexed: indexedFieldsOf(new MessageReading(message)) };
    });
    const groupId = 1 + (call % groups);
    const streamId = groupId + groups * Math.floor(jitter(call) * streamsPerGroup);
    const destination = { groupId, streamId, retentionDays: undefined };
    underWay.push(appendLogEvents(telemetry, destination, rows, Math.floor(ingestedAt)));
    if (underWay.length === callsAtOnce) {
      await Promise.all(underWay);
      underWay = [];
    }
  }
  await Promise.all(underWay);
  return bytes;
}

/** From 0 to 1, the same in every run. */
function jitter(index: number): number {
  return (Math.imul(index + 1, 2_246_822_519) >>> 0) / 2 ** 32;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

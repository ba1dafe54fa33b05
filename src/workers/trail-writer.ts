// The trail writer: every answered call becomes an audit record, at once or a little later.
import { randomUUID } from "node:crypto";
import { auditEntryOf, ownEventSource, type AuditedCall, type AuditEntry } from "../core/audit/record.ts";
import type { FactBoard } from "../core/facts.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import { appendApiCalls } from "../storage/telemetry/api-calls.ts";
import type { Worlds } from "../storage/worlds.ts";

export const trailLimits = {
  /** How long the record of a read or a data call may wait: an INSERT costs the same for one as for many. */
  flushMs: 1_000,
  batchRecords: 2_000,
  /** Records that wait; beyond these, those of reads and data calls are dropped and counted. */
  waitingRecords: 20_000,
  waitingCharacters: 32 * 1024 * 1024,
} as const;

export interface TrailWriter {
  /**
   * Takes the record of a call. For a management call that writes, the promise resolves when the record is on
   * disk, so that it is awaited before the answer; other records are written behind. Never rejects and never
   * throws: a record that cannot be stored is reported and counted.
   */
  record(call: AuditedCall): void | Promise<void>;
  statistics(): TrailStatistics;
  /** Writes what waits, and takes no more. */
  stop(): Promise<void>;
}

export interface TrailStatistics {
  readonly written: number;
  /** Of reads and data calls, because too many waited. */
  readonly dropped: number;
  /** Because the store refused them. */
  readonly lost: number;
}

export interface TrailWriterOptions {
  readonly telemetry: Telemetry;
  readonly worlds: Worlds;
  readonly facts: FactBoard;
  readonly onError: (error: unknown) => void;
}

/** Who changed what must not be forgotten; the own service changes nothing that is anybody's. */
function isDurable({ category, readOnly, eventSource }: AuditEntry): boolean {
  return category === "Management" && !readOnly && eventSource !== ownEventSource;
}

export function createTrailWriter(options: TrailWriterOptions): TrailWriter {
  const pending = createPendingRecords();
  const store = createRecordStore(options);
  let timer: NodeJS.Timeout | undefined;
  let writingBehind: Promise<void> | undefined;
  let dropped = 0;
  // What waits belongs to worlds that are gone.
  const forget = options.facts.listen("WorldReset", () => pending.take());

  return {
    record(call) {
      const entry = auditEntryOf(call, randomUUID());
      if (entry === undefined) return undefined;
      if (isDurable(entry)) return store.write([...pending.take(), entry]);
      if (!pending.add(entry)) dropped++;
      else if (pending.isBatch()) writeBehind();
      else timer ??= setTimeout(writeBehind, trailLimits.flushMs);
      return undefined;
    },
    statistics: () => ({ ...store.counts(), dropped }),
    async stop() {
      forget();
      await writingBehind;
      clearTimeout(timer);
      await store.write(pending.take());
    },
  };

  /** One batch is under way at a time: what comes meanwhile is the next. */
  function writeBehind(): void {
    clearTimeout(timer);
    timer = undefined;
    writingBehind ??= store.write(pending.take()).then(() => {
      writingBehind = undefined;
      if (!pending.isEmpty()) timer ??= setTimeout(writeBehind, trailLimits.flushMs);
    });
  }
}

function createPendingRecords() {
  let entries: AuditEntry[] = [];
  let characters = 0;
  return {
    /** False when there is no room. */
    add(entry: AuditEntry): boolean {
      const { waitingRecords, waitingCharacters } = trailLimits;
      if (entries.length >= waitingRecords || characters >= waitingCharacters) return false;
      entries.push(entry);
      characters += entry.record.length;
      return true;
    },
    take(): readonly AuditEntry[] {
      const taken = entries;
      entries = [];
      characters = 0;
      return taken;
    },
    isBatch: () => entries.length >= trailLimits.batchRecords,
    isEmpty: () => entries.length === 0,
  };
}

function createRecordStore({ telemetry, worlds, onError }: TrailWriterOptions) {
  let written = 0;
  let lost = 0;
  return {
    counts: () => ({ written, lost }),
    async write(entries: readonly AuditEntry[]): Promise<void> {
      if (entries.length === 0) return;
      try {
        const numbers = await Promise.all(
          entries.map(({ account, region }) => worlds.numberOf(account, region)),
        );
        await appendApiCalls(telemetry, numbers, entries);
        written += entries.length;
      } catch (error) {
        lost += entries.length;
        onError(error);
      }
    },
  };
}

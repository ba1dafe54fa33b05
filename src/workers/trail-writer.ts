// The trail writer: every answered call becomes an audit record, at once or a little later, by its importance.
import { randomUUID } from "node:crypto";
import { auditEntryOf, ownEventSource, type AuditedCall, type AuditEntry } from "../core/audit/record.ts";
import type { FactBoard } from "../core/facts.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import { appendApiCalls } from "../storage/telemetry/api-calls.ts";
import type { Worlds } from "../storage/worlds.ts";

export const trailLimits = {
  /** How long the record of a read or a data call may wait for company. */
  flushMs: 250,
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
  const { telemetry, worlds, facts, onError } = options;
  let waiting: AuditEntry[] = [];
  let waitingCharacters = 0;
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();
  let writing = false;
  const counts = { written: 0, dropped: 0, lost: 0 };
  // What waits belongs to worlds that are gone.
  const forget = facts.listen("WorldReset", () => take());

  return {
    record(call) {
      const entry = auditEntryOf(call, randomUUID());
      if (entry === undefined) return undefined;
      if (isDurable(entry)) return write([...take(), entry]);
      if (
        waiting.length >= trailLimits.waitingRecords ||
        waitingCharacters >= trailLimits.waitingCharacters
      ) {
        counts.dropped++;
        return undefined;
      }
      waiting.push(entry);
      waitingCharacters += entry.record.length;
      if (waiting.length >= trailLimits.batchRecords) flush();
      else timer ??= setTimeout(flush, trailLimits.flushMs);
      return undefined;
    },
    statistics: () => ({ ...counts }),
    async stop() {
      forget();
      await flushing;
      await write(take());
    },
  };

  function take(): AuditEntry[] {
    clearTimeout(timer);
    timer = undefined;
    const taken = waiting;
    waiting = [];
    waitingCharacters = 0;
    return taken;
  }

  /** One batch of written-behind records is under way at a time: what comes meanwhile is the next. */
  function flush(): void {
    timer = undefined;
    if (writing || waiting.length === 0) return;
    writing = true;
    flushing = write(take()).then(() => {
      writing = false;
      if (waiting.length > 0) timer ??= setTimeout(flush, trailLimits.flushMs);
    });
  }

  async function write(entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      const numbers = await Promise.all(
        entries.map(({ account, region }) => worlds.numberOf(account, region)),
      );
      await appendApiCalls(telemetry, numbers, entries);
      counts.written += entries.length;
    } catch (error) {
      counts.lost += entries.length;
      onError(error);
    }
  }
}

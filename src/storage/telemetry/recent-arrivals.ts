// The log events that were stored last, in memory, so that whoever follows a group seldom asks the engine.
import type { Telemetry } from "../telemetry.ts";
import type { ArrivedLogEvent } from "./log-arrivals.ts";

/** Events of one call, behind their storage; the numbers grow. */
export interface StoredBatch {
  readonly groupId: number;
  readonly streamId: number;
  readonly sequences: readonly bigint[];
  readonly events: readonly RecentEvent[];
}

interface RecentEvent {
  readonly timestamp: number;
  readonly message: string;
  readonly transformed?: string;
}

export interface RecentQuery {
  readonly groupIds: readonly number[];
  readonly after: bigint;
  readonly upTo: bigint;
  readonly needles: readonly string[];
  readonly transformed: boolean;
  readonly limit: number;
  readonly pageBytes: number;
}

export interface ArrivalsPage {
  readonly rows: readonly ArrivedLogEvent[];
  readonly isCut: boolean;
}

const recentLimits = {
  /** About so much is kept of all groups together. */
  keptBytes: 16 * 1024 * 1024,
  /** What an event takes beside its texts. */
  eventBytes: 200,
  /** The one that was followed first is forgotten: it may be a group that was deleted. */
  groups: 1_000,
} as const;

interface FollowedGroup {
  /** Everything with a number above is kept. */
  floor: bigint;
  /** What has come since somebody read. */
  unreadBytes: number;
}

interface KeptBatch extends StoredBatch {
  readonly bytes: number;
  readonly last: bigint;
}

/** Between the numbers of an instant and those of any process at the next one. */
const oneMillisecond = 1n << 22n;

/**
 * A group is followed from the first time that its arrivals are read from the engine: what is stored from
 * then on is kept, and reads that begin behind that are answered here. It is given up when more comes than is
 * kept and nobody reads. Only for a store that no other process writes to.
 */
export class RecentArrivals {
  readonly #groups = new Map<number, FollowedGroup>();
  #kept: KeptBatch[] = [];
  #bytes = 0;

  /** `above` is a number above those of all events that are stored already. */
  follow(groupIds: readonly number[], above: bigint): void {
    for (const groupId of groupIds) {
      if (this.#groups.has(groupId)) continue;
      const [oldest] = this.#groups.keys();
      if (oldest !== undefined && this.#groups.size >= recentLimits.groups) this.forget(oldest);
      // A process before this one may have used numbers of the same instant.
      this.#groups.set(groupId, { floor: above + oneMillisecond, unreadBytes: 0 });
    }
  }

  /** Call it when the events are stored and before `settledSequence` passes them. */
  note(batch: StoredBatch): void {
    const group = this.#groups.get(batch.groupId);
    if (group === undefined) return;
    const bytes = batch.events.reduce(
      (sum, { message, transformed = "" }) =>
        sum + message.length + transformed.length + recentLimits.eventBytes,
      0,
    );
    group.unreadBytes += bytes;
    if (group.unreadBytes > recentLimits.keptBytes) {
      this.forget(batch.groupId);
      return;
    }
    this.#kept.push({ ...batch, bytes, last: batch.sequences.at(-1) ?? 0n });
    this.#bytes += bytes;
    this.#makeRoom();
  }

  forget(groupId: number): void {
    if (!this.#groups.delete(groupId)) return;
    this.#kept = this.#kept.filter((batch) => batch.groupId !== groupId);
    this.#bytes = this.#kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Undefined where the engine must be asked. */
  read(query: RecentQuery): ArrivalsPage | undefined {
    const { groupIds, after, upTo } = query;
    for (const groupId of groupIds) {
      const group = this.#groups.get(groupId);
      if (group === undefined || after < group.floor) return undefined;
    }
    const wanted = new Set(groupIds);
    for (const groupId of wanted) {
      const group = this.#groups.get(groupId);
      if (group !== undefined) group.unreadBytes = 0;
    }
    const batches = this.#kept
      .filter(({ groupId, last }) => wanted.has(groupId) && last > after)
      .filter(({ sequences }) => (sequences[0] ?? 0n) <= upTo)
      .sort((one, other) => ((one.sequences[0] ?? 0n) < (other.sequences[0] ?? 0n) ? -1 : 1));
    return pageOf(batches, query);
  }

  #makeRoom(): void {
    let gone = 0;
    while (this.#bytes > recentLimits.keptBytes) {
      const batch = this.#kept[gone++];
      if (batch === undefined) break;
      this.#bytes -= batch.bytes;
      const group = this.#groups.get(batch.groupId);
      if (group !== undefined && group.floor < batch.last) group.floor = batch.last;
    }
    if (gone > 0) this.#kept.splice(0, gone);
  }
}

/** The numbers of a call follow each other, so batches in their order are events in theirs. */
function pageOf(batches: readonly KeptBatch[], query: RecentQuery): ArrivalsPage {
  const { after, upTo, needles, transformed, limit, pageBytes } = query;
  const rows: ArrivedLogEvent[] = [];
  let bytes = 0;
  for (const { groupId, streamId, sequences, events } of batches) {
    for (const [index, sequence] of sequences.entries()) {
      if (sequence <= after || sequence > upTo) continue;
      const event = events[index];
      if (event === undefined) continue;
      const message = transformed ? (event.transformed ?? event.message) : event.message;
      if (!needles.every((needle) => message.includes(needle))) continue;
      if (rows.length === limit) return { rows, isCut: true };
      rows.push({ groupId, streamId, timestamp: event.timestamp, sequence, message });
      bytes += Buffer.byteLength(message);
      if (bytes >= pageBytes) return { rows, isCut: true };
    }
  }
  return { rows, isCut: false };
}

const recentOf = new WeakMap<Telemetry, RecentArrivals>();

/** For a store that is this process's own. */
export function keepRecentArrivals(telemetry: Telemetry): Telemetry {
  recentOf.set(telemetry, new RecentArrivals());
  return telemetry;
}

export function recentArrivalsOf(telemetry: Telemetry): RecentArrivals | undefined {
  return recentOf.get(telemetry);
}

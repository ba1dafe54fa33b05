// The log events that were stored last, in memory, so that whoever follows a group seldom asks the engine.
import type { Telemetry } from "../telemetry.ts";
import type { ArrivedTexts } from "./event-texts.ts";
import type { TextColumn } from "./text-column.ts";

/** Events of one call, behind their storage; their numbers follow each other one by one. */
export interface StoredBatch extends ArrivedTexts {
  readonly groupId: number;
  readonly streamId: number;
  /** With what transformers made of events in the place of these. */
  readonly transformed: TextColumn;
}

export interface RecentQuery {
  readonly groupIds: readonly number[];
  readonly after: bigint;
  readonly upTo: bigint;
  readonly transformed: boolean;
  readonly limit: number;
  readonly pageBytes: number;
}

/** Events of one stream that follow each other: those of `texts` from one place to before another. */
export interface ArrivedBatch {
  readonly groupId: number;
  readonly streamId: number;
  readonly texts: ArrivedTexts;
  readonly from: number;
  readonly to: number;
  /** The number of the last of them. */
  readonly last: bigint;
}

export interface ArrivalsPage {
  /** In the order of arrival. */
  readonly batches: readonly ArrivedBatch[];
  /** Up to this number they are all; less than what was asked for where there may be more. */
  readonly upTo: bigint;
}

const recentLimits = {
  /** About so much is kept of all groups together. */
  keptBytes: 64 * 1024 * 1024,
  /** What a batch takes beside its texts, and what each event does. */
  batchBytes: 1_000,
  eventBytes: 24,
  /** The one that was followed first is forgotten: it may be a group that was deleted. */
  groups: 1_000,
} as const;

interface FollowedGroup {
  /** Everything with a number above is kept. */
  floor: bigint;
  /** What has come since somebody read. */
  unreadBytes: number;
}

interface KeptBatch {
  readonly groupId: number;
  readonly streamId: number;
  readonly first: bigint;
  readonly last: bigint;
  readonly messages: ArrivedTexts;
  readonly transformed: ArrivedTexts;
  readonly bytes: number;
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
    const kept = keptBatch(batch);
    group.unreadBytes += kept.bytes;
    if (group.unreadBytes > recentLimits.keptBytes) {
      this.forget(batch.groupId);
      return;
    }
    this.#kept.push(kept);
    this.#bytes += kept.bytes;
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
      .filter(({ first }) => first <= upTo)
      .sort((one, other) => (one.first < other.first ? -1 : 1));
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

function keptBatch({ groupId, streamId, transformed, ...messages }: StoredBatch): KeptBatch {
  const { sequences } = messages;
  const isTransformed = transformed !== messages.messages;
  const textBytes = messages.messages.bytes.length + (isTransformed ? transformed.bytes.length : 0);
  return {
    groupId,
    streamId,
    first: sequences[0] ?? 0n,
    last: sequences.at(-1) ?? 0n,
    messages,
    transformed: isTransformed ? { ...messages, messages: transformed } : messages,
    bytes: textBytes + sequences.length * recentLimits.eventBytes + recentLimits.batchBytes,
  };
}

/** The numbers of a call follow each other, so batches in their order are events in theirs. */
function pageOf(kept: readonly KeptBatch[], query: RecentQuery): ArrivalsPage {
  const { after, upTo, transformed, limit, pageBytes } = query;
  const batches: ArrivedBatch[] = [];
  let events = 0;
  let bytes = 0;
  for (const batch of kept) {
    const before = batches.at(-1);
    if (before !== undefined && (events >= limit || bytes >= pageBytes)) {
      return { batches, upTo: before.last };
    }
    const { groupId, streamId, first } = batch;
    const texts = transformed ? batch.transformed : batch.messages;
    const from = after < first ? 0 : Number(after - first) + 1;
    const end = batch.last <= upTo ? texts.messages.length : Number(upTo - first) + 1;
    const to = Math.min(end, from + limit - events);
    const last = first + BigInt(to - 1);
    batches.push({ groupId, streamId, texts, from, to, last });
    if (to < end) return { batches, upTo: last };
    events += to - from;
    bytes += texts.messages.bytes.length;
  }
  return { batches, upTo };
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

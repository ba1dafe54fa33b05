// What a live tail sees where nodes share a store: the events that any of them has stored, read from there.
import { logLimits } from "../../core/logs/limits.ts";
import { leaseMs } from "../../storage/leases.ts";
import { arrivalLimits, arrivalMarksIn, type ArrivalMark } from "../../storage/log-arrival-marks.ts";
import type { Document } from "../../storage/state.ts";
import {
  arrivedEvents,
  readArrivedLogEvents,
  type ArrivedLogEvent,
} from "../../storage/telemetry/log-arrivals.ts";
import type { Dependencies } from "../dependencies.ts";
import { createLogNames } from "./log-names.ts";

export interface TailedEvent extends ArrivedLogEvent {
  readonly streamName: string;
  /** Epoch milliseconds. */
  readonly ingestedAt: number;
}

export interface TailedGroups {
  readonly groupIds: readonly number[];
  /** Texts that every wanted message contains. */
  readonly needles: readonly string[];
  readonly onEvent: (event: TailedEvent) => void;
  /** There were more events than a tail looks at. */
  readonly onSkipped: () => void;
}

type Parts = Pick<Dependencies, "clock" | "state" | "telemetry" | "logEncryption">;

const sequenceBits = 22n;
const sequenceAt = (ms: number) => BigInt(Math.max(0, Math.trunc(ms))) << sequenceBits;

/** Where events have come that were not looked at yet. */
interface Pending {
  /** None of them is older; epoch milliseconds. */
  readonly earliestAt: number;
  /** None of them has a number above this. */
  readonly upTo: bigint;
}

/**
 * The nodes say once in a second in which groups they stored events, and up to which sequence number they
 * have stored all (`storage/log-arrival-marks.ts`). A tail reads only where something came, and no further
 * than the slowest node, so that it passes no event that another node is still storing. A node that is
 * silent for the length of a lease is waited for no longer.
 */
export class TailArrivals {
  readonly #parts: Parts;
  readonly #tailed: TailedGroups;
  readonly #names: ReturnType<typeof createLogNames>;
  /** The last number that was heard of each node. */
  #heard = new Map<string, number>();
  #pending: Pending | undefined;
  /** Everything up to this sequence number was looked at. */
  #after: bigint;

  private constructor(parts: Parts, tailed: TailedGroups) {
    this.#parts = parts;
    this.#tailed = tailed;
    this.#names = createLogNames(parts.state);
    this.#after = sequenceAt(parts.clock.now()) - 1n;
  }

  /** Follows what arrives from now on. */
  static async open(parts: Parts, tailed: TailedGroups): Promise<TailArrivals> {
    const opened = new TailArrivals(parts, tailed);
    const live = await opened.#liveMarks();
    opened.#heard = new Map(live.map(({ key, value }) => [key, lastNumber(value)]));
    return opened;
  }

  /** Gives the events that all nodes are known to have stored since, in the order of their arrival. */
  async read(): Promise<void> {
    const settled = await this.#exchange();
    const pending = this.#pending;
    if (settled <= this.#after) return;
    if (pending !== undefined) await this.#readUpTo(settled, pending.earliestAt);
    this.#after = settled;
    if (pending !== undefined && pending.upTo <= settled) this.#pending = undefined;
  }

  /** Hears what the nodes tell. @returns up to where nothing more is stored by any of them */
  async #exchange(): Promise<bigint> {
    const now = this.#parts.clock.now();
    const live = await this.#liveMarks();
    const names = new Set(live.map(({ key }) => key));
    // What a node stored last before it went, or before it was heard of, is not known.
    const isUnknown =
      [...this.#heard.keys()].some((node) => !names.has(node)) ||
      live.some(({ key }) => !this.#heard.has(key));
    if (isUnknown) this.#note(0, now);
    for (const { key, value } of live) {
      for (const { groupId, earliestAt, number } of value.noted) {
        if (number <= (this.#heard.get(key) ?? 0)) continue;
        if (groupId === arrivalLimits.manyGroups) this.#note(0, now);
        else if (this.#tailed.groupIds.includes(groupId)) this.#note(earliestAt, now);
      }
    }
    this.#heard = new Map(live.map(({ key, value }) => [key, lastNumber(value)]));
    const joined = sequenceAt(now - arrivalLimits.joinMs);
    return live
      .map(({ value }) => BigInt(value.settled))
      .reduce((least, one) => (one < least ? one : least), joined);
  }

  #note(earliestAt: number, now: number): void {
    const least = Math.min(this.#pending?.earliestAt ?? earliestAt, earliestAt);
    this.#pending = { earliestAt: least, upTo: sequenceAt(now + 1) };
  }

  async #liveMarks(): Promise<readonly Document<ArrivalMark>[]> {
    const { clock, state } = this.#parts;
    const marks = await arrivalMarksIn(state).list("", { limit: arrivalLimits.nodes });
    return marks.filter(({ value }) => value.at > clock.now() - leaseMs);
  }

  async #readUpTo(settled: bigint, earliestAt: number): Promise<void> {
    const { telemetry, logEncryption } = this.#parts;
    const { groupIds, needles, onSkipped } = this.#tailed;
    const source = await logEncryption.sourceOf(groupIds);
    let after = this.#after;
    for (let read = 0; read < logLimits.liveTailPagesPerUpdate; read++) {
      const page = await readArrivedLogEvents(telemetry, {
        source,
        groupIds,
        after,
        upTo: settled,
        earliestAt,
        needles,
        transformed: false,
        limit: logLimits.readEvents,
      });
      await this.#tell(arrivedEvents(page));
      if (page.upTo >= settled) return;
      after = page.upTo;
    }
    onSkipped();
  }

  async #tell(rows: readonly ArrivedLogEvent[]): Promise<void> {
    const streams = new Map<number, Set<number>>();
    for (const { groupId, streamId } of rows) {
      streams.set(groupId, (streams.get(groupId) ?? new Set()).add(streamId));
    }
    const names = new Map<number, ReadonlyMap<number, string>>();
    for (const [groupId, streamIds] of streams) {
      names.set(groupId, await this.#names.streams(groupId, streamIds));
    }
    for (const row of rows) {
      const streamName = names.get(row.groupId)?.get(row.streamId);
      // A stream that was deleted meanwhile has no events any more.
      if (streamName === undefined) continue;
      this.#tailed.onEvent({ ...row, streamName, ingestedAt: Number(row.sequence >> sequenceBits) });
    }
  }
}

const lastNumber = ({ noted }: ArrivalMark): number =>
  noted.reduce((last, { number }) => Math.max(last, number), 0);

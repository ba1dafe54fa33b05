// How a node learns of the log events that the nodes beside it store, and how far all of them are settled.
import { leaseMs } from "../../storage/leases.ts";
import {
  arrivalLimits,
  arrivalMarksIn,
  type ArrivalMark,
  type NotedGroup,
} from "../../storage/log-arrival-marks.ts";
import type { Document, State } from "../../storage/state.ts";

export interface SharedArrivalsParts {
  readonly state: State;
  /** Above all events that this node has stored, below those that it has yet to. */
  readonly settled: (now: number) => bigint;
  readonly onNoted: (groupId: number, earliestAt: number) => void;
  /** Some node stored what is not known. */
  readonly onUnknown: () => void;
  /** The others may have read beyond what this node has stored since; up to there they have not. */
  readonly onGivenUp: (settled: bigint) => Promise<void>;
}

const { joinMs, manyGroups } = arrivalLimits;
const sequenceBits = 22n;

/**
 * A sequence number tells when an event arrived, not when it can be read: beside an event that can be there
 * may be an earlier one that another node is still storing. So every node says up to where it has stored
 * all (a watermark), and nobody reads beyond the least of these. With the watermark it says in which groups
 * events were stored, and since when, so that whoever delivers reads only there. A node that says nothing
 * for the length of a lease is given up; what it stored last is then looked for everywhere.
 */
export class SharedArrivals {
  readonly #parts: SharedArrivalsParts;
  readonly #node: string;
  #number = 0;
  /** Two generations, so that a group stays noted for between one and two times the minimum. */
  #recent = new Map<number, NotedGroup>();
  #older = new Map<number, NotedGroup>();
  #turnedAt = 0;
  /** The nodes beside this one, and the last of their numbers that was heard. */
  #heard = new Map<string, number>();
  #othersSettled: bigint | undefined;
  #lastMark: { readonly at: number; readonly settled: bigint } | undefined;

  constructor(parts: SharedArrivalsParts, node: string) {
    this.#parts = parts;
    this.#node = node;
  }

  /** How many nodes there are, with this one. */
  get nodes(): number {
    return this.#heard.size + 1;
  }

  /** This node has stored events of a group. */
  note(groupId: number, earliestAt: number): void {
    const known = this.#recent.get(groupId);
    const isFull = known === undefined && this.#recent.size >= arrivalLimits.notedGroups;
    const id = isFull ? manyGroups : groupId;
    const least = Math.min(this.#recent.get(id)?.earliestAt ?? earliestAt, earliestAt);
    this.#recent.set(id, { groupId: id, earliestAt: least, number: this.#number + 1 });
  }

  /** Up to where nothing more is stored by anybody. */
  settled(now: number): bigint {
    const joined = BigInt(Math.max(0, Math.trunc(now - joinMs))) << sequenceBits;
    const all = [this.#parts.settled(now), joined];
    if (this.#othersSettled !== undefined) all.push(this.#othersSettled);
    return all.reduce((least, one) => (one < least ? one : least));
  }

  /** Tells the others, and hears what they tell. */
  async exchange(now: number): Promise<void> {
    const { state, onUnknown, onGivenUp } = this.#parts;
    if (this.#lastMark !== undefined && now - this.#lastMark.at >= leaseMs) {
      await onGivenUp(this.#lastMark.settled);
    }
    const mark = this.#mark(now);
    await arrivalMarksIn(state).put("", this.#node, mark);
    this.#lastMark = { at: now, settled: BigInt(mark.settled) };
    const marks = await arrivalMarksIn(state).list("", { limit: arrivalLimits.nodes });
    const others = marks.filter(({ key }) => key !== this.#node);
    const live = others.filter(({ value }) => value.at > now - leaseMs);
    const names = new Set(live.map(({ key }) => key));
    if ([...this.#heard.keys()].some((node) => !names.has(node))) onUnknown();
    this.#heard = new Map(live.map((mark) => [mark.key, this.#hear(mark)]));
    // Only what was heard of may be read.
    this.#othersSettled = live
      .map(({ value }) => BigInt(value.settled))
      .reduce<bigint | undefined>(
        (least, one) => (least === undefined || one < least ? one : least),
        undefined,
      );
    for (const { key, value, version } of others) {
      if (value.at <= now - 2 * leaseMs) await arrivalMarksIn(state).delete("", key, version);
    }
  }

  /** The others look everywhere for what was stored last. */
  async leave(): Promise<void> {
    await arrivalMarksIn(this.#parts.state).delete("", this.#node);
  }

  #mark(now: number): ArrivalMark {
    // First how far, then where: what arrives between is noted too early, never too late.
    const settled = String(this.#parts.settled(now));
    this.#number += 1;
    if (now - this.#turnedAt >= arrivalLimits.notedMs) {
      this.#older = this.#recent;
      this.#recent = new Map();
      this.#turnedAt = now;
    }
    return { at: now, settled, noted: [...this.#older.values(), ...this.#recent.values()] };
  }

  /** @returns the last number in the mark. */
  #hear({ key, value }: Document<ArrivalMark>): number {
    const { onNoted, onUnknown } = this.#parts;
    const before = this.#heard.get(key);
    let last = before ?? 0;
    // What a node noted before it was known is not all that it stored.
    if (before === undefined) onUnknown();
    for (const { groupId, earliestAt, number } of value.noted) {
      last = Math.max(last, number);
      if (before === undefined || number <= before) continue;
      if (groupId === manyGroups) onUnknown();
      else onNoted(groupId, earliestAt);
    }
    return last;
  }
}

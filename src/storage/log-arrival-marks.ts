// What the nodes that share a store tell each other of the log events that they store.
import { leaseMs } from "./leases.ts";
import type { Collection, State } from "./state.ts";

/**
 * Of one node. Every event that it stored up to `settled` is in a group that is noted here, or was noted here
 * within the last minute and more: who reads the marks more often misses none.
 */
export interface ArrivalMark {
  /** When it was written, by the node's clock; epoch milliseconds. */
  readonly at: number;
  /** The node stores no further events up to this sequence number. */
  readonly settled: string;
  readonly noted: readonly NotedGroup[];
}

export interface NotedGroup {
  /** 0 for groups that are too many to be named. */
  readonly groupId: number;
  /** None of its events is from before this; epoch milliseconds. */
  readonly earliestAt: number;
  /** Which mark of the node was the last that noted something new. */
  readonly number: number;
}

/** One scope; the key is the node. */
export function arrivalMarksIn(state: State): Collection<ArrivalMark> {
  return state.collection<ArrivalMark>("log-arrival-marks");
}

export const arrivalLimits = {
  nodes: 256,
  /** Beyond these a node tells only that there was something. */
  notedGroups: 1_000,
  /** How long a group stays noted at least: longer than any node that has leases reads no marks. */
  notedMs: 2 * leaseMs,
  /** A node that joins has written its first mark before its first event is as old as this. */
  joinMs: 2_000,
  /** The number of no group: there was something in groups that are not named. */
  manyGroups: 0,
} as const;

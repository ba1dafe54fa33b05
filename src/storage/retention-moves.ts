// Which log groups' events are being given a longer retention, in state.
import type { Collection, State } from "./state.ts";

/** `retentionDays` is undefined for events that are kept for ever. */
export interface RetentionMove {
  readonly retentionDays?: number;
}

/** By the group's number. */
export const retentionMovesIn = (state: State): Collection<RetentionMove> =>
  state.collection<RetentionMove>("log-retention-moves");

/** Whether events of these groups may be stored twice: the copies are there before the originals are gone. */
export async function mayHaveTwins(state: State, groupIds: readonly number[]): Promise<boolean> {
  return (await retentionMovesIn(state).getMany("", groupIds.map(String))).length > 0;
}

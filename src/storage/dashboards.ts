// Dashboards in state: one set for an account, whatever the region.
import type { Collection, State } from "./state.ts";

export interface Dashboard {
  readonly name: string;
  /** As it was given, byte by byte. */
  readonly body: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly updatedAt: number;
}

/** The scope of the collection is the account. */
export function dashboardsOf(state: State): Collection<Dashboard> {
  return state.collection<Dashboard>("dashboards");
}

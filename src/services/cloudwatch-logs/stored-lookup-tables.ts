// Lookup tables in state: what is known of each but its cells.
import type { Collection, State } from "../../storage/state.ts";

/** The scope is `account/region`, the key the table's name. */
export interface StoredTable {
  readonly description?: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly updatedAt: number;
  /** The ARN of the key that seals the cells. */
  readonly kmsKeyId?: string;
  /** The object of the bucket that has the cells; each update makes another one. */
  readonly body: string;
  /** None when undefined. */
  readonly tags?: Readonly<Record<string, string>>;
}

export const lookupTablesIn = (state: State): Collection<StoredTable> =>
  state.collection<StoredTable>("log-lookup-tables");

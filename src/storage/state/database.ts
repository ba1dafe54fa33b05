// What a state implementation needs of its database: to read, and to write several statements as one.
import type { CompiledQuery, Kysely } from "kysely";
import type { Tables } from "./schema.ts";

/** One statement of a write. With `mustAffect`, a statement that touches no row undoes the whole write. */
export interface WriteStep {
  readonly query: CompiledQuery;
  readonly mustAffect: boolean;
  /** The collection and scope that it writes to, as one text. */
  readonly place: string;
  /** False when it may touch more than one row. */
  readonly oneRow: boolean;
}

export interface StateDatabase {
  /** Builds statements in the database's dialect; it does not run them. */
  readonly build: Kysely<Tables>;
  /** SQL for "`key` contains the text", case-insensitive for ASCII letters with `ignoreCase`. */
  readonly containsFunction: "instr" | "strpos";
  read<Row>(query: CompiledQuery<Row>): Promise<readonly Row[]>;
  /** The rows of the last step; undefined when a step's condition did not hold. Resolves when durable. */
  write(steps: readonly WriteStep[]): Promise<readonly unknown[] | undefined>;
  close(): Promise<void>;
}

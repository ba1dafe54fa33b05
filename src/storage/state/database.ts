// What a state implementation needs of its database: to read, and to write several statements as one.
import type { DatabaseName } from "./schema.ts";
import type { Statement, WriteStep } from "./statements.ts";

export interface StateDatabase {
  readonly name: DatabaseName;
  /** Whether several processes may have it open. */
  readonly isShared: boolean;
  read<Row>(statement: Statement): Promise<readonly Row[]>;
  /** The rows of the last step; undefined when a step's condition did not hold. Resolves when durable. */
  write(steps: readonly WriteStep[]): Promise<readonly unknown[] | undefined>;
  close(): Promise<void>;
}

// Why the state store could not do its work.

/** `NewerFormat`: the data was written by a later version of this program. */
export type StateProblem = "DiskFull" | "ReadOnly" | "Unavailable" | "NewerFormat";

/** Nothing of the write that failed has happened; `problem` is for decisions, the message for people. */
export class StateError extends Error {
  readonly problem: StateProblem;
  constructor(problem: StateProblem, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "StateError";
    this.problem = problem;
  }
}

// Computations that take long, in steps between which others may have their turn.

/** Each step takes some milliseconds; the result is there after the last one. */
export type InSteps<Result> = Generator<undefined, Result, undefined>;

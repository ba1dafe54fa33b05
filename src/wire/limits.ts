// The form in which services write their constraints: one line per member, in a small notation.
import type { Constraint } from "./shapes.ts";

/** Constraints by `Structure.member`. */
export type Limits = ReadonlyMap<string, Constraint>;

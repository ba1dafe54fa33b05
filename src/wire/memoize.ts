// Remembers what was compiled for a structure.
import type { StructureShape } from "./shapes.ts";

/** Compiles for each structure once, when it is first needed: a server never sees most operations. */
export function memoize<Compiled>(
  compile: (structure: StructureShape) => Compiled,
): (structure: StructureShape) => Compiled {
  const known = new Map<StructureShape, Compiled>();
  return (structure) => {
    const existing = known.get(structure);
    if (existing !== undefined) return existing;
    const made = compile(structure);
    known.set(structure, made);
    return made;
  };
}

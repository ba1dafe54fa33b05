// Makes the objects that handlers see, all of one hidden class per structure.
import type { StructureShape } from "./shapes.ts";

export type RecordBuilder = (values: readonly unknown[]) => Record<string, unknown>;

/**
 * A function from the values of a structure's members, in the model's order, to the object: it always has
 * every member, absent ones undefined, so that handlers stay fast. Only the model's names are written into
 * the source, as JSON literals.
 */
export function compileRecord(structure: StructureShape): RecordBuilder {
  const fields = structure.members.map(({ name }, index) => `${JSON.stringify(name)}: values[${index}]`);
  // oxlint-disable-next-line typescript/no-implied-eval -- generated from the model only
  return new Function("values", `return { ${fields.join(", ")} };`) as RecordBuilder;
}

// Finds output members that the model has not: clients would never see them.
import type { Values } from "./protocol.ts";
import type { Operation, Shape, StructureShape } from "./shapes.ts";

/** @throws Error that names the first member of the output, at any depth, that the model has not. */
export function assertKnownMembers(operation: Operation, output: Values): void {
  checkStructure(operation.output, output, operation.name);
}

function checkStructure(structure: StructureShape, value: object, path: string): void {
  for (const [name, content] of Object.entries(value)) {
    const member = structure.members.find((candidate) => candidate.name === name);
    if (member === undefined) throw new Error(`${path}: ${structure.name} has no member ${name}`);
    if (content !== undefined && content !== null) checkValue(member.shape, content, `${path}.${name}`);
  }
}

function checkValue(shape: Shape, value: unknown, path: string): void {
  if (typeof value !== "object" || value === null || Symbol.asyncIterator in value) return;
  switch (shape.kind) {
    case "structure":
    case "union":
      checkStructure(shape, value, path);
      break;
    case "list":
      if (Array.isArray(value))
        value.forEach((item, index) => checkValue(shape.item.shape, item, `${path}[${index}]`));
      break;
    case "map":
      for (const [key, item] of Object.entries(value)) checkValue(shape.value.shape, item, `${path}[${key}]`);
      break;
    default:
  }
}

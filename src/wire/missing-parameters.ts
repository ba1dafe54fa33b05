// What an input lacks, for the operations whose services have an error of its own for that.
import type { Member, Shape, StructureShape } from "./shapes.ts";
import type { Values } from "./protocol.ts";

/** More than these are not told. */
const maxMissing = 100;

/**
 * `The parameter MetricData.member.12.Dimensions.member.1.Value is required.`; an empty text, where one has
 * to have characters, is none. Observed: https://github.com/sj26/sidekiq-cloudwatchmetrics/issues/43
 */
export function missingParameters(structure: StructureShape, input: Values): readonly string[] {
  const found: string[] = [];
  visitStructure(structure, input, "", found);
  return found.slice(0, maxMissing).map((path) => `The parameter ${path} is required.`);
}

function visitStructure(structure: StructureShape, value: Values, path: string, found: string[]): void {
  for (const member of structure.members) {
    if (found.length >= maxMissing) return;
    const at = path === "" ? member.name : `${path}.${member.name}`;
    const content = value[member.name];
    if (member.required && !member.idempotencyToken && isMissing(member, content)) found.push(at);
    else visitValue(member.shape, content, at, found);
  }
}

function isMissing({ constraint }: Member, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return value === "" && (constraint?.length?.[0] ?? 0) >= 1;
}

function visitValue(shape: Shape, value: unknown, at: string, found: string[]): void {
  if (value === undefined || value === null) return;
  if (shape.kind === "structure") visitStructure(shape, value as Values, at, found);
  if (shape.kind !== "list" || !Array.isArray(value)) return;
  for (const [index, item] of value.entries()) {
    if (found.length >= maxMissing) return;
    visitValue(shape.item.shape, item, `${at}.member.${index + 1}`, found);
  }
}

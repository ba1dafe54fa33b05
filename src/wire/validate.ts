// Checks inputs against the model's constraints and writes AWS's messages about those that are broken.
import { WireError } from "./errors.ts";
import { missingParameters } from "./missing-parameters.ts";
import { compileInput } from "./input-compiler.ts";
import type { InputFunction } from "./input-compiler.ts";
import { characters } from "./input-runtime.ts";
import { wholePattern } from "./patterns.ts";
import type { Values } from "./protocol.ts";
import type { Constraint, Member, ServiceModel, Shape, StructureShape } from "./shapes.ts";

/**
 * Checks an input whose values have the right types already, and fills in idempotency tokens.
 * @throws WireError: the service's validation error, with AWS's text, when a constraint is broken.
 */
export type Validator = (structure: StructureShape, input: Values) => void;

/** One validator per service; checks are compiled once per structure, when it is first seen. */
export function createValidator(service: ServiceModel): Validator {
  const compiled = new Map<StructureShape, InputFunction>();
  return (structure, input) => {
    let check = compiled.get(structure);
    if (check === undefined) {
      check = compileInput(structure, { json: false, jsonNames: false });
      compiled.set(structure, check);
    }
    if (check(input).broken > 0) throw brokenConstraints(service, structure, input);
  };
}

/** What a service says of an input that breaks a constraint. */
export function brokenConstraints(
  service: ServiceModel,
  structure: StructureShape,
  input: Values,
): WireError {
  const { missingParameter } = service;
  if (missingParameter?.inputs.has(structure.name) === true) {
    const missing = missingParameters(structure, input);
    if (missing.length > 0) return new WireError(missingParameter.error, missing.join("\n"));
  }
  return validationError(service, violations(structure, input));
}

/** A service's answer to broken constraints: "2 validation errors detected: Value ... ; Value ...". */
function validationError(service: ServiceModel, found: readonly string[]): WireError {
  const count = found.length === 1 ? "1 validation error" : `${found.length} validation errors`;
  const options = service.errors.has(service.validationError) ? {} : { queryCode: "ValidationError" };
  return new WireError(service.validationError, `${count} detected: ${found.join("; ")}`, options);
}

/** More than these are not reported: a batch of ten thousand wrong events would answer megabytes. */
const maxViolations = 100;

/**
 * The broken constraints of an input, each as AWS words it; members are named from 1, in lower camel case.
 */
function violations(structure: StructureShape, input: Values): readonly string[] {
  const found: string[] = [];
  visitStructure(structure, input, "", found);
  return found.slice(0, maxViolations);
}

function visitStructure(structure: StructureShape, value: Values, path: string, found: string[]): void {
  for (const member of structure.members) {
    if (found.length >= maxViolations) return;
    const name = member.name.charAt(0).toLowerCase() + member.name.slice(1);
    const at = path === "" ? name : `${path}.${name}`;
    const content = value[member.name];
    if (content !== undefined && content !== null) visitValue(member, content, at, found);
    else if (member.required && !member.idempotencyToken) found.push(missing(at));
  }
}

function missing(at: string): string {
  return `Value null at '${at}' failed to satisfy constraint: Member must not be null`;
}

function visitValue(member: Member, value: unknown, at: string, found: string[]): void {
  const { shape } = member;
  const broken = firstBroken(shape, member.constraint, value);
  if (broken !== undefined) found.push(sentence(member, value, at, broken));
  switch (shape.kind) {
    case "structure":
    case "union":
      visitStructure(shape, value as Values, at, found);
      break;
    case "list":
      visitItems(member, shape, value as readonly unknown[], at, found);
      break;
    case "map":
      visitEntries(member, shape, value as Values, at, found);
      break;
    default:
  }
}

/**
 * Items that are strings or numbers are judged together, at the list itself; others each at its own place.
 */
function visitItems(
  member: Member,
  list: Shape & { kind: "list" },
  value: readonly unknown[],
  at: string,
  found: string[],
): void {
  const { item } = list;
  const simple = isSimple(item.shape);
  for (const [index, content] of value.entries()) {
    if (found.length >= maxViolations) return;
    const here = `${at}.${index + 1}.member`;
    if (content === undefined || content === null) {
      if (!list.sparse) found.push(missing(here));
    } else if (!simple) {
      visitValue(item, content, here, found);
    } else if (firstBroken(item.shape, item.constraint, content) !== undefined) {
      found.push(sentence(member, value, at, `Member must satisfy constraint: ${all(item.constraint)}`));
      return;
    }
  }
}

function visitEntries(
  member: Member,
  map: Shape & { kind: "map" },
  value: Values,
  at: string,
  found: string[],
): void {
  const { key, value: item } = map;
  const brokenKey = Object.keys(value).some((name) => firstBroken(key.shape, key.constraint, name));
  if (brokenKey)
    found.push(sentence(member, value, at, `Map keys must satisfy constraint: ${all(key.constraint)}`));
  for (const [name, content] of Object.entries(value)) {
    if (found.length >= maxViolations) return;
    const here = `${at}.${name}.member`;
    if (content === undefined || content === null) {
      if (!map.sparse) found.push(missing(here));
    } else if (!isSimple(item.shape)) {
      visitValue(item, content, here, found);
    } else if (firstBroken(item.shape, item.constraint, content) !== undefined) {
      found.push(sentence(member, value, at, `Map value must satisfy constraint: ${all(item.constraint)}`));
      return;
    }
  }
}

function isSimple(shape: Shape): boolean {
  return (
    shape.kind !== "structure" && shape.kind !== "union" && shape.kind !== "list" && shape.kind !== "map"
  );
}

/** Cognito, for one, is known to leave sensitive values out in these words. */
function sentence(member: Member, value: unknown, at: string, constraint: string): string {
  const shown = member.sensitive ? "Value" : `Value '${render(value, member.shape)}'`;
  return `${shown} at '${at}' failed to satisfy constraint: ${constraint}`;
}

/** The first constraint that the value itself breaks; its items are not looked at. */
function firstBroken(shape: Shape, constraint: Constraint | undefined, value: unknown): string | undefined {
  if (constraint === undefined) return undefined;
  const { length, range, values, pattern } = constraint;
  const measured = length && sizeOf(shape, value);
  if (length && measured !== undefined) {
    if (measured < length[0]) return lengthAtLeast(length[0]);
    if (measured > length[1]) return lengthAtMost(length[1]);
  }
  if (range && typeof value === "number") {
    if (value < range[0]) return valueAtLeast(range[0]);
    if (value > range[1]) return valueAtMost(range[1]);
  }
  if (typeof value !== "string") return undefined;
  if (values && !values.includes(value)) return oneOf(values);
  if (pattern !== undefined && !wholePattern(pattern).test(value)) return matching(pattern);
  return undefined;
}

function sizeOf(shape: Shape, value: unknown): number | undefined {
  if (typeof value === "string") return characters(value);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return shape.kind === "map" && typeof value === "object" && value !== null
    ? Object.keys(value).length
    : undefined;
}

/** Where AWS judges items together it lists everything that is asked of them, the maximum first. */
function all(constraint: Constraint | undefined): string {
  const { length, range, values, pattern } = constraint ?? {};
  const parts: string[] = [];
  if (length && length[1] !== Infinity) parts.push(lengthAtMost(length[1]));
  if (length && length[0] !== -Infinity) parts.push(lengthAtLeast(length[0]));
  if (range && range[1] !== Infinity) parts.push(valueAtMost(range[1]));
  if (range && range[0] !== -Infinity) parts.push(valueAtLeast(range[0]));
  if (values) parts.push(oneOf(values));
  if (pattern !== undefined) parts.push(matching(pattern));
  return `[${parts.join(", ")}]`;
}

const lengthAtLeast = (bound: number) => `Member must have length greater than or equal to ${bound}`;
const lengthAtMost = (bound: number) => `Member must have length less than or equal to ${bound}`;
const valueAtLeast = (bound: number) => `Member must have value greater than or equal to ${bound}`;
const valueAtMost = (bound: number) => `Member must have value less than or equal to ${bound}`;
const oneOf = (values: readonly string[]) => `Member must satisfy enum value set: [${values.join(", ")}]`;
const matching = (pattern: string) => `Member must satisfy regular expression pattern: ${pattern}`;

/** Values longer than these are cut where a message shows them. */
const maxShownCharacters = 1024;
const maxShownItems = 100;

/**
 * Values in the notation of AWS's messages, which is Java's: `[a, b]`, `{key=value}`, `Name(member=value)`.
 */
function render(value: unknown, shape: Shape): string {
  const text = renderWhole(value, shape);
  return text.length > maxShownCharacters ? `${text.slice(0, maxShownCharacters)}...` : text;
}

function renderWhole(value: unknown, shape: Shape): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Date) return value.toUTCString();
  if (value instanceof Uint8Array)
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`;
  switch (shape.kind) {
    case "list":
      return `[${shorten(value as readonly unknown[])
        .map((item) => render(item, shape.item.shape))
        .join(", ")}]`;
    case "map":
      return `{${entries(value, (key, item) => `${key}=${render(item, shape.value.shape)}`)}}`;
    case "structure":
    case "union": {
      const members = new Map(shape.members.map((member) => [member.name, member]));
      return `${shape.name}(${entries(value, (key, item) => renderMember(key, item, members.get(key)))})`;
    }
    default:
      return typeof value === "string" ? value : JSON.stringify(value);
  }
}

function renderMember(name: string, value: unknown, member: Member | undefined): string {
  if (member?.sensitive) return `${name}=***Sensitive Data Redacted***`;
  return `${name}=${member === undefined ? "" : render(value, member.shape)}`;
}

function entries(value: unknown, show: (key: string, item: unknown) => string): string {
  const present = Object.entries(value as Values).filter(([, item]) => item !== undefined);
  return shorten(present)
    .map(([key, item]) => show(key, item))
    .join(", ");
}

function shorten<Item>(items: readonly Item[]): readonly Item[] {
  return items.slice(0, maxShownItems);
}

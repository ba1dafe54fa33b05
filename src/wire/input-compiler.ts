// Compiles a structure to a function that checks its values, and converts them if they come from JSON.
import * as runtime from "./input-runtime.ts";
import { wholePattern } from "./patterns.ts";
import type { Constraint, Member, Shape, StructureShape } from "./shapes.ts";

/*
 * Half of what a request costs us is spent here, so the functions are generated: property names become
 * constants, every object that reaches a handler has the same hidden class, and the checks of a member stand
 * where it is converted. Only the model's names are ever written into the source, each as a JSON literal;
 * nothing of a request is. A broken constraint is only counted: the message is written by `violations`, which
 * walks the values again, because that is rare.
 */

/** The depth at which values that contain themselves are refused. */
export const maxDepth = 64;

export interface InputForm {
  /** Values as JSON.parse gives them, to be converted; otherwise they are of the right types already. */
  readonly json: boolean;
  /** Whether members go by `jsonName`; only restJson1 has them so. */
  readonly jsonNames: boolean;
}

export interface Checked {
  readonly value: Readonly<Record<string, unknown>>;
  /** How many constraints are broken. */
  readonly broken: number;
}

/** @throws WireError `SerializationException` when a value has the wrong type (from JSON only). */
export type InputFunction = (value: unknown) => Checked;

export function compileInput(structure: StructureShape, form: InputForm): InputFunction {
  const writer = new SourceWriter(form);
  const root = writer.structure(structure);
  const source = `
    let broken = 0;
    ${writer.constantDeclarations()}
    ${writer.functions.join("\n")}
    return (input) => { broken = 0; const value = ${root}(input, 0); return { value, broken }; };`;
  // oxlint-disable-next-line typescript/no-implied-eval -- generated from the model only, see above
  const make = new Function("runtime", "constants", source) as (...values: unknown[]) => InputFunction;
  return make(runtime, writer.constants);
}

class SourceWriter {
  readonly functions: string[] = [];
  readonly constants: unknown[] = [];
  readonly #form: InputForm;
  readonly #names = new Map<StructureShape, string>();
  #variables = 0;

  constructor(form: InputForm) {
    this.#form = form;
  }

  constantDeclarations(): string {
    return this.constants.map((_, index) => `const constant${index} = constants[${index}];`).join("\n");
  }

  /** Writes the structure's function once and returns its name. */
  structure(structure: StructureShape): string {
    const known = this.#names.get(structure);
    if (known !== undefined) return known;
    const name = `structure${this.#names.size}`;
    this.#names.set(structure, name);
    const locals = structure.members.map(() => this.#variable());
    const checks = structure.members.map((member, index) => this.#memberSource(member, locals[index] ?? ""));
    const fields = structure.members.map((member, index) => `${literal(member.name)}: ${locals[index]}`);
    const all = locals.join(", ");
    this.functions.push(`function ${name}(input, depth) {
      if (depth > ${maxDepth}) runtime.tooDeep();
      ${this.#form.json ? expectObject("input", "Structure") : ""}
      ${checks.join("\n")}
      ${structure.kind === "union" ? `runtime.expectOne([${all}], ${literal(structure.name)});` : ""}
      return ${this.#form.json ? `{ ${fields.join(", ")} }` : "input"};
    }`);
    return name;
  }

  #memberSource(member: Member, local: string): string {
    const name = this.#form.json && this.#form.jsonNames ? member.jsonName : member.name;
    return `let ${local} = input[${literal(name)}];
      if (${local} === undefined || ${local} === null) { ${this.#absentSource(member, local)} }
      else { ${this.#valueSource(member, local)} }`;
  }

  /** AWS makes up an idempotency token that the client left out. */
  #absentSource(member: Member, local: string): string {
    if (member.idempotencyToken) {
      const store = this.#form.json ? "" : `input[${literal(member.name)}] = `;
      return `${store}${local} = runtime.idempotencyToken();`;
    }
    return `${local} = undefined; ${member.required ? "broken++;" : ""}`;
  }

  /**
   * Statements that check, and perhaps convert in place, the variable `local`, which is neither null nor
   * undefined.
   */
  #valueSource(member: Member, local: string): string {
    const { shape, constraint } = member;
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.#form.json
          ? `${local} = ${this.structure(shape)}(${local}, depth + 1);`
          : `${this.structure(shape)}(${local}, depth + 1);`;
      case "list":
        return this.#listSource(shape, constraint, local);
      case "map":
        return this.#mapSource(shape, constraint, local);
      default:
        return this.#conversionSource(shape, member, local) + this.#checkSource(shape, constraint, local);
    }
  }

  #listSource(shape: Shape & { kind: "list" }, constraint: Constraint | undefined, list: string): string {
    const [index, item] = [this.#variable(), this.#variable()];
    return `${this.#form.json ? `if (!Array.isArray(${list})) runtime.mismatch(${list}, "List");` : ""}
      ${this.#lengthSource(constraint, `${list}.length`)}
      for (let ${index} = 0; ${index} < ${list}.length; ${index}++) {
        let ${item} = ${list}[${index}];
        if (${item} === undefined || ${item} === null) ${shape.sparse ? ";" : "broken++;"}
        else {
          ${this.#valueSource(shape.item, item)}
          ${this.#form.json ? `${list}[${index}] = ${item};` : ""}
        }
      }`;
  }

  /** The converted map is a new one: assigning to a key named __proto__ would do something else. */
  #mapSource(shape: Shape & { kind: "map" }, constraint: Constraint | undefined, map: string): string {
    const [keys, key, item, target] = [
      this.#variable(),
      this.#variable(),
      this.#variable(),
      this.#variable(),
    ];
    const { json } = this.#form;
    return `${json ? expectObject(map, "Map") : ""}
      const ${keys} = Object.keys(${map});
      ${json ? `const ${target} = {};` : ""}
      ${this.#lengthSource(constraint, `${keys}.length`)}
      for (const ${key} of ${keys}) {
        let ${item} = ${map}[${key}];
        ${this.#checkSource(shape.key.shape, shape.key.constraint, key)}
        if (${item} === undefined || ${item} === null) ${shape.sparse ? ";" : "broken++;"}
        else { ${this.#valueSource(shape.value, item)} }
        ${json ? `runtime.setEntry(${target}, ${key}, ${item});` : ""}
      }
      ${json ? `${map} = ${target};` : ""}`;
  }

  #conversionSource(shape: Shape, member: Member, local: string): string {
    if (!this.#form.json) return "";
    switch (shape.kind) {
      case "string":
        return `if (typeof ${local} !== "string") runtime.mismatch(${local}, "String");`;
      case "boolean":
        return `if (typeof ${local} !== "boolean") runtime.mismatch(${local}, "Boolean");`;
      case "number":
        return numberSource(member.constraint?.number, local);
      case "timestamp":
        return `${local} = runtime.timestamp(${local}, ${literal(shape.format ?? "epoch-seconds")});`;
      case "blob":
        return `${local} = runtime.blob(${local});`;
      case "document":
        return `runtime.checkDocument(${local});`;
      default:
        return "";
    }
  }

  #checkSource(shape: Shape, constraint: Constraint | undefined, local: string): string {
    if (constraint === undefined) return "";
    const conditions: string[] = [];
    if (constraint.range) conditions.push(...boundConditions(constraint.range, local));
    if (shape.kind === "blob") conditions.push(...boundConditions(constraint.length, `${local}.length`));
    if (shape.kind === "string") conditions.push(...this.#stringConditions(constraint, local));
    return conditions
      .map((condition, at) => `${at === 0 ? "" : "else "}if (${condition}) broken++;`)
      .join("\n");
  }

  /** The pattern comes last, so that no pattern ever sees a string that is too long. */
  #stringConditions(constraint: Constraint, local: string): readonly string[] {
    const conditions: string[] = [];
    const { length, values, pattern } = constraint;
    if (length) conditions.push(...stringLengthConditions(length, local));
    if (values) conditions.push(`!${this.#constant(new Set(values))}.has(${local})`);
    if (pattern !== undefined) conditions.push(`!${this.#constant(wholePattern(pattern))}.test(${local})`);
    return conditions;
  }

  #lengthSource(constraint: Constraint | undefined, expression: string): string {
    const conditions = boundConditions(constraint?.length, expression);
    return conditions.length === 0 ? "" : `if (${conditions.join(" || ")}) broken++;`;
  }

  #variable(): string {
    return `v${this.#variables++}`;
  }

  #constant(value: unknown): string {
    return `constant${this.constants.push(value) - 1}`;
  }
}

function expectObject(local: string, wanted: "Structure" | "Map"): string {
  const unfit = `typeof ${local} !== "object" || Array.isArray(${local})`;
  return `if (${unfit}) runtime.mismatch(${local}, "${wanted}");`;
}

/** The fast path of a number that is as it should be stands in line. */
function numberSource(kind: Constraint["number"], local: string): string {
  if (kind === "integer") {
    const fits = `typeof ${local} === "number" && (${local} | 0) === ${local}`;
    return `if (!(${fits})) ${local} = runtime.integer(${local});`;
  }
  if (kind === "long") {
    return `if (!Number.isSafeInteger(${local})) ${local} = runtime.long(${local});`;
  }
  return `if (typeof ${local} !== "number") ${local} = runtime.double(${local});`;
}

function boundConditions(
  bounds: readonly [number, number] | undefined,
  expression: string,
): readonly string[] {
  if (bounds === undefined) return [];
  const [minimum, maximum] = bounds;
  const conditions: string[] = [];
  if (minimum > 0 || (minimum !== -Infinity && !expression.endsWith(".length"))) {
    conditions.push(`${expression} < ${minimum}`);
  }
  if (maximum !== Infinity) conditions.push(`${expression} > ${maximum}`);
  return conditions;
}

/** AWS counts characters, JavaScript UTF-16 units: only where the two could disagree are they counted. */
function stringLengthConditions(
  [minimum, maximum]: readonly [number, number],
  local: string,
): readonly string[] {
  const conditions: string[] = [];
  if (minimum === 1) conditions.push(`${local} === ""`);
  if (minimum > 1)
    conditions.push(`${local}.length < ${2 * minimum} && runtime.characters(${local}) < ${minimum}`);
  if (maximum !== Infinity) {
    conditions.push(`${local}.length > ${maximum} && runtime.characters(${local}) > ${maximum}`);
  }
  return conditions;
}

function literal(text: string): string {
  return JSON.stringify(text);
}

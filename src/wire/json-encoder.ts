// Compiles a structure to a function that writes its values as JSON, in AWS's forms.
import type { Member, Shape, StructureShape } from "./shapes.ts";
import { formatTimestamp } from "./timestamps.ts";

export type JsonEncoder = (value: unknown) => string;

/**
 * An encoder for a structure. Timestamps become epoch seconds unless the model says otherwise, blobs base64,
 * doubles keep their point (`6.0`: boto3 makes an integer of `6`), NaN and the infinities become strings.
 * Members that are undefined are left out.
 * @param jsonNames whether members go by `jsonName`, as only restJson1 has it.
 */
export function compileJsonEncoder(structure: StructureShape, jsonNames: boolean): JsonEncoder {
  return new EncoderCompiler(jsonNames).structure(structure);
}

class EncoderCompiler {
  readonly #jsonNames: boolean;
  readonly #structures = new Map<StructureShape, JsonEncoder>();
  readonly #plain = new Map<StructureShape, boolean>();

  constructor(jsonNames: boolean) {
    this.#jsonNames = jsonNames;
  }

  structure(structure: StructureShape): JsonEncoder {
    const known = this.#structures.get(structure);
    if (known !== undefined) return known;
    if (this.#isPlainStructure(structure)) return JSON.stringify;
    let members: readonly { name: string; prefix: string; encode: JsonEncoder }[] = [];
    const encode = (value: unknown) => {
      let text = "";
      for (const member of members) {
        const content: unknown = (value as Record<string, unknown>)[member.name];
        if (content === undefined || content === null) continue;
        text += (text === "" ? "{" : ",") + member.prefix + member.encode(content);
      }
      return text === "" ? "{}" : `${text}}`;
    };
    this.#structures.set(structure, encode);
    members = structure.members.map((member) => ({
      name: member.name,
      prefix: `${JSON.stringify(this.#nameOf(member))}:`,
      encode: this.#value(member),
    }));
    return encode;
  }

  #nameOf(member: Member): string {
    return this.#jsonNames ? member.jsonName : member.name;
  }

  #value(member: Member): JsonEncoder {
    const { shape } = member;
    if (this.#isPlain(member)) return JSON.stringify;
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.structure(shape);
      case "list":
        return isDouble(shape.item) ? encodeDoubles : listEncoder(this.#value(shape.item));
      case "map":
        return mapEncoder(this.#value(shape.value));
      case "timestamp":
        return timestampEncoder(shape);
      case "blob":
        return (value) => `"${Buffer.from(value as Uint8Array).toString("base64")}"`;
      default:
        return encodeDouble;
    }
  }

  /** Whether JSON.stringify alone writes the member as it must be. */
  #isPlain(member: Member): boolean {
    const { shape } = member;
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.#isPlainStructure(shape);
      case "list":
        return this.#isPlain(shape.item);
      case "map":
        return this.#isPlain(shape.value);
      case "number":
        return !isDouble(member);
      default:
        return shape.kind === "string" || shape.kind === "boolean" || shape.kind === "document";
    }
  }

  #isPlainStructure(structure: StructureShape): boolean {
    const known = this.#plain.get(structure);
    if (known !== undefined) return known;
    this.#plain.set(structure, false); // a structure that contains itself is written by our own encoder
    const plain = structure.members.every(
      (member) => this.#nameOf(member) === member.name && this.#isPlain(member),
    );
    this.#plain.set(structure, plain);
    return plain;
  }
}

function isDouble(member: Member): boolean {
  const kind = member.constraint?.number;
  return member.shape.kind === "number" && (kind === "double" || kind === "float");
}

function encodeDouble(value: unknown): string {
  const number = value as number;
  if (!Number.isFinite(number)) return `"${number}"`;
  const text = String(number);
  return Number.isInteger(number) && Math.abs(number) < 1e21 ? `${text}.0` : text;
}

/** Thousands of datapoints are one list, so it has a loop of its own. */
function encodeDoubles(value: unknown): string {
  let text = "[";
  for (const item of value as readonly (number | null)[]) {
    if (text.length > 1) text += ",";
    text += item === null ? "null" : encodeDouble(item);
  }
  return `${text}]`;
}

function listEncoder(encode: JsonEncoder): JsonEncoder {
  return (value) => {
    let text = "[";
    for (const item of value as readonly unknown[]) {
      if (text.length > 1) text += ",";
      text += item === undefined || item === null ? "null" : encode(item);
    }
    return `${text}]`;
  };
}

function mapEncoder(encode: JsonEncoder): JsonEncoder {
  return (value) => {
    let text = "{";
    for (const [key, item] of Object.entries(value as Record<string, unknown>)) {
      if (item === undefined) continue;
      if (text.length > 1) text += ",";
      text += `${JSON.stringify(key)}:${item === null ? "null" : encode(item)}`;
    }
    return `${text}}`;
  };
}

function timestampEncoder(shape: Shape & { kind: "timestamp" }): JsonEncoder {
  const format = shape.format ?? "epoch-seconds";
  if (format === "epoch-seconds") return (value) => formatTimestamp(value as Date, format);
  return (value) => `"${formatTimestamp(value as Date, format)}"`;
}

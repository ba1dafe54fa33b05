// Random values for shapes, kept to what a protocol can say at all.
import type { Member, ProtocolName, Shape, StructureShape } from "../../src/wire/shapes.ts";

export interface RandomSource {
  /** `density` is the chance of a member that may be absent to be there, 0 to 1. */
  input(structure: StructureShape, density: number): Record<string, unknown>;
  output(structure: StructureShape, density: number): Record<string, unknown>;
}

/**
 * Deeper than this, members that may be absent are, so that shapes which contain themselves come to an end.
 */
const maxDepth = 4;

/** `EndpointId` of EventBridge chooses another host and another signature. */
const unsayable = new Set(["EndpointId"]);

const texts = [
  "a",
  "name-1",
  "with space",
  "a=b&c%20+d",
  "<x>&amp;\"'</x>",
  "ünïcødé ✓ 😀",
  "line\nbreak\ttab",
  "0",
  "true",
  "{}",
];

export function randomSource(seed: number, protocol: ProtocolName): RandomSource {
  const generator = new Generator(seed, protocol);
  return {
    input: (structure, density) => generator.structure(structure, density, 0),
    output: (structure, density) => generator.structure(structure, density, 0),
  };
}

class Generator {
  #state: number;
  readonly #protocol: ProtocolName;

  constructor(seed: number, protocol: ProtocolName) {
    this.#state = seed >>> 0;
    this.#protocol = protocol;
  }

  structure(structure: StructureShape, density: number, depth: number): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    if (structure.kind === "union") {
      const member = this.#pick(
        structure.members.filter(
          (candidate) => (depth < maxDepth || isLeaf(candidate)) && this.#canSay(candidate),
        ),
      );
      if (member !== undefined) values[member.name] = this.#value(member, density, depth + 1);
      return values;
    }
    for (const member of structure.members) {
      if (unsayable.has(member.name) || !this.#canSay(member)) continue;
      if (this.#protocol === "awsQuery" && sharesName(member, structure)) continue;
      const wanted =
        member.required || member.idempotencyToken || (depth < maxDepth && this.#next() < density);
      if (wanted) values[member.name] = this.#value(member, density, depth + 1);
    }
    // awsQuery cannot tell an empty structure from none.
    const [first] = structure.members;
    if (
      this.#protocol === "awsQuery" &&
      depth > 0 &&
      first !== undefined &&
      Object.keys(values).length === 0
    ) {
      values[first.name] = this.#value(first, density, depth + 1);
    }
    return values;
  }

  /** awsQuery has no words for a structure without members. */
  #canSay({ shape }: Member): boolean {
    return this.#protocol !== "awsQuery" || shape.kind !== "structure" || shape.members.length > 0;
  }

  #value(member: Member, density: number, depth: number): unknown {
    const { shape } = member;
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.structure(shape, density, depth);
      case "list":
        return Array.from({ length: this.#count(member) }, () => this.#value(shape.item, density, depth + 1));
      case "map":
        return Object.fromEntries(
          Array.from({ length: this.#count(member) }, (_, index) => [
            `${this.#text(member)}${index}`,
            this.#value(shape.value, density, depth + 1),
          ]),
        );
      case "number":
        return this.#number(member);
      case "boolean":
        return this.#next() < 0.5;
      case "timestamp":
        return this.#timestamp(shape);
      case "blob":
        return Uint8Array.from({ length: 1 + Math.floor(this.#next() * 20) }, () =>
          Math.floor(this.#next() * 256),
        );
      default:
        return this.#text(member);
    }
  }

  /** Neither awsQuery, in every place, nor a query string can say an empty list. */
  #count(member: Member): number {
    const least = this.#protocol === "awsQuery" || member.http !== undefined ? 1 : 0;
    return least + Math.floor(this.#next() * 3);
  }

  #text(member: Member): string {
    const text = this.#pick(texts) ?? "";
    return member.http?.in === "header" ? "plain" : text;
  }

  #number(member: Member): number {
    const kind = member.constraint?.number;
    if (kind === "double" || kind === "float") return this.#pick([0, 6, -1.5, 1e21, 0.1, 123456.789]) ?? 0;
    const large = kind === "long" ? 2 ** 53 - 1 : 2 ** 31 - 1;
    return this.#pick([0, 1, -1, 60, large, Math.floor(this.#next() * 1e6)]) ?? 0;
  }

  /** Whole seconds where the client's serialiser writes no more. */
  #timestamp(shape: Shape & { kind: "timestamp" }): Date {
    const ms = Math.floor(this.#next() * 4e12);
    const whole = shape.format === "http-date" || this.#protocol === "awsQuery";
    return new Date(whole ? Math.floor(ms / 1000) * 1000 : ms);
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#next() * items.length)];
  }

  /** Mulberry32: small, even enough, and the same on every machine. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** SQS has two members under one name of awsQuery; the later one gets what is sent. */
function sharesName({ name, xmlName }: Member, { members }: StructureShape): boolean {
  const later = members.slice(members.findIndex((member) => member.name === name) + 1);
  return xmlName !== undefined && later.some((member) => member.xmlName === xmlName);
}

function isLeaf({ shape }: Member): boolean {
  return (
    shape.kind !== "structure" && shape.kind !== "union" && shape.kind !== "list" && shape.kind !== "map"
  );
}

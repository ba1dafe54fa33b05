// The structures, lists and maps of an awsQuery input while its fields arrive, in whatever order they do.
import { serializationError } from "./errors.ts";
import { setEntry } from "./input-runtime.ts";
import type { QueryList, QueryMap, QueryShape, QueryStructure } from "./query-shapes.ts";

/** More parts of a name than these are never looked at; the model's own names need less than 20. */
const maxParts = 2 * 64;

/** A field and how far its name has been followed. */
export class QueryField {
  readonly #name: string;
  readonly #text: string;
  #at = 0;
  #parts = 0;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
  }

  get isOver(): boolean {
    return this.#at > this.#name.length;
  }

  /** Moves past a prefix, which ends in a dot, if the name has it. */
  begins(prefix: string): boolean {
    if (this.#name.slice(0, prefix.length) !== prefix) return false;
    this.#at = prefix.length;
    return true;
  }

  /** What of the name has been followed, with the dot at its end. */
  passed(): string {
    return this.#name.slice(0, this.#at);
  }

  /** The next part of the name; empty after its end. */
  part(): string {
    if (++this.#parts > maxParts) throw this.unreadable("has too many parts");
    const dot = this.#name.indexOf(".", this.#at);
    const end = dot === -1 ? this.#name.length : dot;
    const part = this.#name.slice(this.#at, end);
    this.#at = end + 1;
    return part;
  }

  index(): number {
    const part = this.part();
    const index = Number(part);
    if (part === "" || part.length > 10 || !(index >= 0) || !Number.isInteger(index)) {
      throw this.unreadable(`has '${this.#shown(part)}' in place of an index`);
    }
    return index;
  }

  /** The text of a field whose name ends here. */
  text(): string {
    if (!this.isOver) throw this.unreadable("goes on below a simple value");
    return this.#text;
  }

  /** Only an empty list, map or structure can be written as a field of its own. */
  expectEmpty(): void {
    if (this.#text !== "") throw this.unreadable("holds a simple value in place of a structure, list or map");
  }

  unreadable(problem: string): Error {
    return serializationError(`The field '${this.#shown(this.#name)}' ${problem}.`);
  }

  #shown(text: string): string {
    return text.slice(0, 100);
  }
}

export interface QueryNode {
  /** Becomes part of the input. */
  readonly value: object;
  /** Follows a field by one step, to the node that its next part leads to; undefined when that is all. */
  step(field: QueryField): QueryNode | undefined;
}

/** `finishers` are to be called when there are no more fields. */
export function queryNode(
  shape: Exclude<QueryShape, { kind: "value" }>,
  finishers: (() => void)[],
): QueryNode {
  switch (shape.kind) {
    case "structure":
      return new StructureNode(shape, finishers);
    case "list":
      return new ListNode(shape, finishers);
    default:
      return new MapNode(shape, finishers);
  }
}

const noValues: readonly unknown[] = [];

class StructureNode implements QueryNode {
  readonly value: Record<string, unknown>;
  readonly #shape: QueryStructure;
  readonly #finishers: (() => void)[];
  #children: Map<string, QueryNode> | undefined;

  constructor(shape: QueryStructure, finishers: (() => void)[]) {
    this.value = shape.build(noValues);
    this.#shape = shape;
    this.#finishers = finishers;
  }

  step(field: QueryField): QueryNode | undefined {
    const member = this.#shape.members.get(field.part());
    if (member === undefined) return undefined;
    const { name, shape } = member;
    if (shape.kind === "value") {
      this.value[name] = shape.read(field.text());
      return undefined;
    }
    const known = this.#children?.get(name);
    if (known !== undefined) return known;
    const child = queryNode(shape, this.#finishers);
    this.value[name] = child.value;
    (this.#children ??= new Map()).set(name, child);
    return child;
  }
}

/** Items come with indices, mostly in order; gaps are closed. */
class ListNode implements QueryNode {
  readonly value: unknown[] = [];
  readonly #shape: QueryList;
  readonly #finishers: (() => void)[];
  readonly #indices: number[] = [];
  readonly #children: QueryNode[] = [];
  /** Positions by index; made when an index is less than the one before it. */
  #positions: Map<number, number> | undefined;

  constructor(shape: QueryList, finishers: (() => void)[]) {
    this.#shape = shape;
    this.#finishers = finishers;
  }

  step(field: QueryField): QueryNode | undefined {
    const { itemNames, item } = this.#shape;
    if (itemNames !== undefined && !itemNames.includes(field.part())) {
      throw field.unreadable(`has no '${itemNames[0]}' before its index`);
    }
    const position = this.#position(field.index());
    if (item.kind === "value") {
      this.value[position] = item.read(field.text());
      return undefined;
    }
    const known = this.#children[position];
    if (known !== undefined) return known;
    const child = queryNode(item, this.#finishers);
    this.#children[position] = child;
    this.value[position] = child.value;
    return child;
  }

  #position(index: number): number {
    const last = this.#indices.length - 1;
    const lastIndex = this.#indices[last] ?? -1;
    if (index === lastIndex) return last;
    const ordered = this.#positions === undefined && index > lastIndex;
    const known = ordered ? undefined : this.#outOfOrder().get(index);
    if (known !== undefined) return known;
    this.#indices.push(index);
    this.#positions?.set(index, last + 1);
    return last + 1;
  }

  #outOfOrder(): Map<number, number> {
    if (this.#positions === undefined) {
      this.#positions = new Map(this.#indices.map((index, position) => [index, position]));
      this.#finishers.push(() => this.#sort());
    }
    return this.#positions;
  }

  #sort(): void {
    const items = [...(this.#positions ?? [])].sort(([left], [right]) => left - right);
    const sorted = items.map(([, position]) => this.value[position]);
    for (const [position, item] of sorted.entries()) this.value[position] = item;
  }
}

/** Keys and values come as fields of their own, joined by an index. */
class MapNode implements QueryNode {
  readonly value: Record<string, unknown> = {};
  readonly #shape: QueryMap;
  readonly #finishers: (() => void)[];
  readonly #keys = new Map<number, string>();
  readonly #values = new Map<number, unknown>();
  readonly #children = new Map<number, QueryNode>();

  constructor(shape: QueryMap, finishers: (() => void)[]) {
    this.#shape = shape;
    this.#finishers = finishers;
    finishers.push(() => this.#join());
  }

  step(field: QueryField): QueryNode | undefined {
    const { entryName, keyName, valueName, value } = this.#shape;
    if (entryName !== undefined && field.part() !== entryName) {
      throw field.unreadable(`has no '${entryName}' before its index`);
    }
    const index = field.index();
    const part = field.part();
    if (part === keyName) {
      this.#keys.set(index, field.text());
      return undefined;
    }
    if (part !== valueName)
      throw field.unreadable(`has neither '${keyName}' nor '${valueName}' after its index`);
    if (value.kind === "value") {
      this.#values.set(index, value.read(field.text()));
      return undefined;
    }
    const known = this.#children.get(index);
    if (known !== undefined) return known;
    const child = queryNode(value, this.#finishers);
    this.#children.set(index, child);
    this.#values.set(index, child.value);
    return child;
  }

  #join(): void {
    for (const [index, value] of [...this.#values].sort(([left], [right]) => left - right)) {
      const key = this.#keys.get(index);
      if (key === undefined) throw serializationError(`The map entry ${index} has a value but no key.`);
      setEntry(this.value, key, value);
    }
  }
}

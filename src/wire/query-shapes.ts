// The shapes of a model as awsQuery names them: what each part of a field's name leads to.
import { valueReader } from "./query-values.ts";
import type { ReadValue } from "./query-values.ts";
import { compileRecord } from "./record.ts";
import type { RecordBuilder } from "./record.ts";
import type { Member, StructureShape } from "./shapes.ts";

/** What a field, or a part of its name, stands for. */
export type QueryShape =
  | { readonly kind: "value"; readonly read: ReadValue }
  | QueryStructure
  | QueryList
  | QueryMap;

export interface QueryList {
  readonly kind: "list";
  /** What may stand between the list's name and the index; undefined when it is flattened. */
  readonly itemNames: readonly string[] | undefined;
  readonly item: QueryShape;
}

export interface QueryMap {
  readonly kind: "map";
  /** Undefined when the map is flattened. */
  readonly entryName: string | undefined;
  readonly keyName: string;
  readonly valueName: string;
  readonly value: QueryShape;
}

export interface QueryStructure {
  readonly kind: "structure";
  /** By the name that stands in fields. */
  readonly members: ReadonlyMap<string, { readonly name: string; readonly shape: QueryShape }>;
  readonly build: RecordBuilder;
}

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#query-key-resolution */
export function queryStructure(structure: StructureShape): QueryStructure {
  return new QueryShapeCompiler().structure(structure);
}

class QueryShapeCompiler {
  readonly #structures = new Map<StructureShape, QueryStructure>();

  /** Structures may contain themselves, so the result is known before its members are. */
  structure(structure: StructureShape): QueryStructure {
    const known = this.#structures.get(structure);
    if (known !== undefined) return known;
    const members = new Map<string, { name: string; shape: QueryShape }>();
    const made: QueryStructure = { kind: "structure", members, build: compileRecord(structure) };
    this.#structures.set(structure, made);
    for (const member of structure.members) {
      members.set(member.xmlName ?? member.name, { name: member.name, shape: this.#shape(member) });
    }
    return made;
  }

  #shape(member: Member): QueryShape {
    const { shape, flattened } = member;
    const read = valueReader(member);
    if (read !== undefined) return { kind: "value", read };
    switch (shape.kind) {
      case "list": {
        const itemNames = flattened ? undefined : [shape.item.xmlName ?? "member", "member"];
        return { kind: "list", itemNames, item: this.#shape(shape.item) };
      }
      case "map":
        return {
          kind: "map",
          entryName: flattened ? undefined : "entry",
          keyName: shape.key.xmlName ?? "key",
          valueName: shape.value.xmlName ?? "value",
          value: this.#shape(shape.value),
        };
      case "structure":
      case "union":
        return this.structure(shape);
      default:
        throw new Error(`${member.name} has neither a value nor members`);
    }
  }
}

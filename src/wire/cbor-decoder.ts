// Compiles a structure to a function that reads it from CBOR, straight into the objects that handlers see.
import { CborReader, indefinite, maxCborDepth, tooDeep } from "./cbor-reader.ts";
import { encodedText } from "./cbor-writer.ts";
import { serializationError } from "./errors.ts";
import { integer, long, setEntry } from "./input-runtime.ts";
import type { Values } from "./protocol.ts";
import { compileRecord } from "./record.ts";
import type { RecordBuilder } from "./record.ts";
import type { Constraint, Member, Shape, StructureShape } from "./shapes.ts";

type Read = (reader: CborReader, depth: number) => unknown;

/** @throws WireError `SerializationException` when the body is no CBOR or not of the structure's types. */
export function compileCborDecoder(structure: StructureShape): (body: Uint8Array) => Values {
  const read = new DecoderCompiler().structure(structure);
  return (body) => {
    const reader = new CborReader(body);
    const value = read(reader, 0);
    reader.expectEnd();
    return value as Values;
  };
}

class DecoderCompiler {
  readonly #structures = new Map<StructureShape, Read>();

  /** Structures may contain themselves, so the function is known before its members are. */
  structure(structure: StructureShape): Read {
    const known = this.#structures.get(structure);
    if (known !== undefined) return known;
    let members: readonly MemberReader[] = [];
    let build: RecordBuilder | undefined;
    const byName = new Map<string, number>();
    const read: Read = (reader, depth) => {
      if (depth > maxCborDepth) throw tooDeep();
      build ??= compileRecord(structure);
      return build(readMembers(reader, depth, members, byName));
    };
    this.#structures.set(structure, read);
    members = structure.members.map((member, index) => {
      byName.set(member.name, index);
      return { key: encodedText(member.name), read: this.#value(member) };
    });
    return read;
  }

  #value(member: Member): Read {
    const { shape } = member;
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.structure(shape);
      case "list":
        return this.#list(shape);
      case "map":
        return this.#map(shape);
      case "number":
        return numberReader(member.constraint?.number);
      case "document":
        throw new Error(`${member.name} is a document, which rpcv2Cbor cannot carry`);
      default:
        return simpleReaders[shape.kind];
    }
  }

  #list(shape: Shape & { kind: "list" }): Read {
    const readItem = this.#value(shape.item);
    return (reader, depth) => {
      if (depth > maxCborDepth) throw tooDeep();
      const items: unknown[] = [];
      const count = reader.listLength();
      if (count === indefinite) {
        while (!reader.takeBreak()) {
          reader.countValue();
          items.push(reader.takeNull() ? null : readItem(reader, depth + 1));
        }
      } else {
        for (let index = 0; index < count; index++) {
          items.push(reader.takeNull() ? null : readItem(reader, depth + 1));
        }
      }
      return items;
    };
  }

  #map(shape: Shape & { kind: "map" }): Read {
    const readItem = this.#value(shape.value);
    return (reader, depth) => {
      if (depth > maxCborDepth) throw tooDeep();
      const entries = {};
      const count = reader.mapSize();
      for (let index = 0; index !== count; index++) {
        if (count === indefinite) {
          if (reader.takeBreak()) break;
          reader.countValue();
        }
        const key = reader.text();
        setEntry(entries, key, reader.takeNull() ? null : readItem(reader, depth + 1));
      }
      return entries;
    };
  }
}

interface MemberReader {
  /** The member's name as CBOR text. */
  readonly key: Uint8Array;
  readonly read: Read;
}

const absent = () => undefined;

/** Clients write the members in the model's order, so the next one is tried first. */
function readMembers(
  reader: CborReader,
  depth: number,
  members: readonly MemberReader[],
  byName: ReadonlyMap<string, number>,
): unknown[] {
  const values: unknown[] = members.map(absent); // a tenth of what Array.from takes
  const count = reader.mapSize();
  let next = 0;
  for (let entry = 0; entry !== count; entry++) {
    if (count === indefinite) {
      if (reader.takeBreak()) break;
      reader.countValue();
    }
    let at = next;
    while (at < members.length && !reader.take((members[at] as MemberReader).key)) at++;
    if (at === members.length) at = byName.get(reader.text()) ?? -1;
    const member = members[at];
    if (member === undefined) {
      reader.skip(depth + 1);
    } else {
      values[at] = reader.takeNull() ? undefined : member.read(reader, depth + 1);
      next = at + 1;
    }
  }
  return values;
}

const simpleReaders = {
  string: (reader: CborReader) => reader.text(),
  boolean: (reader: CborReader) => reader.boolean(),
  blob: (reader: CborReader) => reader.blob(),
  timestamp: (reader: CborReader) => reader.timestamp(),
} as const;

function numberReader(kind: Constraint["number"]): Read {
  if (kind === "integer") return (reader) => integer(finite(reader.number()));
  if (kind === "long") return (reader) => long(finite(reader.number()));
  return (reader) => reader.number();
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw serializationError(`${value} can not be converted to an integer`);
}

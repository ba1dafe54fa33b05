// Compiles a structure to a function that writes it as CBOR, with the number types of strict clients.
import { CborWriter, encodedText } from "./cbor-writer.ts";
import type { Values } from "./protocol.ts";
import type { Constraint, Member, Shape, StructureShape } from "./shapes.ts";

type Write = (writer: CborWriter, value: unknown) => void;

/** Members that are undefined are left out; doubles are always eight bytes, also when they are whole. */
export function compileCborEncoder(structure: StructureShape): (values: Values) => Uint8Array {
  const write = new EncoderCompiler().structure(structure);
  return (values) => {
    const writer = new CborWriter();
    write(writer, values);
    return writer.finish();
  };
}

class EncoderCompiler {
  readonly #structures = new Map<StructureShape, Write>();

  /** Structures may contain themselves, so the function is known before its members are. */
  structure(structure: StructureShape): Write {
    const known = this.#structures.get(structure);
    if (known !== undefined) return known;
    let members: readonly { name: string; key: Uint8Array; write: Write }[] = [];
    const write: Write = (writer, value) => {
      const values = value as Values;
      let count = 0;
      for (const { name } of members) if (values[name] !== undefined && values[name] !== null) count++;
      writer.mapHead(count);
      for (const member of members) {
        const content = values[member.name];
        if (content === undefined || content === null) continue;
        writer.raw(member.key);
        member.write(writer, content);
      }
    };
    this.#structures.set(structure, write);
    members = structure.members.map((member) => ({
      name: member.name,
      key: encodedText(member.name),
      write: this.#value(member),
    }));
    return write;
  }

  #value(member: Member): Write {
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
        return numberWriter(member.constraint?.number);
      case "document":
        throw new Error(`${member.name} is a document, which rpcv2Cbor cannot carry`);
      default:
        return simpleWriters[shape.kind];
    }
  }

  #list(shape: Shape & { kind: "list" }): Write {
    const writeItem = this.#value(shape.item);
    return (writer, value) => {
      const items = value as readonly unknown[];
      writer.listHead(items.length);
      for (const item of items) {
        if (item === undefined || item === null) writer.null();
        else writeItem(writer, item);
      }
    };
  }

  #map(shape: Shape & { kind: "map" }): Write {
    const writeItem = this.#value(shape.value);
    return (writer, value) => {
      const entries = Object.entries(value as Values).filter(([, item]) => item !== undefined);
      writer.mapHead(entries.length);
      for (const [key, item] of entries) {
        writer.text(key);
        if (item === null) writer.null();
        else writeItem(writer, item);
      }
    };
  }
}

const simpleWriters: Readonly<Record<"string" | "boolean" | "blob" | "timestamp", Write>> = {
  string: (writer, value) => writer.text(value as string),
  boolean: (writer, value) => writer.boolean(value as boolean),
  blob: (writer, value) => writer.blob(value as Uint8Array),
  timestamp: (writer, value) => writer.timestamp(value as Date),
};

/** Where the model's data does not tell the kind, a whole number is written as an integer. */
function numberWriter(kind: Constraint["number"]): Write {
  if (kind === "double" || kind === "float") return (writer, value) => writer.double(value as number);
  return (writer, value) => writer.number(value as number);
}

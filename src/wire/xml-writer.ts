// Compiles a structure to a function that writes it as the XML of awsQuery answers.
import type { Values } from "./protocol.ts";
import type { Constraint, Member, Shape, StructureShape } from "./shapes.ts";
import { formatTimestamp } from "./timestamps.ts";

type Write = (value: unknown) => string;

/**
 * The elements of a structure's members, without one around them. Members that are undefined are left out.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#response-serialization
 */
export function compileXmlEncoder(structure: StructureShape): (values: Values) => string {
  return new XmlCompiler().structure(structure);
}

class XmlCompiler {
  readonly #structures = new Map<StructureShape, Write>();

  /** Structures may contain themselves, so the function is known before its members are. */
  structure(structure: StructureShape): Write {
    const known = this.#structures.get(structure);
    if (known !== undefined) return known;
    let members: readonly { name: string; write: Write }[] = [];
    const write: Write = (value) => {
      const values = value as Values;
      let xml = "";
      for (const member of members) {
        const content = values[member.name];
        if (content !== undefined && content !== null) xml += member.write(content);
      }
      return xml;
    };
    this.#structures.set(structure, write);
    members = structure.members.map((member) => ({
      name: member.name,
      write: this.#member(member, member.xmlName ?? member.name),
    }));
    return write;
  }

  /** The member's element; a flattened list or map has one per item. */
  #member(member: Member, tag: string): Write {
    const { shape, flattened } = member;
    if (shape.kind === "list") {
      return flattened
        ? this.#items(shape, tag)
        : element(tag, this.#items(shape, shape.item.xmlName ?? "member"));
    }
    if (shape.kind === "map") {
      return flattened ? this.#entries(shape, tag) : element(tag, this.#entries(shape, "entry"));
    }
    return element(tag, this.#content(member));
  }

  #content({ name, shape, constraint }: Member): Write {
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.structure(shape);
      case "string":
        return (value) => escapeXml(value as string);
      case "number":
        return numberWriter(constraint?.number);
      case "timestamp": {
        const format = shape.format ?? "date-time";
        return (value) => formatTimestamp(value as Date, format);
      }
      case "blob":
        return (value) => Buffer.from(value as Uint8Array).toString("base64");
      case "document":
        throw new Error(`${name} is a document, which awsQuery cannot carry`);
      default:
        return String;
    }
  }

  #items(list: Shape & { kind: "list" }, tag: string): Write {
    const writeItem = this.#member(list.item, tag);
    return (value) => {
      let xml = "";
      for (const item of value as readonly unknown[]) {
        xml += item === undefined || item === null ? `<${tag}/>` : writeItem(item);
      }
      return xml;
    };
  }

  #entries(map: Shape & { kind: "map" }, tag: string): Write {
    const writeValue = this.#member(map.value, map.value.xmlName ?? "value");
    const keyTag = map.key.xmlName ?? "key";
    return (value) => {
      let xml = "";
      for (const [key, item] of Object.entries(value as Values)) {
        if (item === undefined || item === null) continue;
        xml += `<${tag}><${keyTag}>${escapeXml(key)}</${keyTag}>${writeValue(item)}</${tag}>`;
      }
      return xml;
    };
  }
}

export function element(tag: string, content: Write): Write {
  const [start, end] = [`<${tag}>`, `</${tag}>`];
  return (value) => start + content(value) + end;
}

/** Doubles keep their point, because Python reads `6` as an integer. */
function numberWriter(kind: Constraint["number"]): Write {
  if (kind !== "double" && kind !== "float") return String;
  return (value) => {
    const text = String(value);
    return Number.isInteger(value) && !text.includes("e") ? `${text}.0` : text;
  };
}

const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Line ends are escaped too, or parsers make newlines of them; what XML cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  if (!/[&<>"'\p{Cc}\p{Cs}\u2028\ufffe\uffff]/u.test(text)) return text;
  return text
    .replaceAll(/[&<>"']/g, (character) => references[character] ?? character)
    .replaceAll(/[\r\n\x7f-\x9f\u2028]/g, characterReference)
    .replaceAll(/[^\P{Cc}\t]|[\p{Cs}\ufffe\uffff]/gu, "\ufffd");
}

function characterReference(character: string): string {
  return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
}

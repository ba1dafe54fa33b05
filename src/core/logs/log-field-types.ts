// The fields that JSON documents have, each with its type.

export type FieldType =
  | { readonly kind: "string" | "long" | "double" | "boolean" }
  /** Undefined when all lists were empty. */
  | { readonly kind: "array"; readonly element: FieldType | undefined }
  | { readonly kind: "struct"; readonly fields: FieldTypes };

export type FieldTypes = ReadonlyMap<string, FieldType>;

/** What is deeper in a document is a text, and of one object so many fields are told. */
export const fieldTypeLimits = { depth: 16, fields: 1_000 } as const;

/** Documents that are no JSON objects have no fields; a field that is null has none of its own. */
export function fieldTypesOf(documents: Iterable<string>): FieldTypes {
  let found: FieldTypes = new Map();
  for (const document of documents) {
    const type = typeOf(parsed(document), fieldTypeLimits.depth);
    if (type?.kind === "struct") found = mergeFields(found, type.fields);
  }
  return found;
}

function parsed(document: string): unknown {
  if (!document.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(document);
  } catch {
    // It only begins like JSON.
    return undefined;
  }
}

function typeOf(value: unknown, depth: number): FieldType | undefined {
  switch (typeof value) {
    case "boolean":
      return { kind: "boolean" };
    case "number":
      return { kind: Number.isSafeInteger(value) ? "long" : "double" };
    case "string":
      return { kind: "string" };
    case "object":
      break;
    default:
      return undefined;
  }
  if (value === null) return undefined;
  if (depth === 0) return { kind: "string" };
  if (Array.isArray(value)) {
    const element = value.reduce<FieldType | undefined>(
      (sofar, item: unknown) => merge(sofar, typeOf(item, depth - 1)),
      undefined,
    );
    return { kind: "array", element };
  }
  const fields = Object.entries(value).flatMap(([name, item]): [string, FieldType][] => {
    const type = typeOf(item, depth - 1);
    return type === undefined ? [] : [[name, type]];
  });
  return { kind: "struct", fields: new Map(fields.slice(0, fieldTypeLimits.fields)) };
}

/** The type that holds the values of both; of types that have nothing in common, a text. */
function merge(one: FieldType | undefined, other: FieldType | undefined): FieldType | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.kind === "struct" && other.kind === "struct") {
    return { kind: "struct", fields: mergeFields(one.fields, other.fields) };
  }
  if (one.kind === "array" && other.kind === "array") {
    return { kind: "array", element: merge(one.element, other.element) };
  }
  if (one.kind === other.kind) return one;
  const numbers = new Set(["long", "double"]);
  return { kind: numbers.has(one.kind) && numbers.has(other.kind) ? "double" : "string" };
}

function mergeFields(one: FieldTypes, other: FieldTypes): FieldTypes {
  const merged = new Map(one);
  for (const [name, type] of other) {
    const both = merge(one.get(name), type);
    if (both !== undefined && (merged.has(name) || merged.size < fieldTypeLimits.fields))
      merged.set(name, both);
  }
  return merged;
}

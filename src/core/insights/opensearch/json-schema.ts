// The schema of a JSON document in the words of SQL: `STRUCT<a: BIGINT, b: ARRAY<STRING>>`.

/** Undefined for what is no JSON. */
export function schemaOf(text: string): string | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return typeOf(document, 0);
  } catch {
    return undefined; // the text is no JSON
  }
}

const mostDepth = 100;

function typeOf(value: unknown, depth: number): string {
  if (depth > mostDepth) return "STRING";
  if (typeof value === "boolean") return "BOOLEAN";
  if (typeof value === "number") return Number.isInteger(value) ? "BIGINT" : "DOUBLE";
  if (Array.isArray(value)) return `ARRAY<${value.length === 0 ? "STRING" : typeOf(value[0], depth + 1)}>`;
  if (typeof value !== "object" || value === null) return "STRING";
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `STRUCT<${members.map(([name, member]) => `${name}: ${typeOf(member, depth + 1)}`).join(", ")}>`;
}

// ClickHouse SQL as data: text fragments with values between them, rendered with quoted literals.

/** What may stand in a statement as a value; a nested `Sql` is spliced in as it is. */
export type SqlValue = string | number | bigint | boolean | Sql | readonly SqlValue[];

/** A piece of SQL: `fragments` has one more entry than `values`. Build it with the `sql` tag. */
export interface Sql {
  readonly fragments: readonly string[];
  readonly values: readonly SqlValue[];
}

/** Tagged template for ClickHouse SQL; interpolated strings, numbers and arrays become quoted literals. */
export function sql(fragments: TemplateStringsArray, ...values: readonly SqlValue[]): Sql {
  return { fragments, values };
}

/** Trusted text (a table, a column, a keyword) as SQL; never pass it anything that came from a request. */
export function rawSql(text: string): Sql {
  return { fragments: [text], values: [] };
}

/** Joins pieces with a trusted separator such as ` AND ` or `, `. */
export function joinSql(pieces: readonly Sql[], separator: string): Sql {
  const [first, ...rest] = pieces;
  if (first === undefined) return rawSql("");
  const fragments = ["", ...rest.map(() => separator), ""];
  return { fragments, values: [first, ...rest] };
}

/**
 * Renders to the text that ClickHouse reads. Strings are quoted with `'`, and `\`, `'` and control
 * characters are escaped (https://clickhouse.com/docs/sql-reference/syntax#string); arrays become `[...]`.
 * @throws RangeError for a number that is not finite: it has no literal.
 */
export function renderSql(statement: Sql): string {
  let text = statement.fragments[0] ?? "";
  statement.values.forEach((value, index) => {
    text += literal(value) + (statement.fragments[index + 1] ?? "");
  });
  return text;
}

function literal(value: SqlValue): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      if (!Number.isFinite(value)) throw new RangeError(`no SQL literal for ${value}`);
      return String(value);
    case "bigint":
      return String(value);
    case "boolean":
      return value ? "1" : "0";
    default:
      return "fragments" in value ? renderSql(value) : `[${value.map(literal).join(", ")}]`;
  }
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\0": "\\0",
  "\b": "\\b",
  "\f": "\\f",
};

function quote(text: string): string {
  const escaped = text.replace(
    // oxlint-disable-next-line no-control-regex -- control characters are just what must be escaped
    /[\\'\u0000-\u001f]/g,
    (character) => escapes[character] ?? hexEscape(character),
  );
  return `'${escaped}'`;
}

function hexEscape(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

// What texts of OpenSearch PPL and SQL have that those of Logs Insights QL do not: comments, doubled quotes.

/**
 * The same text with blanks in the places of its comments, so that all positions stay the same: those between
 * `/*` and its end, and those from `line` to the end of the line. A quotation mark that stands twice in a
 * literal, which means one, gets a backslash in the place of the first.
 */
export function withoutComments(text: string, line: "--" | "//"): string {
  const quoted = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`/.source;
  const comments = String.raw`/\*[\s\S]*?\*/|${line}[^\n]*`;
  return text.replace(new RegExp(`${quoted}|(${comments})`, "g"), (found, comment?: string) =>
    comment === undefined ? withoutDoubled(found) : found.replace(/[^\n]/g, " "),
  );
}

function withoutDoubled(literal: string): string {
  const mark = literal.charAt(0);
  const inside = literal.slice(1, -1);
  return (
    mark + inside.replace(/\\[\s\S]|''|""/g, (found) => (found === mark + mark ? `\\${mark}` : found)) + mark
  );
}

// Comments of OpenSearch PPL and SQL.

/**
 * The text with blanks in the places of its comments, so that all positions stay the same: those between
 * `/*` and its end, and those from `line` to the end of the line.
 */
export function withoutComments(text: string, line: "--" | "//"): string {
  const quoted = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`/.source;
  const comments = String.raw`/\*[\s\S]*?\*/|${line}[^\n]*`;
  return text.replace(new RegExp(`${quoted}|(${comments})`, "g"), (found, comment?: string) =>
    comment === undefined ? found : found.replace(/[^\n]/g, " "),
  );
}

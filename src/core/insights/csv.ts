// Comma-separated values, as tables to look up in are uploaded and downloaded.

export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * RFC 4180: the first line names the columns; a cell in quotation marks may hold commas, lines and doubled
 * quotation marks. Answers what is wrong as a text.
 */
export function parseCsv(text: string): CsvTable | { readonly problem: string } {
  const lines = cellsByLine(text.replace(/^\uFEFF/, ""));
  if (lines === undefined) return { problem: "a quotation mark is not closed" };
  const [columns, ...rows] = lines;
  if (columns === undefined || columns.some((name) => name.trim() === "")) {
    return { problem: "the first line must name every column" };
  }
  if (new Set(columns).size < columns.length) return { problem: "two columns have the same name" };
  const odd = rows.findIndex((row) => row.length !== columns.length);
  if (odd >= 0) return { problem: `row ${odd + 1} has not as many cells as there are columns` };
  return { columns, rows };
}

export function printCsv({ columns, rows }: CsvTable): string {
  return [columns, ...rows].map((cells) => `${cells.map(printCell).join(",")}\n`).join("");
}

const printCell = (cell: string): string =>
  /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** A cell with the comma, the line's end or the text's end behind it. */
const cellPattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y;

function cellsByLine(text: string): readonly (readonly string[])[] | undefined {
  const lines: string[][] = [];
  let line: string[] = [];
  let offset = 0;
  while (offset < text.length || line.length > 0) {
    cellPattern.lastIndex = offset;
    const [found, quoted, plain = "", end] = cellPattern.exec(text) ?? [];
    if (found === undefined) return undefined;
    line.push(quoted?.replaceAll('""', '"') ?? plain);
    offset += found.length;
    if (end === ",") continue;
    if (line.length > 1 || line[0] !== "") lines.push(line);
    line = [];
  }
  return lines;
}

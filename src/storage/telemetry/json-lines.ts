// What the engine answers: a JSON text a line.

const lineFeed = 0x0a;
const comma = 0x2c;

/** No line feed is inside a line: a comma in place of each makes the whole one JSON text. Changes `body`. */
export function jsonLines(body: Buffer): readonly unknown[] {
  for (let end = body.indexOf(lineFeed); end >= 0; end = body.indexOf(lineFeed, end + 1)) body[end] = comma;
  const end = body.at(-1) === comma ? body.length - 1 : body.length;
  return JSON.parse(`[${body.toString("utf8", 0, end)}]`) as readonly unknown[];
}

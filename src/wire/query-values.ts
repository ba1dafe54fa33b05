// Reads the simple values of awsQuery, which are all text.
import { serializationError } from "./errors.ts";
import { integer, long } from "./input-runtime.ts";
import type { Constraint, Member } from "./shapes.ts";
import { parseTimestamp } from "./timestamps.ts";

/** @throws WireError `SerializationException` for text that is no such value. */
export type ReadValue = (text: string) => unknown;

/** The reader of a member's values; undefined for structures, unions, lists and maps. */
export function valueReader({ name, shape, constraint }: Member): ReadValue | undefined {
  switch (shape.kind) {
    case "string":
      return (text) => text;
    case "number":
      return numberReader(constraint?.number);
    case "boolean":
      return boolean;
    case "timestamp": {
      const format = shape.format ?? "date-time";
      return (text) => parseTimestamp(text, format) ?? epochSeconds(text);
    }
    case "blob":
      return blob;
    case "document":
      throw new Error(`${name} is a document, which awsQuery cannot carry`);
    default:
      return undefined;
  }
}

const wholeNumber = /^[+-]?\d{1,20}$/;
const decimalNumber = /^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?$/;

function numberReader(kind: Constraint["number"]): ReadValue {
  if (kind === "integer") return (text) => integer(whole(text));
  if (kind === "long") return (text) => long(whole(text));
  return decimal;
}

function whole(text: string): number {
  if (!wholeNumber.test(text)) throw unreadable(text, "an integer");
  return Number(text);
}

/** The names of what is no number, as Java and JavaScript write them and as Python does. */
const specialNumbers: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["infinity", Infinity],
  ["-infinity", -Infinity],
  ["inf", Infinity],
  ["-inf", -Infinity],
]);

function decimal(text: string): number {
  if (decimalNumber.test(text)) return Number(text);
  const special = specialNumbers.get(text.toLowerCase());
  if (special === undefined) throw unreadable(text, "a number");
  return special;
}

function boolean(text: string): boolean {
  switch (text.toLowerCase()) {
    case "true":
      return true;
    case "false":
      return false;
    default:
      throw unreadable(text, "a boolean");
  }
}

/** Some old programs send seconds since the epoch in place of ISO 8601. */
function epochSeconds(text: string): Date {
  const at = decimalNumber.test(text) ? parseTimestamp(Number(text), "epoch-seconds") : undefined;
  if (at === undefined) throw unreadable(text, "a timestamp");
  return at;
}

function blob(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw unreadable(text, "base64");
  return Buffer.from(text, "base64");
}

const maxShownCharacters = 100;

function unreadable(text: string, wanted: string): Error {
  return serializationError(`'${text.slice(0, maxShownCharacters)}' is not ${wanted}.`);
}

// Reads application/x-www-form-urlencoded text, field by field.
import { isAscii, isUtf8 } from "node:buffer";
import { serializationError } from "./errors.ts";

/** More fields than these are refused; the indices of a field's name take no memory. */
export const maxFormFields = 100_000;

/** V8 keeps the whole text alive for the sake of a part of it that is at least this long. */
const shortestSlice = 13;

/** What is done with a field; the value is a string of its own, so it may be kept. */
export type FieldVisitor = (name: string, value: string) => void;

/**
 * Visits the fields of a form in their order.
 *
 * Names and values are cut out of one string with indexOf and slice, which costs a third of what looking at
 * each character does. Most need no decoding, which the distance to the next escape tells without a look.
 * @throws WireError `SerializationException` for escapes or bytes that are not UTF-8, for too many fields.
 */
export function readForm(form: Uint8Array, visit: FieldVisitor): void {
  const bytes = asciiBytes(form);
  const text = bytes.toString("latin1");
  const equalsSigns = new Finder(text, "=");
  const percentSigns = new Finder(text, "%");
  const plusSigns = new Finder(text, "+");
  const value = (start: number, end: number): string => {
    const escaped = percentSigns.from(start) < end || plusSigns.from(start) < end;
    if (escaped) return unescapeField(text.slice(start, end));
    return end - start < shortestSlice ? text.slice(start, end) : bytes.toString("latin1", start, end);
  };
  let fields = 0;
  for (let start = 0, end; start < text.length; start = end + 1) {
    end = text.indexOf("&", start);
    if (end === -1) end = text.length;
    if (++fields > maxFormFields)
      throw serializationError(`The request has more than ${maxFormFields} fields.`);
    if (end === start) continue;
    const equals = Math.min(equalsSigns.from(start), end);
    const name = text.slice(start, equals);
    const escapedName = percentSigns.from(start) < equals || plusSigns.from(start) < equals;
    visit(escapedName ? unescapeField(name) : name, value(equals + 1, end));
  }
}

/** Browsers and SDKs escape what is not ASCII; who does not is understood as well. */
function asciiBytes(form: Uint8Array): Buffer {
  const bytes = Buffer.from(form.buffer, form.byteOffset, form.byteLength);
  if (isAscii(bytes)) return bytes;
  if (!isUtf8(bytes)) throw serializationError("The request is not UTF-8.");
  return Buffer.from(bytes.toString("utf8").replaceAll(/[^\0-\x7f]+/g, encodeURIComponent), "latin1");
}

/** Decoding makes a new string, also of text without escapes. */
function unescapeField(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (error) {
    throw serializationError("The request has an escape that is not UTF-8.", error);
  }
}

/** Finds the next place of a character, and looks only when the last answer is used up: once at all text. */
class Finder {
  readonly #text: string;
  readonly #character: string;
  #place = -1;

  constructor(text: string, character: string) {
    this.#text = text;
    this.#character = character;
  }

  /** The first place at or after `start`, which must not decrease; infinite when there is none. */
  from(start: number): number {
    if (this.#place < start) {
      const place = this.#text.indexOf(this.#character, start);
      this.#place = place === -1 ? Infinity : place;
    }
    return this.#place;
  }
}

// Reads request bodies that are JSON objects.
import { isAscii, isUtf8 } from "node:buffer";
import { serializationError } from "./errors.ts";
import { tooDeep } from "./input-runtime.ts";

/** No model nests nearly so deep. JSON.parse takes whatever comes: 10 MiB of `[` cost it three seconds. */
const maxNesting = 512;

/** A body that is shorter cannot nest deep enough to matter, and is not searched. */
const nestingMattersFromLength = 16 * 1024;

const escapedSurrogate = /\\u[dD][89a-fA-F]/;

/**
 * The object in a body; an empty body is an empty object, as AWS has it.
 * @throws WireError `SerializationException` for anything that is not one JSON object in UTF-8.
 */
export function parseJsonObject(body: Uint8Array): object {
  if (body.length === 0) return {};
  const text = textOf(body);
  if (text.length >= nestingMattersFromLength && !opensFew(text)) checkNesting(text);
  const parsed = parse(text);
  if (typeof parsed !== "object" || parsed === null)
    throw serializationError("Unexpected value type in payload");
  if (Array.isArray(parsed)) throw serializationError("Start of list found where not expected");
  return parsed;
}

/** Plain ASCII, which most bodies are, is read as Latin-1 in half of the time. */
function textOf(body: Uint8Array): string {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (isAscii(bytes)) return bytes.toString("latin1");
  if (!isUtf8(bytes)) throw serializationError("The request body is not valid UTF-8.");
  return bytes.toString("utf8");
}

function parse(text: string): unknown {
  try {
    // Half of a surrogate pair has no UTF-8 form, so it could be stored but never be found again. Only a
    // backslash can bring one, and for that alone the text is searched at the speed of memory.
    const mayHaveHalves = text.includes("\\") && escapedSurrogate.test(text);
    return mayHaveHalves ? JSON.parse(text, wellFormed) : JSON.parse(text);
  } catch (cause) {
    throw serializationError("The request body is not valid JSON.", cause);
  }
}

function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === "string" ? Buffer.from(value).toString() : value;
}

/**
 * Whether all that a text opens, in strings or not, would not nest too deeply even if it were never closed.
 */
function opensFew(text: string): boolean {
  let opened = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++opened > maxNesting) return false;
    }
  }
  return true;
}

/** Counts brackets outside of strings, which are skipped at the speed of `indexOf`. */
function checkNesting(text: string): void {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22: // "
        index = endOfString(text, index);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > maxNesting) tooDeep();
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      default:
    }
  }
}

/** The index of the quote that ends a string; a quote after an odd number of backslashes is part of it. */
function endOfString(text: string, start: number): number {
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
  } while (isEscaped(text, end));
  return end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

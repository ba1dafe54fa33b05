// What compiled decoders call: conversions from JSON values, with AWS's errors for wrong types.
import { randomUUID } from "node:crypto";
import { serializationError } from "./errors.ts";
import type { TimestampFormat } from "./shapes.ts";
import { parseTimestamp } from "./timestamps.ts";

/** The nesting at which a document is refused. */
const maxDocumentDepth = 64;

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The names by which AWS's parser calls what it found. */
function tokenOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return "STRING_VALUE";
    case "number":
      return "NUMBER_VALUE";
    default:
      return value === true ? "TRUE_VALUE" : "FALSE_VALUE";
  }
}

/** @throws WireError `SerializationException`, always, with AWS's texts. */
export function mismatch(value: unknown, wanted: string): never {
  if (Array.isArray(value)) throw serializationError("Start of list found where not expected");
  if (typeof value === "object")
    throw serializationError("Start of structure or map found where not expected");
  const article = /^[AEIOU]/.test(wanted) ? "an" : "a";
  throw serializationError(`${tokenOf(value)} can not be converted to ${article} ${wanted}`);
}

export function tooDeep(): never {
  throw serializationError("The request is nested too deeply.");
}

/** Fractions are cut off, as AWS's parser does. */
export function integer(value: unknown): number {
  return bounded(value, "Integer", -(2 ** 31), 2 ** 31 - 1);
}

/** The largest long, 2^63 - 1, which clients send to mean "for ever", is 2^63 as a JavaScript number. */
export function long(value: unknown): number {
  return bounded(value, "Long", -(2 ** 63), 2 ** 63);
}

function bounded(value: unknown, wanted: string, minimum: number, maximum: number): number {
  if (typeof value !== "number" || value < minimum || value > maximum) return mismatch(value, wanted);
  return Math.trunc(value);
}

/** JSON has no literals for these three: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export function double(value: unknown): number {
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  return mismatch(value, "Double");
}

export function timestamp(value: unknown, format: TimestampFormat): Date {
  if (typeof value === "object" || typeof value === "boolean") return mismatch(value, "timestamp");
  const parsed = parseTimestamp(value, format);
  if (parsed !== undefined) return parsed;
  throw serializationError(`${tokenOf(value)} can not be converted to milliseconds since epoch`);
}

export function blob(value: unknown): Uint8Array {
  if (typeof value !== "string") return mismatch(value, "Blob");
  if (value.length % 4 !== 0 || !base64.test(value)) throw serializationError("Invalid base64 in a blob");
  return Buffer.from(value, "base64");
}

/** Documents are kept as they are; only their depth is bounded. */
export function checkDocument(value: unknown): void {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDocumentDepth) tooDeep();
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
}

/** @throws WireError unless exactly one member of a union is set. */
export function expectOne(values: readonly unknown[], union: string): void {
  const count = values.filter((value) => value !== undefined).length;
  if (count === 1) return;
  throw serializationError(
    count === 0 ? `Exactly one member of ${union} must be set` : `Only one member of ${union} may be set`,
  );
}

/** Defines rather than assigns, so that no key reaches the prototype. */
export function setEntry(target: object, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else Reflect.set(target, key, value);
}

/** Unicode characters, which is how AWS measures strings. */
export function characters(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    if ((text.codePointAt(index) ?? 0) > 0xffff) {
      count--;
      index++;
    }
  }
  return count;
}

export function idempotencyToken(): string {
  return randomUUID();
}

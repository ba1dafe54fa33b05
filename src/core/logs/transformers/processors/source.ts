// The text that a parser reads: the whole message, or a field of the document.
import type { ConfigReader } from "../config-reader.ts";
import { TransformFailure, type EventInTransit } from "../define.ts";
import { putAt, setMember, valueAt, type Json, type JsonObject, type KeyPath } from "../json-document.ts";

export type ReadSource = (event: EventInTransit) => string;

/** `@message`, which is also the default, is the message as it came in. */
export function sourceOf(config: ConfigReader): ReadSource {
  const path = config.optionalKey("source");
  if (path === undefined || path.join(".") === "@message") return ({ message }) => message;
  const name = path.join(".");
  return ({ document }) => {
    const value = valueAt(document, path);
    if (typeof value !== "string") throw new TransformFailure(`the field ${name} has no text to parse`);
    return value;
  };
}

/** Processors of AWS's own formats read the message and nothing else, and some others do as the first one. */
export function requireMessageSource(config: ConfigReader): void {
  const source = config.optionalText("source");
  if (source !== undefined && source !== "@message") config.refuse("source", "can only be @message");
}

/** The object that parsed fields go into: the root, or one that is made at the destination. */
export function destinationIn(document: JsonObject, destination: KeyPath | undefined): JsonObject {
  if (destination === undefined) return document;
  const found = valueAt(document, destination);
  if (typeof found === "object" && found !== null && !Array.isArray(found)) return found;
  const made: JsonObject = {};
  if (!putAt(document, destination, made)) {
    throw new TransformFailure(`there is no place for the field ${destination.join(".")}`);
  }
  return made;
}

/** Puts fields into an object; those that are there already stay unless they are overwritten. */
export function addFields(
  object: JsonObject,
  fields: Iterable<readonly [name: string, value: Json]>,
  overwrite: boolean,
): void {
  for (const [name, value] of fields) {
    if (overwrite || !Object.hasOwn(object, name)) setMember(object, name, value);
  }
}

// The JSON document that a transformer makes of a log event, and the paths that name its parts.
import { isNestedTooDeeply } from "../json-nesting.ts";

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

/** The steps of a key in dot notation: `store.book` is `["store", "book"]`. */
export type KeyPath = readonly string[];

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sets a member whatever its name is: `__proto__` is a name like others here. */
export function setMember(object: JsonObject, name: string, value: Json): void {
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else object[name] = value;
}

/** What stands at a path; a step of digits is the position in an array. */
export function valueAt(document: JsonObject, path: KeyPath): Json | undefined {
  let value: Json | undefined = document;
  for (const step of path) {
    if (Array.isArray(value)) value = /^\d+$/.test(step) ? value[Number(step)] : undefined;
    else if (isJsonObject(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

/**
 * Puts a value at a path, and makes the objects on the way; false where something else is in the way. In an
 * array only what is there already gives way to another value.
 */
export function putAt(document: JsonObject, path: KeyPath, value: Json): boolean {
  const last = path.at(-1);
  if (last === undefined) return false;
  let object: Json[] | JsonObject = document;
  for (const step of path.slice(0, -1)) {
    if (!Array.isArray(object) && !Object.hasOwn(object, step)) setMember(object, step, {});
    const inner: Json | undefined = valueAt({ object }, ["object", step]);
    if (typeof inner !== "object" || inner === null) return false;
    object = inner;
  }
  if (!Array.isArray(object)) setMember(object, last, value);
  else if (valueAt({ object }, ["object", last]) === undefined) return false;
  else object[Number(last)] = value;
  return true;
}

/** Takes a member away; whether there was one. */
export function removeAt(document: JsonObject, path: KeyPath): boolean {
  const last = path.at(-1);
  const parent = valueAt(document, path.slice(0, -1));
  if (last === undefined || !isJsonObject(parent) || !Object.hasOwn(parent, last)) return false;
  delete parent[last];
  return true;
}

/** How many values there are that are neither objects nor arrays. */
export function countFields(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner: Json) => sum + countFields(inner), 0);
}

/** @returns undefined for a text that is no JSON object, or one that is nested too deeply. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) && !isNestedTooDeeply(value) ? value : undefined;
  } catch {
    return undefined; // the caller says what follows
  }
}

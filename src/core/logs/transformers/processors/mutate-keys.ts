// Processors that change the fields of a document: addKeys, deleteKeys, moveKeys, renameKeys, copyValue.
import type { ConfigReader } from "../config-reader.ts";
import type { EventInTransit, EventOrigin, ProcessorDefinition } from "../define.ts";
import { isJsonObject, putAt, removeAt, valueAt, type Json, type KeyPath } from "../json-document.ts";

const maximumEntries = 5;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-JSONMutate.html */
export const addKeys: ProcessorDefinition = {
  name: "addKeys",
  role: "mutator",
  atMost: 1,
  compile(config) {
    const entries = config.entries("entries", maximumEntries, (entry) => ({
      key: entry.key("key"),
      value: entry.text("value", 256),
      overwrite: entry.flag("overwriteIfExists"),
    }));
    return (event) => {
      for (const { key, value, overwrite } of entries) put(event, key, value, overwrite);
    };
  },
};

export const deleteKeys: ProcessorDefinition = {
  name: "deleteKeys",
  role: "mutator",
  compile(config) {
    const keys = config.deepKeys("withKeys", maximumEntries);
    return ({ document }) => {
      for (const key of keys) removeAt(document, key);
    };
  },
};

interface Transfer {
  readonly source: KeyPath;
  readonly target: KeyPath;
  readonly overwrite: boolean;
}

const transfers = (config: ConfigReader): readonly Transfer[] =>
  config.entries("entries", maximumEntries, (entry) => ({
    source: entry.key("source"),
    target: entry.key("target"),
    overwrite: entry.flag("overwriteIfExists"),
  }));

/** A key that is moved to another one that is an object goes into it under its own name. */
export const moveKeys: ProcessorDefinition = {
  name: "moveKeys",
  role: "mutator",
  compile(config) {
    const entries = transfers(config);
    return (event) => {
      for (const { source, target, overwrite } of entries) {
        const isInto = !isSame(source, target) && isJsonObject(valueAt(event.document, target));
        const place = isInto ? [...target, source.at(-1) ?? ""] : target;
        move(event, { source, target: place, overwrite });
      }
    };
  },
};

/** The new name is `renameTo` in the API and `target` in the guide, by which account policies are written. */
export const renameKeys: ProcessorDefinition = {
  name: "renameKeys",
  role: "mutator",
  compile(config) {
    const entries = config.entries("entries", maximumEntries, (entry) => ({
      source: entry.deepKey("key"),
      target: entry.optionalKey("renameTo") ?? entry.key("target"),
      overwrite: entry.flag("overwriteIfExists"),
    }));
    return (event) => {
      for (const entry of entries) move(event, entry);
    };
  },
};

/** Where the event comes from, under the names that `copyValue` knows. */
const metadata: ReadonlyMap<string, (origin: EventOrigin) => string> = new Map([
  ["@logGroupName", ({ logGroupName }) => logGroupName],
  ["@logGroupStream", ({ logStreamName }) => logStreamName],
  ["@accountId", ({ account }) => account],
  ["@regionName", ({ region }) => region],
]);

export const copyValue: ProcessorDefinition = {
  name: "copyValue",
  role: "mutator",
  atMost: 1,
  compile(config) {
    const entries = transfers(config);
    return (event) => {
      for (const { source, target, overwrite } of entries) {
        const value = metadata.get(source.join("."))?.(event.origin) ?? valueAt(event.document, source);
        if (value !== undefined) put(event, target, structuredCopy(value), overwrite);
      }
    };
  },
};

/** A copy that later processors can change by itself. */
function structuredCopy(value: Json): Json {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, structuredCopy(inner)]));
}

function put({ document }: EventInTransit, path: KeyPath, value: Json, overwrite: boolean): boolean {
  if (!overwrite && valueAt(document, path) !== undefined) return false;
  return putAt(document, path, value);
}

const isSame = (one: KeyPath, other: KeyPath) => one.join(".") === other.join(".");

/** A field that cannot be put at its new place stays where it is, as the elements of an array do. */
function move(event: EventInTransit, { source, target, overwrite }: Transfer): void {
  const value = valueAt(event.document, source);
  if (value === undefined || isSame(source, target) || !removeAt(event.document, source)) return;
  if (!put(event, target, value, overwrite)) putAt(event.document, source, value);
}

// parseKeyValue: pairs of a key and a value become fields.
import type { ProcessorDefinition } from "../define.ts";
import { isJsonObject, valueAt, type JsonObject, type KeyPath } from "../json-document.ts";
import { addFields, destinationIn, sourceOf } from "./source.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html */
export const parseKeyValue: ProcessorDefinition = {
  name: "parseKeyValue",
  role: "parser",
  compile(config) {
    const source = sourceOf(config);
    const destination = config.optionalDeepKey("destination");
    const between = config.optionalText("fieldDelimiter") ?? "&";
    const delimiter = config.optionalText("keyValueDelimiter") ?? "=";
    const prefix = config.optionalText("keyPrefix") ?? "";
    const nonMatch = config.optionalText("nonMatchValue") ?? null;
    const overwrite = config.flag("overwriteIfExists");
    return (event) => {
      if (!overwrite && isTaken(event.document, destination)) return;
      const pairs = source(event)
        .split(between)
        .filter((pair) => pair !== "")
        .map((pair) => {
          const position = pair.indexOf(delimiter);
          if (position < 0) return [prefix + pair, nonMatch] as const;
          return [prefix + pair.slice(0, position), pair.slice(position + delimiter.length)] as const;
        });
      addFields(destinationIn(event.document, destination), pairs, overwrite);
    };
  },
};

/** A value that is no object is there already, and pairs can only be put into objects. */
function isTaken(document: JsonObject, destination: KeyPath | undefined): boolean {
  const value = destination === undefined ? undefined : valueAt(document, destination);
  return value !== undefined && !isJsonObject(value);
}

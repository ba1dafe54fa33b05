// listToMap: a list of objects becomes fields, each named by a member of the objects.
import type { ProcessorDefinition } from "../define.ts";
import { isJsonObject, setMember, valueAt, type Json } from "../json-document.ts";
import { destinationIn } from "./source.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-JSONMutate.html */
export const listToMap: ProcessorDefinition = {
  name: "listToMap",
  role: "mutator",
  compile(config) {
    const source = config.key("source");
    const key = config.deepKey("key");
    const valueKey = config.optionalDeepKey("valueKey");
    const target = config.optionalKey("target");
    const isFlat = config.flag("flatten");
    const kept = config.choice("flattenedElement", ["first", "last"]);
    if (isFlat && kept === undefined) config.refuse("flattenedElement", "is required when flatten is true");
    return ({ document }) => {
      const list = valueAt(document, source);
      if (!Array.isArray(list)) return;
      const found = new Map<string, Json[]>();
      for (const item of list) {
        if (!isJsonObject(item)) continue;
        const name = valueAt(item, key);
        const value = valueKey === undefined ? item : valueAt(item, valueKey);
        if (typeof name === "object" || name === undefined || value === undefined) continue;
        found.set(String(name), [...(found.get(String(name)) ?? []), value]);
      }
      const into = destinationIn(document, target);
      for (const [name, values] of found) {
        const one = kept === "last" ? values.at(-1) : values[0];
        setMember(into, name, isFlat ? (one ?? null) : values);
      }
    };
  },
};

// parseKeyValue: pairs of a key and a value become fields.
import type { ProcessorDefinition } from "../define.ts";
import { addFields, destinationIn, sourceOf } from "./source.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html */
export const parseKeyValue: ProcessorDefinition = {
  name: "parseKeyValue",
  role: "parser",
  compile(config) {
    const source = sourceOf(config);
    const destination = config.optionalKey("destination");
    const between = config.optionalText("fieldDelimiter") ?? "&";
    const delimiter = config.optionalText("keyValueDelimiter") ?? "=";
    const prefix = config.optionalText("keyPrefix") ?? "";
    const nonMatch = config.optionalText("nonMatchValue") ?? null;
    const overwrite = config.flag("overwriteIfExists");
    return (event) => {
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

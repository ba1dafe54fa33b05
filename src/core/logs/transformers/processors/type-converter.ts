// typeConverter: values become integers, doubles, texts or booleans.
import type { ProcessorDefinition } from "../define.ts";
import { putAt, valueAt, type Json } from "../json-document.ts";

const types = ["integer", "double", "string", "boolean"] as const;

/** A value that cannot be converted gives undefined and stays as it is. */
const converters: Readonly<Record<(typeof types)[number], (value: Json) => Json | undefined>> = {
  integer(value) {
    const number = numberOf(value);
    return number !== undefined && Number.isSafeInteger(Math.trunc(number)) ? Math.trunc(number) : undefined;
  },
  double: numberOf,
  string: (value) => (typeof value === "object" ? undefined : String(value)),
  boolean(value) {
    if (typeof value === "number") return value !== 0;
    const text = typeof value === "string" ? value.toLowerCase() : value;
    if (text === "true" || text === true) return true;
    return text === "false" || text === false ? false : undefined;
  },
};

/** The platform would also take hexadecimal digits and an empty text for numbers. */
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function numberOf(value: Json): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string" || !decimal.test(value.trim())) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Datatype.html */
export const typeConverter: ProcessorDefinition = {
  name: "typeConverter",
  role: "mutator",
  compile(config) {
    const entries = config.entries("entries", 10, (entry) => ({
      key: entry.key("key"),
      convert: converters[entry.choice("type", types) ?? entry.refuse("type", "is required")],
    }));
    return ({ document }) => {
      for (const { key, convert } of entries) {
        const value = valueAt(document, key);
        const converted = value === undefined || value === null ? undefined : convert(value);
        if (converted !== undefined) putAt(document, key, converted);
      }
    };
  },
};

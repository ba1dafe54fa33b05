// The fields of one log event by name, as Logs Insights discovers them in JSON.
import { isNestedTooDeeply } from "../logs/json-nesting.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html */
const maximumFields = 200;

type Json = string | number | boolean | null | { readonly [name: string]: Json };

/**
 * Objects and arrays are flattened with dots and indexes; true and false are 1 and 0, null is no value; a
 * name that begins with `@` gets one more. Empty for a message that is no JSON object,
 * or one that is nested too deeply.
 */
export function flattenEvent(message: string): Readonly<Record<string, string>> {
  if (!/^\s*\{/.test(message)) return {};
  let document: Json;
  try {
    document = JSON.parse(message) as Json;
  } catch {
    return {}; // a message that only begins like JSON
  }
  if (isNestedTooDeeply(document)) return {};
  const fields = new Map<string, string>();
  const visit = (name: string, value: Json): void => {
    if (fields.size >= maximumFields || value === null) return;
    if (typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) visit(name === "" ? key : `${name}.${key}`, inner);
      return;
    }
    const text = typeof value === "boolean" ? String(Number(value)) : String(value);
    fields.set(name.startsWith("@") ? `@${name}` : name, text);
  };
  visit("", document);
  return Object.fromEntries(fields);
}

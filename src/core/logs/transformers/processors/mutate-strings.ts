// Processors that change texts: lowerCaseString, upperCaseString, trimString, splitString, substituteString.
import type { ConfigReader } from "../config-reader.ts";
import type { CompileRegex, EventInTransit, ProcessorDefinition, Regex, RegexGroups } from "../define.ts";
import { putAt, valueAt, type Json, type KeyPath } from "../json-document.ts";

const maximumEntries = 10;

/** A field that is absent or no text is left alone. */
function changeText({ document }: EventInTransit, key: KeyPath, change: (text: string) => Json): void {
  const value = valueAt(document, key);
  if (typeof value === "string") putAt(document, key, change(value));
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-StringMutate.html */
function onKeys(name: string, change: (text: string) => string): ProcessorDefinition {
  return {
    name,
    role: "mutator",
    compile(config) {
      const keys = config.deepKeys("withKeys", maximumEntries);
      return (event) => {
        for (const key of keys) changeText(event, key, change);
      };
    },
  };
}

export const lowerCaseString = onKeys("lowerCaseString", (text) => text.toLowerCase());
export const upperCaseString = onKeys("upperCaseString", (text) => text.toUpperCase());
export const trimString = onKeys("trimString", (text) => text.trim());

export const splitString: ProcessorDefinition = {
  name: "splitString",
  role: "mutator",
  compile(config) {
    const entries = config.entries("entries", maximumEntries, (entry) => ({
      source: entry.deepKey("source"),
      delimiter: entry.text("delimiter"),
    }));
    return (event) => {
      for (const { source, delimiter } of entries) changeText(event, source, (text) => text.split(delimiter));
    };
  },
};

export const substituteString: ProcessorDefinition = {
  name: "substituteString",
  role: "mutator",
  compile(config, compileRegex) {
    const entries = config.entries("entries", maximumEntries, (entry) => {
      const source = entry.key("source");
      const regex = regexOf(entry, compileRegex);
      return { source, regex, replacement: replacementOf(entry, regex) };
    });
    return (event) => {
      for (const { source, regex, replacement } of entries) {
        changeText(event, source, (text) => regex.replace(text, replacement));
      }
    };
  },
};

function regexOf(config: ConfigReader, compileRegex: CompileRegex): Regex {
  const compiled = compileRegex(config.text("from"));
  if (typeof compiled === "string") config.refuse("from", `is no regular expression: ${compiled}`);
  return compiled;
}

const maximumReferences = 10;
const maximumSameReferences = 2;

/** A text with `$1` for a numbered and `${name}` for a named group; `\$` is a dollar sign. */
function replacementOf(config: ConfigReader, regex: Regex): (groups: RegexGroups) => string {
  const parts: (string | number)[] = [];
  const uses = new Map<number, number>();
  const text = config.text("to");
  let rest = 0;
  for (const { 0: found, 1: escaped, 2: digits, 3: name = "", index } of text.matchAll(
    /\\([\\$])|\$(\d+)|\$\{(\w+)\}/g,
  )) {
    parts.push(text.slice(rest, index));
    rest = index + found.length;
    if (escaped !== undefined) {
      parts.push(escaped);
      continue;
    }
    const number = digits === undefined ? undefined : groupNumber(digits, regex.groupCount);
    const group = number === undefined ? regex.names[name] : Number(number);
    if (group === undefined || group > regex.groupCount)
      config.refuse("to", `names no group of from: ${found}`);
    uses.set(group, (uses.get(group) ?? 0) + 1);
    parts.push(group);
    if (digits !== undefined) parts.push(digits.slice(number?.length));
  }
  parts.push(text.slice(rest));
  const references = [...uses.values()].reduce((sum, count) => sum + count, 0);
  if (references > maximumReferences) config.refuse("to", `has more than ${maximumReferences} references`);
  if (Math.max(0, ...uses.values()) > maximumSameReferences) {
    config.refuse("to", `has a reference more than ${maximumSameReferences} times`);
  }
  return (groups) => parts.map((part) => (typeof part === "number" ? (groups[part] ?? "") : part)).join("");
}

/**
 * The first digit names a group in any case, more of them as long as there is such a group.
 * https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Matcher.html
 */
function groupNumber(digits: string, groupCount: number): string {
  let length = digits.length;
  while (length > 1 && Number(digits.slice(0, length)) > groupCount) length -= 1;
  return digits.slice(0, length);
}

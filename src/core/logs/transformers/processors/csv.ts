// csv: the columns of a line become fields.
import type { ConfigReader } from "../config-reader.ts";
import type { ProcessorDefinition } from "../define.ts";
import { putAt } from "../json-document.ts";
import { destinationIn, sourceOf } from "./source.ts";

const maximumColumns = 100;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html */
export const csv: ProcessorDefinition = {
  name: "csv",
  role: "parser",
  compile(config) {
    const source = sourceOf(config);
    const delimiter = delimiterOf(config);
    const quote = config.optionalText("quoteCharacter", 1) ?? '"';
    const columns = config.optionalKeys("columns", maximumColumns);
    const destination = config.optionalKey("destination");
    return (event) => {
      const into = destinationIn(event.document, destination);
      const values = splitLine(source(event), delimiter, quote).slice(0, maximumColumns);
      for (const [index, value] of values.entries()) {
        putAt(into, columns?.[index] ?? [`column_${index + 1}`], value);
      }
    };
  },
};

/** One character, or `\t` for a tab and `\s` for a space. */
function delimiterOf(config: ConfigReader): string {
  const delimiter = config.optionalText("delimiter", 2) ?? ",";
  if (delimiter === String.raw`\t`) return "\t";
  if (delimiter === String.raw`\s`) return " ";
  if (delimiter.length > 1) config.refuse("delimiter", String.raw`must be one character, \t or \s`);
  return delimiter;
}

/** A quoted column may hold delimiters; a doubled quote in it is a quote. */
function splitLine(line: string, delimiter: string, quote: string): readonly string[] {
  const values: string[] = [];
  let value = "";
  let isQuoted = false;
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (character === quote && isQuoted && line.charAt(index + 1) === quote) {
      value += quote;
      index += 1;
    } else if (character === quote && (isQuoted || value.trim() === "")) {
      if (!isQuoted) value = "";
      isQuoted = !isQuoted;
    } else if (character === delimiter && !isQuoted) {
      values.push(value);
      value = "";
    } else value += character;
  }
  return [...values, value];
}

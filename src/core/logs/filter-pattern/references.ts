// References to values of an event that matches a pattern, as metric filters have them: `$.size`, `$bytes`.
import type { Scalar } from "./compare.ts";
import { compileField } from "./compile-fields.ts";
import { compileSelector } from "./compile-json.ts";
import type { MessageReading } from "./message-reading.ts";
import { parseSelector } from "./parse-json.ts";
import { Scanner } from "./scanner.ts";
import { FilterPatternError, type Field, type FilterPattern } from "./tree.ts";

/** Undefined where the event has nothing at that place. */
export type ValueReader = (reading: MessageReading) => Scalar | undefined;

/**
 * A reader of the value that a reference means; undefined for what means nothing in this pattern. JSON
 * patterns know selectors, patterns of fields know names, and the place of those without one (`$3`).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 */
export function compileReference(pattern: FilterPattern, reference: string): ValueReader | undefined {
  switch (pattern.kind) {
    case "everything":
    case "terms":
      return undefined;
    case "json":
      return compileSelectorText(reference);
    case "fields":
      return compileFieldName(pattern.fields, reference);
  }
}

function compileSelectorText(reference: string): ValueReader | undefined {
  try {
    const scanner = new Scanner(reference);
    const selector = parseSelector(scanner);
    if (!scanner.atEnd) return undefined;
    const read = compileSelector(selector);
    return ({ document }) => read(document);
  } catch (error) {
    if (error instanceof FilterPatternError) return undefined;
    throw error;
  }
}

function compileFieldName(fields: readonly Field[], reference: string): ValueReader | undefined {
  const name = reference.slice(1);
  const place = fields.findIndex(
    (field, index) => field.kind === "field" && (field.name || String(index + 1)) === name,
  );
  if (place < 0) return undefined;
  const read = compileField(fields, place);
  return (reading) => read(reading.fields);
}

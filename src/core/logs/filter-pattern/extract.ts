// The values that a filter pattern names, as TestMetricFilter reports them.
import { compileField } from "./compile-fields.ts";
import { parseDocument, select } from "./compile-json.ts";
import { EventFields } from "./event-fields.ts";
import { printSelector } from "./print.ts";
import type { Condition, FilterPattern, Selector } from "./tree.ts";

/**
 * `{ "$status": "404" }` for fields (those without a name by their place: `$3`), `{ "$.user.id": "1" }` for
 * JSON, nothing for terms.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricFilterMatchRecord.html
 */
export function extractValues(pattern: FilterPattern, message: string): Readonly<Record<string, string>> {
  switch (pattern.kind) {
    case "everything":
    case "terms":
      return {};
    case "fields": {
      const values = new EventFields({ message });
      return Object.fromEntries(
        pattern.fields.flatMap((field, place) =>
          field.kind === "field"
            ? [[`$${field.name || place + 1}`, compileField(pattern.fields, place)(values) ?? ""]]
            : [],
        ),
      );
    }
    case "json": {
      const document = parseDocument(message);
      return Object.fromEntries(
        selectorsOf(pattern.condition).flatMap((selector) => {
          const [value] = select(document, selector);
          if (value === undefined) return [];
          return [[printSelector(selector), typeof value === "string" ? value : JSON.stringify(value)]];
        }),
      );
    }
  }
}

function selectorsOf(condition: Condition<Selector>): readonly Selector[] {
  return "operands" in condition ? condition.operands.flatMap(selectorsOf) : [condition.subject];
}

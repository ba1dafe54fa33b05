// The columns that a query shows.
import type { OutputColumn } from "./output-columns.ts";
import type { Pipeline } from "./pipeline.ts";

/** What the query says, or the whole event. */
export function shownColumns(pipeline: Pipeline): readonly OutputColumn[] {
  if (!pipeline.hasEvents || pipeline.output.length > 0) return pipeline.output;
  return ["@timestamp", "@message"].map((name) => eventColumn(pipeline, name));
}

/** A field of the rows as a column. */
export function eventColumn(pipeline: Pipeline, name: string): OutputColumn {
  return { name, value: pipeline.resolve({ kind: "field", steps: [name], span: { start: 0, end: 0 } }) };
}

// Lists and maps in the JSON of events, which are no fields by themselves.
import { sql } from "../sql.ts";
import { documentOf, jsonPart } from "./discovered-fields.ts";
import type { Pipeline } from "./pipeline.ts";
import type { FieldReference } from "./query-tree.ts";
import { asText, type Value } from "./value.ts";

/** The value of a field, or the list of that name in the event's own JSON. */
export function listOrValue(field: FieldReference, pipeline: Pipeline): Value {
  const value = pipeline.resolveStructure(field);
  if (!pipeline.isDiscovered(field)) return value;
  const part = jsonPart(documentOf(pipeline.scope), field.steps);
  return { ...value, sql: sql`if(startsWith(ifNull(${part}, ''), '['), ${part}, ${asText(value).sql})` };
}

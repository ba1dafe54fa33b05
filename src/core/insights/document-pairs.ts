// All fields of a JSON event at once, as names and texts.
import { sql, type Sql } from "../sql.ts";
import { documentOf } from "./discovered-fields.ts";
import type { EventScope } from "./scope.ts";

/** So many objects inside each other are looked into. */
const depth = 3;

/** An array of (name, text) as they are shown; objects, arrays and null have no text. */
export function documentPairs(scope: EventScope, without: readonly string[]): Sql {
  let pairs = sql`JSONExtractKeysAndValuesRaw(${documentOf(scope)})`;
  for (let level = 1; level < depth; level++)
    pairs = sql`arrayFlatten(arrayMap(outer -> ${inside}, ${pairs}))`;
  const isText = sql`startsWith(pair.2, '"')`;
  const boolean = sql`pair.2 = 'true', '1', pair.2 = 'false', '0'`;
  const text = sql`multiIf(${isText}, JSONExtractString(pair.2), ${boolean}, pair.2)`;
  const isField = sql`pair.1 != '' AND NOT match(pair.2, '^(?:[{[]|null$)')`;
  const isWanted = without.length === 0 ? isField : sql`${isField} AND pair.1 NOT IN ${without}`;
  return sql`arrayMap(pair -> (pair.1, ${text}), arrayFilter(pair -> ${isWanted}, ${pairs}))`;
}

/** A field as it is, and an object as its fields. */
const inside = sql`if(startsWith(outer.2, '{'),
  arrayMap(
    inner -> (concat(outer.1, '.', inner.1), inner.2),
    JSONExtractKeysAndValuesRaw(outer.2)), [outer])`;

// Calls of OpenSearch PPL and SQL with what only aggregations have: DISTINCT, FILTER, WITHIN GROUP.
import type { QueryReader } from "../query-reader.ts";
import type { Call, Expression } from "../query-tree.ts";
import type { Expressions } from "./dialect.ts";
import { allOf, callOf, numberAt } from "./trees.ts";

/**
 * The rest of a call behind its opening bracket: `count(distinct a, b)`, `sum(a) filter (where b > 1)`,
 * `percentile_cont(0.5) within group (order by a desc)`, `first(a ignore nulls)`.
 */
export function parseAggregateCall(reader: QueryReader, word: string, start: number, own: Expressions): Call {
  const isDistinct = reader.takeWord("distinct");
  if (!isDistinct && /^all\s/i.test(reader.text.slice(reader.offset))) reader.expectWord("all");
  const given: Expression[] = [];
  let ignoresMissing = false;
  while (!reader.takeSymbol(")")) {
    if (given.length > 0) reader.expectSymbol(",");
    given.push(parseArgument(reader, own));
    if (!reader.isWord("ignore") && !reader.isWord("respect")) continue;
    ignoresMissing = reader.takeWord("ignore");
    if (!ignoresMissing) reader.expectWord("respect");
    reader.expectWord("nulls");
  }
  const plain: Call = { kind: "call", name: word, arguments: given, span: reader.spanFrom(start) };
  const distinct = isDistinct ? distinctOf(reader, plain) : plain;
  const edged = ignoresMissing ? { ...distinct, name: `${distinct.name}_present` } : distinct;
  const grouped = /^within\s+group\b/i.test(reader.text.slice(reader.offset))
    ? parseWithinGroup(reader, edged, own)
    : edged;
  return /^filter\s*\(\s*where\b/i.test(reader.text.slice(reader.offset))
    ? parseFilter(reader, grouped, own)
    : grouped;
}

function parseArgument(reader: QueryReader, own: Expressions): Expression {
  const token = reader.peek();
  if (!reader.takeSymbol("*")) return own.condition(reader);
  return { kind: "star", span: token.span };
}

const once: Readonly<Record<string, string>> = {
  avg: "avg_distinct",
  count: "distinct_count",
  mean: "avg_distinct",
  sum: "sum_distinct",
};

/** The least and the greatest are the same; of several values only those count that are all there. */
function distinctOf(reader: QueryReader, call: Call): Call {
  const name = call.name.toLowerCase();
  if (["min", "max", "collect_set"].includes(name)) return call;
  const [first, ...others] = call.arguments;
  if (!Object.hasOwn(once, name) || first === undefined || (others.length > 0 && name !== "count")) {
    return reader.refuse(`DISTINCT is not supported for ${call.name}`, call.span);
  }
  const known = { ...call, name: once[name] ?? name };
  if (others.length === 0) return known;
  const { span } = call;
  const areThere = call.arguments.map((value) => callOf("ispresent", span, value));
  const row = callOf("json_array", span, ...call.arguments);
  return { ...known, arguments: [callOf("case", span, allOf("and", areThere, span), row)] };
}

/** The percentile is a part of one, from the other end where the order is descending. */
function parseWithinGroup(reader: QueryReader, call: Call, own: Expressions): Call {
  const name = call.name.toLowerCase();
  const [level] = call.arguments;
  if (!/^percentile_(?:cont|disc)$/.test(name) || level?.kind !== "number" || call.arguments.length > 1) {
    return reader.refuse(`WITHIN GROUP is not supported for ${call.name}`, call.span);
  }
  reader.expectWord("within");
  reader.expectWord("group");
  reader.expectSymbol("(");
  reader.expectWord("order");
  reader.expectWord("by");
  const key = own.sortKey(reader);
  reader.expectSymbol(")");
  const part = key.descending ? numberAt(1 - Number(level.text), level.span) : level;
  const ends = name === "percentile_disc" && key.descending ? "percentile_disc_desc" : name;
  return { ...call, name: ends, arguments: [key.expression, part], span: reader.spanFrom(call.span.start) };
}

/** An aggregation of the values that are there where the condition holds. */
function parseFilter(reader: QueryReader, call: Call, own: Expressions): Call {
  reader.expectWord("filter");
  reader.expectSymbol("(");
  reader.expectWord("where");
  const condition = own.condition(reader);
  reader.expectSymbol(")");
  const span = reader.spanFrom(call.span.start);
  const [first = { kind: "star", span } as const, ...others] = call.arguments;
  const value = first.kind === "star" ? numberAt(1, span) : first;
  return { ...call, arguments: [callOf("case", span, condition, value), ...others], span };
}

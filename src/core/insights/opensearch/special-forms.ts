// What begins with a word in OpenSearch PPL and SQL and is no call: CASE, CAST, EXTRACT, INTERVAL, literals.
import type { QueryReader } from "../query-reader.ts";
import type { Expression } from "../query-tree.ts";
import { parseAggregateCall } from "./aggregate-calls.ts";
import type { Expressions } from "./dialect.ts";
import { translateCall } from "./functions.ts";
import { parseInterval } from "./intervals.ts";
import { parseInnerQuery } from "./predicates.ts";
import { callOf, numberAt, textAt } from "./trees.ts";

type Form = (reader: QueryReader, start: number, own: Expressions) => Expression | undefined;

/** Reads what begins with such a word; undefined for other words. */
export function parseSpecial(reader: QueryReader, word: string, own: Expressions): Expression | undefined {
  const form = Object.hasOwn(forms, word) ? forms[word] : undefined;
  return form?.(reader, reader.offset, own);
}

/** A form that is one only when its text looks like this, behind its word. */
const when =
  (pattern: RegExp, read: Form): Form =>
  (reader, start, own) => {
    const rest = reader.text.slice(start);
    const [word = ""] = /^\w+/.exec(rest) ?? [];
    if (!pattern.test(rest.slice(word.length))) return undefined;
    reader.expectWord(word);
    return read(reader, start, own);
  };

/** SQL has these without brackets. */
const withoutBrackets = (name: string): Form =>
  when(/^(?!\w|\s*[(.])/, (reader, start) => callOf(name, reader.spanFrom(start)));

const literal = (name: string): Form =>
  when(/^\s*['"]/, (reader, start) => callOf(name, reader.spanFrom(start), reader.textLiteral()));

const inBrackets = (read: Form): Form =>
  when(/^\s*\(/, (reader, start, own) => {
    reader.expectSymbol("(");
    return read(reader, start, own);
  });

const forms: Readonly<Record<string, Form>> = {
  case: parseCaseWord,
  cast: inBrackets(parseCast),
  try_cast: inBrackets(parseCast),
  current_date: withoutBrackets("current_date"),
  current_timestamp: withoutBrackets("current_timestamp"),
  localtimestamp: withoutBrackets("current_timestamp"),
  date: literal("date"),
  timestamp: literal("timestamp"),
  timestamp_ntz: literal("timestamp"),
  timestamp_ltz: literal("timestamp"),
  null: when(/^(?!\w|\s*[(.])/, (reader, start) => callOf("nothing", reader.spanFrom(start))),
  interval: when(/^\s*(?:['"\d-]|[a-z_]\w*\s+[a-z]+)/i, (reader, start, own) =>
    parseInterval(reader, start, own),
  ),
  exists: when(/^\s*(?:\[|\(\s*select\b)/i, (reader, start) => {
    const query = parseInnerQuery(reader) ?? reader.unexpected();
    return { kind: "subquery", asks: "exists", query, span: reader.spanFrom(start) };
  }),
  extract: inBrackets((reader, start, own) => {
    const { span } = reader.peek();
    const unit = reader.alias();
    reader.expectWord("from");
    const value = own.condition(reader);
    reader.expectSymbol(")");
    const part = callOf("date_part", reader.spanFrom(start), textAt(unit.toLowerCase(), span), value);
    return translateCall(reader, part, own.language);
  }),
  position: when(/^\s*\([^(),]*\sin\s/i, (reader, start, own) => {
    reader.expectSymbol("(");
    const part = own.value(reader);
    reader.expectWord("in");
    const whole = own.value(reader);
    reader.expectSymbol(")");
    return callOf("locate", reader.spanFrom(start), part, whole);
  }),
  trim: when(/^\s*\(\s*(?:both|leading|trailing)\b|^\s*\([^(),]*\sfrom\s/i, parseTrim),
  like: inBrackets(parseTestCall("like")),
  ilike: inBrackets(parseTestCall("ilike")),
  rlike: inBrackets(parseTestCall("rlike")),
  regexp: inBrackets(parseTestCall("regexp")),
  substr: when(/^\s*\(/, parseSubstring),
  substring: when(/^\s*\(/, parseSubstring),
  overlay: when(/^\s*\(/, parseOverlay),
};

/** `like(a, 'b%')` is `a like 'b%'`. */
function parseTestCall(name: string): Form {
  return (reader, start, own) =>
    translateCall(reader, parseAggregateCall(reader, name, start, own), own.language);
}

/** `CASE WHEN a > 1 THEN b ELSE c END`, `CASE a WHEN 1 THEN b END`, in PPL `case(a > 1, b else c)`. */
function parseCaseWord(reader: QueryReader, start: number, own: Expressions): Expression {
  reader.expectWord("case");
  if (own.language === "PPL" && reader.takeSymbol("(")) return parseCaseCall(reader, start, own);
  const subject = reader.isWord("when") ? undefined : own.condition(reader);
  const given: Expression[] = [];
  while (reader.takeWord("when")) {
    const test = own.condition(reader);
    const { span } = test;
    given.push(
      subject === undefined ? test : { kind: "binary", operator: "=", left: subject, right: test, span },
    );
    reader.expectWord("then");
    given.push(own.condition(reader));
  }
  if (given.length === 0) return reader.unexpected();
  if (reader.takeWord("else")) given.push(own.condition(reader));
  reader.expectWord("end");
  return caseOf(given, reader, start);
}

function parseCaseCall(reader: QueryReader, start: number, own: Expressions): Expression {
  const given: Expression[] = [...reader.list(() => own.condition(reader))];
  if (given.length % 2 === 1) return reader.unexpected();
  if (reader.takeWord("else")) given.push(own.condition(reader));
  reader.expectSymbol(")");
  return caseOf(given, reader, start);
}

/** As many branches as `case` of Logs Insights QL has. */
const mostBranches = 10;

/** Further branches are in the place of the value for all other rows. */
function caseOf(given: readonly Expression[], reader: QueryReader, start: number): Expression {
  const most = 2 * mostBranches;
  const span = reader.spanFrom(start);
  if (given.length <= most + 1) return callOf("case", span, ...given);
  return callOf("case", span, ...given.slice(0, most), caseOf(given.slice(most), reader, start));
}

/** The functions that make values of a type. */
const casts: Readonly<Record<string, string>> = {
  bigint: "toLong",
  binary: "toText",
  boolean: "to_boolean",
  byte: "toInt",
  date: "date",
  decimal: "toDouble",
  double: "toDouble",
  float: "toDouble",
  int: "toInt",
  integer: "toInt",
  long: "toLong",
  numeric: "toDouble",
  real: "toDouble",
  short: "toInt",
  smallint: "toInt",
  string: "toText",
  text: "toText",
  time: "time",
  timestamp: "timestamp",
  tinyint: "toInt",
  varchar: "toText",
};

function parseCast(reader: QueryReader, start: number, own: Expressions): Expression {
  const value = own.condition(reader);
  reader.expectWord("as");
  const type = reader.next();
  const name = type.kind === "word" ? casts[type.text.toLowerCase()] : undefined;
  if (name === undefined) return reader.refuse("CAST to this type is not supported", type.span);
  // DECIMAL(10, 2) and VARCHAR(20).
  const sizes = reader.takeSymbol("(") ? reader.list(() => reader.count() ?? 0) : [];
  if (sizes.length > 0) reader.expectSymbol(")");
  reader.expectSymbol(")");
  const span = reader.spanFrom(start);
  const [, scale] = sizes;
  const made = callOf(name, span, value);
  if (type.kind === "word" && /^(?:decimal|numeric)$/i.test(type.text)) {
    return callOf("round", span, made, numberAt(scale ?? 0, span));
  }
  return made;
}

/** `trim(BOTH 'x' FROM a)`, `trim(LEADING FROM a)`, `trim('x' FROM a)` */
function parseTrim(reader: QueryReader, start: number, own: Expressions): Expression {
  reader.expectSymbol("(");
  const side = ["both", "leading", "trailing"].find((word) => reader.takeWord(word)) ?? "both";
  const characters = reader.isWord("from") ? undefined : own.value(reader);
  reader.expectWord("from");
  const text = own.value(reader);
  reader.expectSymbol(")");
  const name = { both: "trim", leading: "ltrim", trailing: "rtrim" }[side] ?? "trim";
  const given = characters === undefined ? [text] : [text, characters];
  return callOf(name, reader.spanFrom(start), ...given);
}

/** With commas, or `substring(a FROM 2 FOR 3)`. */
function parseSubstring(reader: QueryReader, start: number, own: Expressions): Expression {
  reader.expectSymbol("(");
  const given = [own.condition(reader)];
  if (reader.takeWord("from")) {
    given.push(own.value(reader));
    if (reader.takeWord("for")) given.push(own.value(reader));
  } else {
    while (reader.takeSymbol(",")) given.push(own.condition(reader));
  }
  reader.expectSymbol(")");
  return callOf("substring", reader.spanFrom(start), ...given);
}

/** With commas, or `overlay(a PLACING b FROM 2 FOR 3)`. */
function parseOverlay(reader: QueryReader, start: number, own: Expressions): Expression {
  reader.expectSymbol("(");
  const given = [own.condition(reader)];
  if (reader.takeWord("placing")) {
    given.push(own.value(reader));
    reader.expectWord("from");
    given.push(own.value(reader));
    if (reader.takeWord("for")) given.push(own.value(reader));
  } else {
    while (reader.takeSymbol(",")) given.push(own.condition(reader));
  }
  reader.expectSymbol(")");
  return callOf("overlay", reader.spanFrom(start), ...given);
}

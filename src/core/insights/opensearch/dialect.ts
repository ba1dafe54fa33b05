// The expressions of OpenSearch PPL and SQL, read into the tree of Logs Insights QL.
import { parseAnyExpression, parseNamed, parseOperand, type Dialect } from "../expression-grammar.ts";
import { parseDirection, parseWindow } from "../over-grammar.ts";
import { QueryReader } from "../query-reader.ts";
import type { Expression, NamedExpression, SortKey } from "../query-tree.ts";
import { parseAggregateCall } from "./aggregate-calls.ts";
import { translateCall } from "./functions.ts";
import { sumOf } from "./intervals.ts";
import { parseComparison } from "./predicates.ts";
import { parseSpecial } from "./special-forms.ts";
import { callOf, type Language } from "./trees.ts";

/** Reads the expressions of one of the languages; each of its functions throws InsightsQueryError. */
export interface Expressions {
  readonly language: Language;
  readonly condition: (reader: QueryReader) => Expression;
  /** A value without a comparison: `in` behind it means something else. */
  readonly value: (reader: QueryReader) => Expression;
  /** With its text, and with an alias behind `as` if there is one. */
  readonly named: (reader: QueryReader) => NamedExpression;
  /** `a desc nulls last`; what is missing is the least of all unless it is said otherwise. */
  readonly sortKey: (reader: QueryReader) => SortKey;
}

/** Words that are no fields. */
const reserved = {
  PPL: "and or not xor like in between is as by from where group having order limit case cast",
  SQL:
    "and or not like ilike rlike regexp in between is as by from where group having order sort limit " +
    "offset select case cast when then else end union intersect except minus on distinct",
} as const;

/**
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-directquery-sql.html,
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-ppl.html
 */
function expressionsOf(language: Language): { readonly own: Expressions; readonly dialect: Dialect } {
  const dialect: Dialect = {
    reserved: new Set(reserved[language].split(" ")),
    hasPowers: false,
    missing: "least",
    special: (reader, word) => parseSpecial(reader, word, own),
    comparison: (reader, left, start) => parseComparison(reader, left, start, own),
    call: (reader, word, start) =>
      translateCall(reader, parseAggregateCall(reader, word, start, own), language),
    windowNamed: (reader, name) => windowNamed(reader, name, dialect),
    extension: {
      products: new Set(language === "SQL" ? ["div", "mod"] : []),
      sum: sumOf,
      bracketed: (reader) => parseBracketed(reader, own),
      postfix: (reader, operand) => (language === "SQL" ? parsePostfix(reader, operand, own) : operand),
    },
  };
  const own: Expressions = {
    language,
    condition: (reader) => parseAnyExpression(reader, dialect),
    value: (reader) => parseOperand(reader, dialect),
    named: (reader) => parseNamed(reader, dialect),
    sortKey(reader) {
      const from = reader.offset;
      const expression = parseAnyExpression(reader, dialect);
      const text = reader.text.slice(from, reader.spanFrom(from).end);
      return { expression, text, ...parseDirection(reader, dialect.missing) };
    },
  };
  return { own, dialect };
}

export const { own: pplExpressions } = expressionsOf("PPL");

export const { own: sqlExpressions, dialect: sqlDialect } = expressionsOf("SQL");

/** The window stands behind WINDOW, at the end of the query. */
function windowNamed(reader: QueryReader, name: string, dialect: Dialect) {
  const rest = reader.text.slice(reader.offset);
  const escaped = name.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
  const found = new RegExp(String.raw`(?:\bwindow|,)\s+${escaped}\s+as\s*(?=\()`, "i").exec(rest);
  if (found === null) return undefined;
  const place = reader.offset + found.index + found[0].length;
  // The text in front of it is blank there, so that all spans are those of the query.
  const window = new QueryReader(" ".repeat(place) + reader.text.slice(place), (inner) => inner.unexpected());
  return parseWindow(window, dialect, parseAnyExpression);
}

/** `(SELECT ...)` and `[ source = ... ]` are values; `(a, b)` is a row of them. */
function parseBracketed(reader: QueryReader, own: Expressions): Expression | undefined {
  const start = reader.offset;
  const rest = reader.text.slice(start);
  const isQuery =
    own.language === "SQL" ? /^\(\s*select\b/i.test(rest) : /^\[\s*(?:search|subquery|source)\b/i.test(rest);
  if (isQuery) {
    const query = reader.subquery(own.language === "SQL" ? ")" : "]");
    return { kind: "subquery", asks: "value", query, span: reader.spanFrom(start) };
  }
  reader.expectSymbol("(");
  const [first, ...others] = reader.list(() => own.condition(reader));
  reader.expectSymbol(")");
  return others.length === 0 ? first : callOf("row", reader.spanFrom(start), first, ...others);
}

/** `split(a, ',')[0]` and `from_json(a, '...').b`. */
function parsePostfix(reader: QueryReader, operand: Expression, own: Expressions): Expression {
  if (operand.kind !== "call") return operand;
  const { start } = operand.span;
  if (reader.takeSymbol("[")) {
    const place = own.condition(reader);
    reader.expectSymbol("]");
    return parsePostfix(reader, callOf("array_get", reader.spanFrom(start), operand, place), own);
  }
  if (!reader.isSymbol(".")) return operand;
  reader.expectSymbol(".");
  const path = reader.field();
  const text = path.steps.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  const written: Expression = { kind: "text", text: `$${text}`, span: path.span };
  return parsePostfix(reader, callOf("json_extract", reader.spanFrom(start), operand, written), own);
}

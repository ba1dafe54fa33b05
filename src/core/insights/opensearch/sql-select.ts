// One SELECT of OpenSearch SQL, read with its clauses up to HAVING and WINDOW.
import { parseAnyExpression } from "../expression-grammar.ts";
import { mapFields, replaceParts } from "../map-fields.ts";
import { parseWindow } from "../over-grammar.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Span } from "../query-error.ts";
import type { Command, Expression, FieldReference, NamedExpression } from "../query-tree.ts";
import { withoutCorrelation } from "./correlation.ts";
import { sqlDialect, sqlExpressions } from "./dialect.ts";
import { parseFrom, type From } from "./sql-from.ts";
import { parseGroups, type Grouping } from "./sql-groups.ts";
import { laterBy } from "./intervals.ts";
import { callOf, textAt } from "./trees.ts";

export interface Select {
  readonly from: From;
  /** Undefined stands for all columns. */
  readonly items: readonly (NamedExpression | undefined)[];
  readonly isDistinct: boolean;
  readonly where: Command | undefined;
  readonly grouping: Grouping;
  readonly having: Expression | undefined;
  readonly span: Span;
  /** Without the name of the one table in front of fields. */
  readonly own: (expression: Expression) => Expression;
}

/** @throws InsightsQueryError */
export function parseSelect(reader: QueryReader): Select {
  const start = reader.offset;
  reader.expectWord("select");
  const isDistinct = reader.takeWord("distinct");
  if (!isDistinct && /^all\s/i.test(reader.text.slice(reader.offset))) reader.expectWord("all");
  const written = reader.list(() => parseItem(reader)).flat();
  reader.expectWord("from");
  const from = parseFrom(reader);
  const ofTable = (expression: Expression): Expression =>
    withoutCorrelation(unqualified(expression, from.alias), from, reader);
  const condition = reader.takeWord("where") ? ofTable(sqlExpressions.condition(reader)) : undefined;
  const grouping = parseGroups(
    reader,
    written.map((item) => item && ownItem(item, ofTable)),
    ofTable,
  );
  const own = (expression: Expression): Expression => withWindow(ofTable(expression), grouping);
  const items = written.map((item) => item && ownItem(nameOfMember(item), own));
  const having = reader.takeWord("having") ? own(sqlExpressions.condition(reader)) : undefined;
  // What the windows are was looked up where they are named.
  if (reader.takeWord("window")) {
    reader.list(() => {
      reader.alias();
      reader.expectWord("as");
      return parseWindow(reader, sqlDialect, parseAnyExpression);
    });
  }
  const span = reader.spanFrom(start);
  const where = condition === undefined ? undefined : ({ kind: "filter", condition, span } as const);
  return { from, items, isDistinct, where, grouping, having, span, own };
}

/** The name of the one table says nothing in front of a field. */
function unqualified(expression: Expression, alias: string | undefined): Expression {
  return mapFields(expression, (field) => {
    const [first, ...steps] = field.steps;
    return first === alias && steps.length > 0 ? { ...field, steps } : field;
  });
}

/** `window.start` and `window.end` are those of `GROUP BY window(a, '5 minutes')`. */
function withWindow(expression: Expression, { groups }: Grouping): Expression {
  const start = groups.find((group) => group.kind === "call" && group.name === "span");
  const period = start?.kind === "call" ? start.arguments[1] : undefined;
  if (start === undefined || period?.kind !== "period") return expression;
  return replaceParts(expression, (part) => {
    if (!isOfWindow(part)) return undefined;
    return part.steps[1] === "start" ? start : laterBy(start, period, 1);
  });
}

const isOfWindow = (part: Expression): part is FieldReference =>
  part.kind === "field" && /^window\.(?:start|end)$/.test(part.steps.join("."));

/** The column of `window.start` is `start`. */
const nameOfMember = (item: NamedExpression): NamedExpression =>
  isOfWindow(item.expression) && item.alias === undefined
    ? { ...item, alias: String(item.expression.steps[1]) }
    : item;

function ownItem(item: NamedExpression, own: (expression: Expression) => Expression): NamedExpression {
  const expression = own(item.expression);
  const isField = expression.kind === "field";
  return { ...item, expression, text: isField ? expression.steps.join(".") : item.text };
}

/** Words that may stand behind an expression and are no name for it. */
const clauses = new Set("from where union intersect except minus".split(" "));

function parseItem(reader: QueryReader): readonly (NamedExpression | undefined)[] {
  const rest = reader.text.slice(reader.offset);
  if (/^(?:`[^`]*`|[A-Za-z_]\w*)\s*\.\s*\*/.test(rest)) {
    reader.next();
    reader.expectSymbol(".");
  }
  if (reader.takeSymbol("*")) return [undefined];
  if (/^json_tuple\s*\(/i.test(rest)) return parseJsonTuple(reader);
  const { expression, alias, text } = sqlExpressions.named(reader);
  const next = reader.peek();
  const isName = next.kind === "name" || (next.kind === "word" && !clauses.has(next.text.toLowerCase()));
  const given = alias ?? (isName ? reader.alias() : undefined);
  return [{ expression, alias: given, text: text.replace(/\s+/g, " ") }];
}

/** `json_tuple(a, 'b', 'c')` is two columns, c0 and c1. */
function parseJsonTuple(reader: QueryReader): readonly NamedExpression[] {
  reader.next();
  reader.expectSymbol("(");
  const document = sqlExpressions.condition(reader);
  const names: NamedExpression[] = [];
  while (reader.takeSymbol(",")) {
    const { text, span } = reader.textLiteral();
    const path = textAt(`$['${text}']`, span);
    const alias = `c${names.length}`;
    names.push({ expression: callOf("json_extract", span, document, path), alias, text: alias });
  }
  reader.expectSymbol(")");
  return names.length === 0 ? reader.unexpected() : names;
}

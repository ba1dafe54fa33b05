// Commands of PPL that are several ones of Logs Insights QL.
import { grokPatterns } from "../../logs/transformers/grok-patterns.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Span } from "../query-error.ts";
import type { Command, Expression, FieldReference, Join, NamedExpression } from "../query-tree.ts";
import { fieldSummary } from "./field-summary.ts";
import { flatten } from "./flatten.ts";
import { pplExpressions } from "./dialect.ts";
import { beside, fieldItem, nameOf, only, type CommandParser, type Shown } from "./shown-columns.ts";

export const derivedCommands: Readonly<Record<string, CommandParser>> = {
  fieldsummary: fieldSummary,
  flatten,
  /** `eventstats avg(a) by b`: each row with the aggregates of its group, which is a join with them. */
  eventstats(reader, start, shown, before) {
    const items = reader.list(() => pplExpressions.named(reader));
    const by = reader.takeWord("by") ? reader.list(() => pplExpressions.named(reader)) : [];
    const span = reader.spanFrom(start);
    const keys = groupKeys(by, span);
    const right = `@eventstats${before.length}`;
    const join: Join & Command = {
      kind: "join",
      type: "left",
      left: `@rows${before.length}`,
      right,
      on: keys.map(({ alias = "" }) => ({ left: fieldOf([alias], span), right: fieldOf([alias], span) })),
      query: {
        commands: [...before, { kind: "stats", items, by, span }, { kind: "fields", items: keys, span }],
        knowsUnknown: true,
      },
      span,
    };
    const made = items.map((item) => ({
      expression: fieldOf([right, nameOf(item)], span),
      alias: nameOf(item),
      text: item.text,
    }));
    const { commands, shown: after } = beside(made, shown, span.end);
    const own: Command = { kind: "fields", items: [...by, ...keys], span };
    return { commands: [own, join, ...commands], shown: after };
  },
  /** `trendline sort + a sma(3, b) as c, ...`: the average of a row's value and of those before it. */
  trendline(reader, start, shown) {
    const sort = reader.takeWord("sort") ? parseSort(reader) : [];
    const averages = [...reader.list(() => parseAverage(reader, start))];
    // Commas between them may be left out.
    while (reader.isWord("sma")) averages.push(parseAverage(reader, start));
    const made = averages.map(({ item }) => item);
    const earlier = averages.flatMap((average) => average.earlier);
    const { commands, shown: after } = beside(made, shown, reader.spanFrom(start).end);
    return { commands: [...sort, ...earlier, ...commands], shown: after };
  },
  /** `grok field '%{HOSTNAME:host}'`, somewhere in the text. */
  grok(reader, start) {
    const subject = reader.field();
    const { text, span } = reader.textLiteral();
    const fields = new Set<string>();
    const regexOf = (pattern: string): string =>
      pattern.replace(/%\{([^}]*)\}/g, (found, inside: string) => {
        const [, name = "", field] = /^(\w+)(?::(\w+))?$/.exec(inside) ?? [];
        const composed = recordPatterns[name];
        if (composed !== undefined) return `(?P<${field ?? name}>${regexOf(composed)})`;
        if (!grokPatterns.has(name)) reader.refuse(`the pattern ${found} is not known`, span);
        if (field === undefined || fields.has(field)) return `(?:${grokRegex(name)})`;
        fields.add(field);
        return `(?P<${field}>${grokRegex(name)})`;
      });
    const source = regexOf(text);
    const regex = { kind: "regex", source, span } as const;
    const pattern = { kind: "regex", regex, aliases: [], isMulti: false } as const;
    return { commands: [{ kind: "parse", subject, pattern, span: reader.spanFrom(start) }] };
  },
  /** `expand list as element`: a row for each element. */
  expand(reader, start, shown) {
    const list = reader.field();
    const name = list.steps.join(".");
    const into = reader.takeWord("as") ? reader.alias() : name;
    const span = reader.spanFrom(start);
    const unnest: Command = { kind: "unnest", list, into, span };
    return shownWith(unnest, into, shown, span);
  },
};

function shownWith(command: Command, name: string, shown: Shown, { end }: Span) {
  const all = [...new Set([...(shown ?? ["@timestamp", "@message"]), name])];
  return { commands: [command, ...only(all, end).commands], shown: all };
}

/** Texts that are equal where the values of a group are, also where one is missing. */
export function groupKeys(by: readonly NamedExpression[], span: Span): readonly NamedExpression[] {
  const none: Expression = { kind: "text", text: "", span };
  if (by.length === 0) return [{ expression: none, alias: "@group", text: "@group" }];
  return by.map((item, index) => {
    const field = fieldOf([nameOf(item)], span);
    const call = (name: string, ...given: readonly Expression[]): Expression => ({
      kind: "call",
      name,
      arguments: given,
      span,
    });
    const marked = call("concat", { kind: "text", text: "=", span }, field);
    const alias = `@group${index}`;
    return { expression: call("if", call("ispresent", field), marked, none), alias, text: alias };
  });
}

const fieldOf = (steps: readonly string[], span: Span): FieldReference => ({ kind: "field", steps, span });

function parseSort(reader: QueryReader): readonly Command[] {
  const start = reader.offset;
  const descending = reader.takeSymbol("-");
  if (!descending) reader.takeSymbol("+");
  const field = reader.field();
  const missing = descending ? "last" : "first";
  const key = { expression: field, text: fieldItem(field).text, descending, missing } as const;
  return [{ kind: "sort", keys: [key], span: reader.spanFrom(start) }];
}

const apacheRequest =
  '"(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})"';

const commonRecord =
  String.raw`%{IPORHOST:clientip} %{USER:ident} %{USER:auth} \[%{HTTPDATE:timestamp}\] ` +
  `${apacheRequest} %{NUMBER:response} (?:%{NUMBER:bytes}|-)`;

/** Patterns of whole records, whose parts are fields, and they themselves one of their name. */
const recordPatterns: Readonly<Record<string, string>> = {
  COMBINEDAPACHELOG: `${commonRecord} %{QUOTEDSTRING:referrer} %{QUOTEDSTRING:agent}`,
  COMMONAPACHELOG: commonRecord,
};

/** AWS documents no limit; it is that of `autoregress`. */
const mostRows = 101;

/** Missing in the first rows, and where one of the values is. */
function parseAverage(reader: QueryReader, start: number) {
  reader.expectWord("sma");
  reader.expectSymbol("(");
  const from = reader.offset;
  const rows = reader.count();
  if (rows === undefined || rows < 1 || rows > mostRows) {
    return reader.refuse(`a whole number from 1 to ${mostRows} is expected`, reader.spanFrom(from));
  }
  reader.expectSymbol(",");
  const field = reader.field();
  reader.expectSymbol(")");
  const text = fieldItem(field).text;
  const alias = reader.takeWord("as") ? reader.alias() : `${text}_trendline`;
  const span = reader.spanFrom(start);
  const before = `@trendline ${text}`;
  let sum: Expression = field;
  for (let depth = 1; depth < rows; depth++) {
    // One alone has the name itself.
    const right = fieldOf([rows === 2 ? before : `${before}_p${depth}`], span);
    sum = { kind: "binary", operator: "+", left: sum, right, span };
  }
  const count: Expression = { kind: "number", text: String(rows), span };
  const earlier: Command = { kind: "autoregress", field, alias: before, first: 1, last: rows - 1, span };
  return {
    earlier: rows === 1 ? [] : [earlier],
    item: {
      expression: { kind: "binary", operator: "/", left: sum, right: count, span } as const,
      alias,
      text,
    },
  };
}

/** The fields that a pattern adds by itself are left out. */
function grokRegex(name: string): string {
  const { regex = "" } = grokPatterns.get(name) ?? {};
  return regex.replace(/\(\?<(\w+)>|%\{(\w+)\}/g, (_found, _field?: string, inner?: string) =>
    inner === undefined ? "(?:" : `(?:${grokRegex(inner)})`,
  );
}

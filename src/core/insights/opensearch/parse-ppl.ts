// OpenSearch PPL: its commands, read into those of Logs Insights QL.
import { QueryReader } from "../query-reader.ts";
import type { Command, Expression, NamedExpression, Query } from "../query-tree.ts";
import { parseCondition, parseNamedCondition } from "./parse-condition.ts";

/**
 * The commands `where`, `fields`, `eval`, `stats`, `sort`, `head`, `dedup`, `top`, `rare` and `parse`; others
 * are refused with their position.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_PPL.html
 * @throws InsightsQueryError
 */
export function parsePplQuery(text: string): Query {
  const reader = new QueryReader(text, () => reader.unexpected());
  const commands: Command[] = [];
  let isShaped = false;
  do {
    const read = parseCommand(reader, isShaped);
    isShaped ||= read.some(({ kind }) => kind === "display" || kind === "fields" || kind === "stats");
    commands.push(...read);
  } while (reader.takeSymbol("|"));
  if (reader.peek().kind !== "end") reader.unexpected();
  return { commands };
}

/** `isShaped` says whether the columns have been chosen already. */
function parseCommand(reader: QueryReader, isShaped: boolean): readonly Command[] {
  const start = reader.offset;
  const token = reader.peek();
  if (token.kind !== "word") return reader.unexpected();
  const parse = Object.hasOwn(commandParsers, token.text.toLowerCase())
    ? commandParsers[token.text.toLowerCase()]
    : undefined;
  if (parse === undefined) return reader.refuse(`the command ${token.text} is not supported`, token.span);
  reader.next();
  const read = parse(reader, start, isShaped);
  if (!reader.atCommandEnd()) reader.unexpected();
  return read;
}

type CommandParser = (reader: QueryReader, start: number, isShaped: boolean) => readonly Command[];

const commandParsers: Readonly<Record<string, CommandParser>> = {
  where: (reader, start) => [
    { kind: "filter", condition: parseCondition(reader), span: reader.spanFrom(start) },
  ],
  fields(reader, start) {
    reader.takeSymbol("+");
    const items = reader.list(() => parseNamedCondition(reader));
    return [{ kind: "display", items, span: reader.spanFrom(start) }];
  },
  /** New fields beside what is shown, which is the whole event at first. */
  eval(reader, start, isShaped) {
    const made = reader.list((): NamedExpression => {
      const alias = reader.alias();
      reader.expectSymbol("=");
      const from = reader.offset;
      const expression = parseCondition(reader);
      return { expression, alias, text: reader.text.slice(from, reader.spanFrom(from).end) };
    });
    const span = reader.spanFrom(start);
    const event = isShaped ? [] : ["@timestamp", "@message"].map((name) => fieldNamed(name, start));
    return [{ kind: "fields", items: [...event, ...made], span }];
  },
  stats(reader, start) {
    const items = reader.list(() => parseNamedCondition(reader));
    const by = reader.takeWord("by") ? reader.list(() => parseNamedCondition(reader)) : [];
    return [{ kind: "stats", items, by, span: reader.spanFrom(start) }];
  },
  sort(reader, start) {
    const keys = reader.list(() => {
      const isMinus = reader.takeSymbol("-");
      if (!isMinus) reader.takeSymbol("+");
      const from = reader.offset;
      const expression = parseCondition(reader);
      const text = reader.text.slice(from, reader.spanFrom(from).end);
      const descending = reader.takeWord("desc") || isMinus;
      reader.takeWord("asc");
      return { expression, text, descending };
    });
    return [{ kind: "sort", keys, span: reader.spanFrom(start) }];
  },
  head: (reader, start) => [
    { kind: "limit", count: readCount(reader) ?? defaultRows, span: reader.spanFrom(start) },
  ],
  dedup(reader, start) {
    const { span } = reader.peek();
    if ((readCount(reader) ?? 1) !== 1) reader.refuse("dedup keeps one event of each combination", span);
    const fields = reader.list(() => reader.field());
    return [{ kind: "dedup", fields, span: reader.spanFrom(start) }];
  },
  top: (reader, start) => mostFrequent(reader, start, true),
  rare: (reader, start) => mostFrequent(reader, start, false),
  parse(reader, start) {
    const subject = reader.field();
    const { text, span } = reader.textLiteral();
    const regex = { kind: "regex", source: text, span } as const;
    const pattern = { kind: "regex", regex, aliases: [], isMulti: false } as const;
    return [{ kind: "parse", subject, pattern, span: reader.spanFrom(start) }];
  },
};

const defaultRows = 10;

function fieldNamed(name: string, start: number): NamedExpression {
  const span = { start, end: start };
  return { expression: { kind: "field", steps: [name], span }, alias: undefined, text: name };
}

function readCount(reader: QueryReader): number | undefined {
  const token = reader.peek();
  if (token.kind !== "number") return undefined;
  const count = Number(token.text);
  if (!Number.isInteger(count) || count < 1 || count > 100_000) {
    reader.refuse("a whole number between 1 and 100000 is expected", token.span);
  }
  reader.next();
  return count;
}

function mostFrequent(reader: QueryReader, start: number, descending: boolean): readonly Command[] {
  const count = readCount(reader) ?? defaultRows;
  const fields = [...reader.list(() => reader.field())];
  if (reader.takeWord("by")) fields.push(...reader.list(() => reader.field()));
  const span = reader.spanFrom(start);
  const by = fields.map((field) => ({ expression: field, alias: undefined, text: field.steps.join(".") }));
  const all: Expression = { kind: "call", name: "count", arguments: [{ kind: "star", span }], span };
  const counted: Expression = { kind: "field", steps: ["count"], span };
  return [
    { kind: "stats", items: [{ expression: all, alias: "count", text: "count(*)" }], by, span },
    { kind: "sort", keys: [{ expression: counted, text: "count", descending }], span },
    { kind: "limit", count, span },
  ];
}

// `SOURCE`: the log groups that the query reads, at its beginning.
import { printText } from "../print-expression.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Command, Source } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

/**
 * `SOURCE "/aws/lambda/f" | ...` as dashboards have it, `SOURCE app | ...` for a name that is one word, or
 * `SOURCE logGroups(namePrefix: ["a"], class: "STANDARD")`.
 */
export const source: CommandDefinition<Extract<Command, { kind: "source" }>> = {
  name: "SOURCE",
  doc: commandPage("Source"),
  parse(reader, start) {
    if (isSelection(reader)) return parseSelection(reader, start);
    const logGroups = reader.list(() => parseName(reader));
    return { ...nothing, logGroups, span: reader.spanFrom(start) };
  },
  print({ logGroups, namePrefixes, accounts, groupClass }) {
    if (logGroups.length > 0) return `SOURCE ${logGroups.map(printText).join(", ")}`;
    const parts = [
      ...(namePrefixes.length === 0 ? [] : [`namePrefix: ${printList(namePrefixes)}`]),
      ...(accounts.length === 0 ? [] : [`accountIdentifiers: ${printList(accounts)}`]),
      ...(groupClass === undefined ? [] : [`class: ${printList([groupClass])}`]),
    ];
    return `SOURCE logGroups(${parts.join(", ")})`;
  },
  // The caller has chosen the groups by it before the query is compiled.
  compile: () => undefined,
};

const nothing = {
  kind: "source",
  logGroups: [],
  namePrefixes: [],
  accounts: [],
  groupClass: undefined,
} as const;

const printList = (texts: readonly string[]): string => `[${texts.map(printText).join(", ")}]`;

const isSelection = (reader: QueryReader): boolean =>
  /^logGroups\s*\(/i.test(reader.text.slice(reader.offset, reader.offset + 80));

function parseName(reader: QueryReader): string {
  const { kind } = reader.peek();
  return kind === "word" || kind === "name" ? reader.alias() : reader.textLiteral().text;
}

function parseSelection(reader: QueryReader, start: number): Source {
  reader.expectWord("logGroups");
  reader.expectSymbol("(");
  let selection: Omit<Source, "span"> = nothing;
  if (!reader.isSymbol(")")) {
    reader.list(() => {
      selection = { ...selection, ...parseCriterion(reader) };
    });
  }
  reader.expectSymbol(")");
  return { ...selection, span: reader.spanFrom(start) };
}

function parseCriterion(reader: QueryReader): Partial<Source> {
  const name = reader.next();
  if (name.kind !== "word") return reader.refuse("a criterion of log groups is expected", name.span);
  reader.expectSymbol(":");
  const texts = parseTexts(reader);
  switch (name.text) {
    case "namePrefix":
      return { namePrefixes: texts };
    case "accountIdentifiers":
    case "accountIdentifier":
      return { accounts: texts };
    case "class":
      return { groupClass: texts[0] };
    default:
      return reader.refuse(`unknown criterion ${name.text} of log groups`, name.span);
  }
}

function parseTexts(reader: QueryReader): readonly string[] {
  if (!reader.takeSymbol("[")) return [reader.textLiteral().text];
  const texts = reader.list(() => reader.textLiteral().text);
  reader.expectSymbol("]");
  return texts;
}

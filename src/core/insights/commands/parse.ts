// `parse`: fields taken out of a text by a pattern.
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import { parseCall } from "../parse-expression.ts";
import { printExpression, printName, printRegex, printText } from "../print-expression.ts";
import { InsightsQueryError } from "../query-error.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Command, ParsePattern } from "../query-tree.ts";
import { engineRegex, groupNamesOf } from "../regexes.ts";
import { asText, type Value } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Parse = Extract<Command, { kind: "parse" }>;

type GroupPattern = Extract<ParsePattern, { kind: "glob" | "regex" }>;

/** A text that the pattern does not fit has none of the fields. */
export const parse: CommandDefinition<Parse> = {
  name: "parse",
  doc: commandPage("Parse"),
  parse(reader, start) {
    const isMode = modeAt(reader) !== undefined;
    const hasSubject = !isMode && reader.peek().kind !== "text" && !reader.isSymbol("/");
    const subject = hasSubject ? readSubject(reader) : undefined;
    return { kind: "parse", subject, pattern: readPattern(reader), span: reader.spanFrom(start) };
  },
  print({ subject, pattern }, printQuery) {
    const printed = subject === undefined ? "" : `${printExpression(subject, printQuery)} `;
    return `parse ${printed}${printPattern(pattern)}`;
  },
  compile({ subject, pattern }, compiler) {
    const { pipeline } = compiler;
    const message = { kind: "field", steps: ["@message"], span: { start: 0, end: 0 } } as const;
    const text = sql`ifNull(${asText(compiler.value(subject ?? message)).sql}, '')`;
    const [alias = ""] = pattern.aliases;
    if (pattern.kind === "logfmt") {
      pipeline.define(alias, { sql: logfmtMap(text), type: "structure", nullable: true });
    } else if (pattern.kind === "csv") {
      pattern.aliases.forEach((name, index) => {
        pipeline.define(name, { sql: csvCell(text, index + 1), type: "field", nullable: true });
      });
    } else compileGroups(text, pattern, compiler);
  },
};

function compileGroups(text: Sql, pattern: GroupPattern, compiler: ExpressionCompiler): void {
  const { pipeline } = compiler;
  const { regex, names } = groupsOf(pattern, compiler);
  const groups =
    pattern.kind === "regex" && pattern.isMulti
      ? pipeline.defineInOrder("@match", () => eachMatch(text, regex)).sql
      : sql`extractGroups(${text}, ${regex})`;
  names.forEach((name, index) => {
    if (name === undefined) return;
    const value = sql`if(empty(${groups}), NULL, ${groups}[${index + 1}])`;
    pipeline.define(name, { sql: value, type: "field", nullable: true });
  });
}

/** The groups of one match in a row each; one row without any for a text that the expression does not fit. */
function eachMatch(text: Sql, regex: string): Value {
  const matches = sql`extractAllGroupsVertical(${text}, ${regex})`;
  const rows = sql`arrayJoin(if(empty(${matches}), [emptyArrayString()], ${matches}))`;
  return { sql: rows, type: "text", nullable: false };
}

/** `level=error msg="not found"` as a JSON object; a text without any pair has none. */
function logfmtMap(text: Sql): Sql {
  const pairs = sql`extractKeyValuePairsWithEscaping(${text}, '=', ${" \t\r\n"}, '"')`;
  return sql`nullIf(toJSONString(${pairs}), '{}')`;
}

/** RFC 4180: a cell in quotation marks may hold commas and doubled quotation marks. */
function csvCell(text: Sql, position: number): Sql {
  const cells = sql`extractAllGroupsVertical(concat(',', ${text}), ${',(?:"((?:[^"]|"")*)"|([^,]*))'})`;
  const cell = sql`${cells}[${position}]`;
  const unquoted = sql`if(${cell}[1] != '', replaceAll(${cell}[1], '""', '"'), ${cell}[2])`;
  return sql`if(length(${cells}) < ${position}, NULL, ${unquoted})`;
}

function printPattern(pattern: ParsePattern): string {
  const aliases = pattern.aliases.map(printName).join(", ");
  switch (pattern.kind) {
    case "glob":
      return `${printText(pattern.glob.text)} as ${aliases}`;
    case "regex": {
      const named = aliases === "" ? "" : ` as ${aliases}`;
      return `${printRegex(pattern.regex.source)}${named}${pattern.isMulti ? " multi" : ""}`;
    }
    case "logfmt":
    case "csv":
      return `${pattern.kind} as ${aliases}`;
  }
}

/** `logfmt` or `csv`, which are names of fields where no `as` stands behind them. */
function modeAt(reader: QueryReader): "logfmt" | "csv" | undefined {
  const [, mode] = /^(logfmt|csv)\s+as\s/i.exec(reader.text.slice(reader.offset)) ?? [];
  return (["logfmt", "csv"] as const).find((name) => name === mode?.toLowerCase());
}

/** A field or a call; a slash behind it begins the pattern. */
function readSubject(reader: QueryReader) {
  const token = reader.peek();
  if (token.kind !== "word" && token.kind !== "name") return reader.unexpected();
  const start = reader.offset;
  const field = reader.field();
  if (!reader.isSymbol("(")) return field;
  return parseCall(reader, String(field.steps[0]), start);
}

function readPattern(reader: QueryReader): ParsePattern {
  const mode = modeAt(reader);
  if (mode !== undefined) {
    reader.expectWord(mode);
    reader.expectWord("as");
    return { kind: mode, aliases: mode === "csv" ? reader.list(() => reader.alias()) : [reader.alias()] };
  }
  const regex = reader.regexLiteral();
  if (regex !== undefined) {
    const aliases = reader.takeWord("as") ? reader.list(() => reader.alias()) : [];
    const names = groupNamesOf(regex.source);
    if (
      aliases.length > names.length ||
      (aliases.length === 0 && !names.some((name) => name !== undefined))
    ) {
      reader.refuse("the expression has no named group for a field", regex.span);
    }
    return { kind: "regex", regex, aliases, isMulti: reader.takeWord("multi") };
  }
  const glob = reader.textLiteral();
  reader.expectWord("as");
  const aliases = reader.list(() => reader.alias());
  const wildcards = glob.text.split("*").length - 1;
  if (wildcards !== aliases.length) {
    const message = `the pattern has ${wildcards} wildcards and ${aliases.length} fields`;
    throw new InsightsQueryError(message, glob.span);
  }
  return { kind: "glob", glob, aliases };
}

function groupsOf(pattern: GroupPattern, { pipeline }: ExpressionCompiler) {
  if (pattern.kind === "glob") return { regex: globRegex(pattern.glob.text), names: pattern.aliases };
  const { regex, aliases } = pattern;
  const names = groupNamesOf(regex.source).map((name, index) => aliases[index] ?? name);
  const source = engineRegex(regex, pipeline.scope.regexProblem);
  return { regex: source.replace(/\(\?P?<(?![=!])[^>]*>/g, "("), names };
}

/** A wildcard is as short as it can be, but for one at the end, which goes on to the end of the text. */
function globRegex(glob: string): string {
  const literals = glob.split("*").map((literal) => literal.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const last = literals.length - 1;
  const body = literals.map((literal, index) => {
    if (index === 0) return literal;
    return index === last && literal === "" ? "(.*)" : `(.*?)${literal}`;
  });
  return `${glob.startsWith("*") ? "^" : ""}${body.join("")}`;
}

// `parse`: fields taken out of a text by a pattern.
import { sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import { parseCall } from "../parse-expression.ts";
import { printExpression, printName, printRegex, printText } from "../print-expression.ts";
import { InsightsQueryError } from "../query-error.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Command, ParsePattern } from "../query-tree.ts";
import { engineRegex, groupNamesOf } from "../regexes.ts";
import { asText } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Parse = Extract<Command, { kind: "parse" }>;

/** A text that the pattern does not fit has none of the fields. */
export const parse: CommandDefinition<Parse> = {
  name: "parse",
  doc: commandPage("Parse"),
  parse(reader, start) {
    const hasSubject = reader.peek().kind !== "text" && !reader.isSymbol("/");
    const subject = hasSubject ? readSubject(reader) : undefined;
    return { kind: "parse", subject, pattern: readPattern(reader), span: reader.spanFrom(start) };
  },
  print({ subject, pattern }, printQuery) {
    const printed = subject === undefined ? "" : `${printExpression(subject, printQuery)} `;
    const aliases = pattern.aliases.map(printName).join(", ");
    if (pattern.kind === "glob") return `parse ${printed}${printText(pattern.glob.text)} as ${aliases}`;
    return `parse ${printed}${printRegex(pattern.regex.source)}${aliases === "" ? "" : ` as ${aliases}`}`;
  },
  compile({ subject, pattern }, compiler) {
    const message = { kind: "field", steps: ["@message"], span: { start: 0, end: 0 } } as const;
    const text = asText(compiler.value(subject ?? message)).sql;
    const { regex, names } = groupsOf(pattern, compiler);
    const groups = sql`extractGroups(ifNull(${text}, ''), ${regex})`;
    names.forEach((name, index) => {
      if (name === undefined) return;
      const value = sql`if(empty(${groups}), NULL, ${groups}[${index + 1}])`;
      compiler.pipeline.define(name, { sql: value, type: "field", nullable: true });
    });
  },
};

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
    return { kind: "regex", regex, aliases };
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

function groupsOf(pattern: ParsePattern, { pipeline }: ExpressionCompiler) {
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

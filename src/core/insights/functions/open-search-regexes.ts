// Functions of OpenSearch PPL and SQL that take regular expressions.
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { Call, RegexLiteral } from "../query-tree.ts";
import { engineRegex, groupNamesOf } from "../regexes.ts";
import type { ValueType } from "../value.ts";
import type { FunctionTable, SpecialFunction } from "./define.ts";
import { constantOf, taking, textOf, wholeConstantOf } from "./open-search-kinds.ts";

/** The expression without the names of its groups, of which the engine counts each. */
function regexOf(
  compiler: ExpressionCompiler,
  call: Call,
): { readonly source: string; readonly groups: number } {
  const [, pattern] = call.arguments;
  const text = constantOf(compiler, call, 1) ?? compiler.wrongArguments(call);
  const regex: RegexLiteral = { kind: "regex", source: text, span: pattern?.span ?? call.span };
  const source = engineRegex(regex, compiler.pipeline.scope.regexProblem);
  return {
    source: source.replace(/\(\?P?<(?![=!])[^>]*>/g, "("),
    groups: groupNamesOf(text).length,
  };
}

/** Missing where the text is. */
const ofMatch = (
  type: ValueType,
  toSql: (text: Sql, source: string) => Sql,
  nullable?: true,
): SpecialFunction =>
  taking("a text and a regular expression in quotation marks", [2], (compiler, call) => {
    const { source } = regexOf(compiler, call);
    const { sql: text, nullable: isNullable } = textOf(compiler, call, 0);
    return { sql: toSql(text, source), type, nullable: nullable ?? isNullable };
  });

/** The group of a match that is wanted, from 0, which is all of it; the first one if it is not said. */
function groupOf(compiler: ExpressionCompiler, call: Call, groups: number): number {
  const group = wholeConstantOf(compiler, call, 2, [0, 100]) ?? Math.min(1, groups);
  if (group <= groups) return group;
  return compiler.refuse(`the expression has no group ${group}`, call.arguments[2] ?? call);
}

/** Parts that a text is split into before the rest of it stays whole. */
const mostParts = 20;

/** Stands where a text is split; no log event has it. */
const mark = "\u0001";

export const openSearchRegexes: FunctionTable = {
  matches: ofMatch("boolean", (text, source) => sql`match(${text}, ${source})`),
  regexp_count: ofMatch("number", (text, source) => sql`toFloat64(countMatches(${text}, ${source}))`),
  regexp_extract: taking("a text, a regular expression and maybe a group", [2, 3], (compiler, call) => {
    const { source, groups } = regexOf(compiler, call);
    const group = groupOf(compiler, call, groups);
    const { sql: text, nullable } = textOf(compiler, call, 0);
    const found = sql`extractGroups(ifNull(${text}, ''), ${`(${source})`})[${group + 1}]`;
    return { sql: nullable ? sql`if(isNull(${text}), NULL, ${found})` : found, type: "text", nullable };
  }),
  regexp_extract_all: taking("a text, a regular expression and maybe a group", [2, 3], (compiler, call) => {
    const { source, groups } = regexOf(compiler, call);
    const group = groupOf(compiler, call, groups);
    const { sql: text, nullable } = textOf(compiler, call, 0);
    const all = sql`extractAllGroupsVertical(ifNull(${text}, ''), ${`(${source})`})`;
    const list = sql`toJSONString(arrayMap(found -> found[${group + 1}], ${all}))`;
    return { sql: nullable ? sql`if(isNull(${text}), NULL, ${list})` : list, type: "structure", nullable };
  }),
  /** Where the first match begins, from one; 0 where there is none. */
  regexp_instr: ofMatch("number", (text, source) => {
    const before = sql`extractGroups(ifNull(${text}, ''), ${`(?s)^(.*?)(?:${source})`})[1]`;
    const place = sql`toFloat64(lengthUTF8(${before}) + 1)`;
    return sql`if(match(${text}, ${source}), ${place}, if(isNull(${text}), NULL, 0))`;
  }),
  regexp_substr: ofMatch(
    "text",
    (text, source) => {
      const found = sql`extractGroups(ifNull(${text}, ''), ${`(${source})`})[1]`;
      return sql`if(ifNull(match(${text}, ${source}), 0), ${found}, NULL)`;
    },
    true,
  ),
  /** With a number the last part is the rest of the text. */
  split_regex: taking("a text, a regular expression and maybe how many parts", [2, 3], (compiler, call) => {
    const { source } = regexOf(compiler, call);
    const most = wholeConstantOf(compiler, call, 2, [-1, mostParts]) ?? -1;
    const { sql: text, nullable } = textOf(compiler, call, 0);
    let marked: Sql = sql`ifNull(${text}, '')`;
    for (let part = 1; part < most; part++) marked = sql`replaceRegexpOne(${marked}, ${source}, ${mark})`;
    const parts =
      most < 1 ? sql`splitByRegexp(${source}, ${marked})` : sql`splitByString(${mark}, ${marked})`;
    const list = sql`toJSONString(${parts})`;
    return { sql: nullable ? sql`if(isNull(${text}), NULL, ${list})` : list, type: "structure", nullable };
  }),
};

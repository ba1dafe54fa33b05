// SOURCE of OpenSearch PPL: log groups, data sources, indexed values, a query in brackets, and a condition.
import { namedSource } from "../commands/source.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Command, Expression } from "../query-tree.ts";
import { chosenSource } from "./data-sources.ts";
import { pplExpressions } from "./dialect.ts";

export interface PplSource {
  readonly commands: readonly Command[];
  /** What may stand in front of fields: the alias, or the name of the one group. */
  readonly names: readonly string[];
}

/**
 * `search source = [lg:`group`, `aws:fieldIndex` = "status", `status` = 200]`, `source = a, b as t a = 1`, or
 * a query in square brackets.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_PPL.html
 */
export function parsePplSource(reader: QueryReader): PplSource {
  const start = reader.offset;
  const hasWord = reader.takeWord("search") || reader.takeWord("subquery");
  if (!hasWord && !/^source\s*=/i.test(reader.text.slice(start))) return { commands: [], names: [] };
  reader.expectWord("source");
  reader.expectSymbol("=");
  const isQuery = /^\[\s*(?:search|subquery|source)\b/i.test(reader.text.slice(reader.offset));
  const groups: string[] = [];
  const commands = isQuery
    ? reader.subquery("]").commands
    : reader.isSymbol("[")
      ? parseSelectors(reader, start)
      : [parseGroups(reader, start, groups)];
  const alias = reader.takeWord("as") ? [reader.alias()] : [];
  const isFiltered = !reader.atCommandEnd() || reader.isSymbol("[");
  const condition = isFiltered ? pplExpressions.condition(reader) : undefined;
  const span = reader.spanFrom(start);
  const filter: readonly Command[] = condition === undefined ? [] : [{ kind: "filter", condition, span }];
  return { commands: [...commands, ...filter], names: [...alias, ...(groups.length === 1 ? groups : [])] };
}

function parseGroups(reader: QueryReader, start: number, groups: string[]): Command {
  groups.push(...reader.list(() => parseGroup(reader)));
  return namedSource(groups, reader.spanFrom(start));
}

export function parseGroup(reader: QueryReader): string {
  return reader.peek().kind === "text" ? reader.textLiteral().text : reader.alias();
}

function parseSelectors(reader: QueryReader, start: number): readonly Command[] {
  reader.expectSymbol("[");
  const [groups, dataSources]: [string[], string[]] = [[], []];
  const conditions: Expression[] = [];
  reader.list(() => {
    const [, kind] = /^(lg|ds)\s*:/i.exec(reader.text.slice(reader.offset)) ?? [];
    if (kind !== undefined) {
      reader.next();
      reader.next();
      (kind.toLowerCase() === "lg" ? groups : dataSources).push(parseGroup(reader));
    } else conditions.push(pplExpressions.condition(reader));
  });
  reader.expectSymbol("]");
  const span = reader.spanFrom(start);
  const indexed = conditions.filter((condition) => !isIndexList(condition));
  return [
    ...(groups.length + dataSources.length === 0 ? [] : chosenSource(groups, dataSources, span)),
    ...indexed.map((condition): Command => ({ kind: "filterIndex", condition, span })),
  ];
}

/** What says which fields are indexed; the conditions on them say it again. */
function isIndexList(condition: Expression): boolean {
  const subject =
    condition.kind === "binary" ? condition.left : condition.kind === "in" ? condition.subject : condition;
  return subject.kind === "field" && subject.steps.join(".") === "aws:fieldIndex";
}

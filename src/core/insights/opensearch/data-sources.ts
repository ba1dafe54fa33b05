// The log groups that OpenSearch PPL and SQL name, and the data sources that they are of.
import { chosenByDataSources, namedSource } from "../commands/source.ts";
import type { Span } from "../query-error.ts";
import type { Command, Expression, FieldReference } from "../query-tree.ts";
import { allOf, textAt } from "./trees.ts";

/** Named groups, those of data sources, or of the named ones those that are of the data sources. */
export function chosenSource(
  groups: readonly string[],
  dataSources: readonly string[],
  span: Span,
): readonly Command[] {
  if (groups.length === 0) return [chosenByDataSources(dataSources, span)];
  const source = namedSource(groups, span);
  if (dataSources.length === 0) return [source];
  const tests = dataSources.map((name) => isOf(name, span));
  return [source, { kind: "filter", condition: allOf("or", tests, span), span }];
}

function isOf(dataSource: string, span: Span): Expression {
  const [, name = dataSource, type] = /^([^.]*)\.(.*)$/.exec(dataSource) ?? [];
  const equal = (field: string, text: string): Expression => {
    const left: FieldReference = { kind: "field", steps: [field], span };
    return { kind: "binary", operator: "=", left, right: textAt(text, span), span };
  };
  const tests = [
    equal("@data_source_name", name),
    ...(type === undefined ? [] : [equal("@data_source_type", type)]),
  ];
  return allOf("and", tests, span);
}

// All commands of the query language, each of them a file in `commands/`.
import type { CommandDefinition } from "./commands/define.ts";
import { accum } from "./commands/accum.ts";
import { addtotals } from "./commands/addtotals.ts";
import { anomaly } from "./commands/anomaly.ts";
import { appendcols } from "./commands/appendcols.ts";
import { autoregress } from "./commands/autoregress.ts";
import { cidrlookup } from "./commands/cidr-lookup.ts";
import { combine } from "./commands/combine.ts";
import { countFrequent } from "./commands/count-frequent.ts";
import { dedup } from "./commands/dedup.ts";
import { diff } from "./commands/diff.ts";
import { display } from "./commands/display.ts";
import { estimate } from "./commands/estimate.ts";
import { expand } from "./commands/expand.ts";
import { fields } from "./commands/fields.ts";
import { filldown } from "./commands/filldown.ts";
import { fillmissing } from "./commands/fillmissing.ts";
import { filterIndex } from "./commands/filter-index.ts";
import { filter } from "./commands/filter.ts";
import { join } from "./commands/join.ts";
import { json } from "./commands/json.ts";
import { limit } from "./commands/limit.ts";
import { logcompare } from "./commands/log-compare.ts";
import { lookup } from "./commands/lookup.ts";
import { outlier } from "./commands/outlier.ts";
import { parse } from "./commands/parse.ts";
import { pattern } from "./commands/pattern.ts";
import { relevantfields } from "./commands/relevant-fields.ts";
import { sessionize } from "./commands/sessionize.ts";
import { sort } from "./commands/sort.ts";
import { source } from "./commands/source.ts";
import { stats } from "./commands/stats.ts";
import { unmask } from "./commands/unmask.ts";
import { unnest } from "./commands/unnest.ts";
import type { ExpressionCompiler } from "./compile-expression.ts";
import type { PrintQuery } from "./print-expression.ts";
import type { QueryReader } from "./query-reader.ts";
import type { Command, CommandKind } from "./query-tree.ts";

type Definitions = { readonly [Kind in CommandKind]: CommandDefinition<Extract<Command, { kind: Kind }>> };

const definitions: Definitions = {
  accum,
  addtotals,
  anomaly,
  appendcols,
  autoregress,
  cidrlookup,
  combine,
  countFrequent,
  dedup,
  diff,
  display,
  estimate,
  fields,
  filldown,
  fillmissing,
  filter,
  filterIndex,
  join,
  json,
  limit,
  logcompare,
  lookup,
  outlier,
  parse,
  pattern,
  relevantfields,
  sessionize,
  sort,
  source,
  stats,
  unmask,
  unnest,
};

interface CommandParser {
  parse(reader: QueryReader, start: number): Command;
}

const byLowerName = new Map<string, CommandParser>([
  ...Object.values(definitions).map((definition) => [definition.name.toLowerCase(), definition] as const),
  ["count_frequent", countFrequent],
  ["expand", expand],
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Where.html
  ["where", filter],
]);

/** Commands are the same in capitals. */
export function commandNamed(name: string): CommandParser | undefined {
  return byLowerName.get(name.toLowerCase());
}

export function printCommand(command: Command, printQuery: PrintQuery): string {
  return definitionOf(command).print(command, printQuery);
}

export function compileCommand(command: Command, compiler: ExpressionCompiler): void {
  definitionOf(command).compile(command, compiler);
}

function definitionOf<Kind extends CommandKind>(
  command: Extract<Command, { kind: Kind }>,
): CommandDefinition<Extract<Command, { kind: Kind }>> {
  return definitions[command.kind];
}

// Writes a query so that reading it again gives the same tree.
import { printCommand } from "./commands.ts";
import type { Query } from "./query-tree.ts";

export function printInsightsQuery(query: Query): string {
  return query.commands.map((command) => printCommand(command, printInsightsQuery)).join("\n| ");
}

// `estimate`: how many bytes a query would scan, in the place of its rows.
import { InsightsQueryError } from "../query-error.ts";
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Estimate = Extract<Command, { kind: "estimate" }>;

/** AWS does not document the name of the column. */
export const estimateColumn = "estimatedBytesScanned";

/** As the last command it is no part of the rows; the query as a whole is compiled to something else. */
export const estimate: CommandDefinition<Estimate> = {
  name: "estimate",
  doc: commandPage("Estimate"),
  parse: (reader, start) => ({ kind: "estimate", span: reader.spanFrom(start) }),
  print: () => "estimate",
  compile({ span }) {
    throw new InsightsQueryError("estimate must be the last command of the query", span);
  },
};

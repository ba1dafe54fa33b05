// `limit`: how many rows there are at most.
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Limit = Extract<Command, { kind: "limit" }>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html */
export const maximumRows = 100_000;

export const limit: CommandDefinition<Limit> = {
  name: "limit",
  doc: commandPage("Limit"),
  parse(reader, start) {
    reader.takeWord("any"); // AWS may then stop early; these are some of the rows as well
    const token = reader.next();
    if (token.kind !== "number" || !/^\d+$/.test(token.text)) {
      return reader.refuse("limit takes a whole number", token.span);
    }
    const count = Number(token.text);
    if (count < 1 || count > maximumRows) {
      return reader.refuse(`limit must be between 1 and ${maximumRows}`, token.span);
    }
    const offset = reader.takeWord("offset") ? reader.count() : undefined;
    return {
      kind: "limit",
      count,
      ...(offset === undefined ? {} : { offset }),
      span: reader.spanFrom(start),
    };
  },
  print: ({ count, offset }) => `limit ${count}${offset === undefined ? "" : ` offset ${offset}`}`,
  compile({ count, offset }, compiler) {
    compiler.pipeline.take(count, offset);
  },
};

// Reads a query: commands with pipes between them.
import { commandNamed } from "./commands.ts";
import { joinedSource } from "./commands/source.ts";
import { QueryReader } from "./query-reader.ts";
import type { Command, Query } from "./query-tree.ts";

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 * @throws InsightsQueryError with what is wrong and where.
 */
export function parseInsightsQuery(text: string): Query {
  const reader = new QueryReader(text, parseCommands);
  if (reader.peek().kind === "end") return { commands: [] };
  const query = parseCommands(reader);
  if (reader.peek().kind !== "end") reader.unexpected();
  return query;
}

function parseCommands(reader: QueryReader): Query {
  const commands: Command[] = [];
  do {
    const command = parseCommand(reader);
    const joined = commands.length === 1 ? joinedWith(commands[0], command) : undefined;
    if (joined === undefined) commands.push(command);
    else commands[0] = joined;
  } while (reader.takeSymbol("|"));
  return { commands };
}

function joinedWith(first: Command | undefined, command: Command): Command | undefined {
  return first?.kind === "source" && command.kind === "source" ? joinedSource(first, command) : undefined;
}

function parseCommand(reader: QueryReader): Command {
  const start = reader.offset;
  const token = reader.peek();
  if (token.kind !== "word") return reader.unexpected();
  const command = commandNamed(token.text);
  if (command === undefined) return reader.unexpected();
  reader.next();
  const read = command.parse(reader, start);
  if (!reader.atCommandEnd()) reader.unexpected();
  return read;
}

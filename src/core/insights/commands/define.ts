// What a command's file says of it.
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { PrintQuery } from "../print-expression.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Command } from "../query-tree.ts";

export interface CommandDefinition<Kind extends Command> {
  readonly name: string;
  /** The page of AWS's documentation that describes it. */
  readonly doc: string;
  /** Reads what stands behind the command's name; `start` is where the name begins. */
  readonly parse: (reader: QueryReader, start: number) => Kind;
  readonly print: (command: Kind, printQuery: PrintQuery) => string;
  /** Adds the command to the compiler's pipeline. */
  readonly compile: (command: Kind, compiler: ExpressionCompiler) => void;
}

/** The documentation page of a command. */
export const commandPage = (name: string): string =>
  `https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-${name}.html`;

// What the rows of a PPL query show, which its commands change without saying so.
import type { QueryReader } from "../query-reader.ts";
import type { Command, FieldReference, NamedExpression } from "../query-tree.ts";

/** The names of the columns that have been chosen; undefined as long as the whole event is shown. */
export type Shown = readonly string[] | undefined;

export interface Read {
  readonly commands: readonly Command[];
  /** As before, when missing. */
  readonly shown?: readonly string[];
  /** Called when all commands behind it have been read, which have lost the names of the source. */
  readonly finish?: (later: readonly Command[], names: readonly string[]) => void;
}

/** Commands that choose columns. */
type Columns = Required<Pick<Read, "commands" | "shown">>;

/** `before` are the commands that stand before it, as they were read. */
export type CommandParser = (
  reader: QueryReader,
  start: number,
  shown: Shown,
  before: readonly Command[],
) => Read;

/** New or changed fields, and after them what is shown with those that are new. */
export function beside(made: readonly NamedExpression[], shown: Shown, end: number): Columns {
  const names = shown ?? ["@timestamp", "@message"];
  const all = [...new Set([...names, ...made.map(nameOf)])];
  const defined: Command = { kind: "fields", items: made, span: { start: end, end } };
  return { commands: [defined, ...only(all, end).commands], shown: all };
}

export function only(names: readonly string[], end: number): Columns {
  const items = names.map((name) => fieldNamed(name, end));
  return { commands: [{ kind: "display", items, span: { start: end, end } }], shown: names };
}

export const nameOf = ({ alias, text }: NamedExpression): string => alias ?? text;

export const fieldItem = (field: FieldReference): NamedExpression => ({
  expression: field,
  alias: undefined,
  text: field.steps.join("."),
});

export const fieldNamed = (name: string, at: number): NamedExpression =>
  fieldItem({ kind: "field", steps: [name], span: { start: at, end: at } });

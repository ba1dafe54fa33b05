// `flatten` of PPL: the members of an object as columns of their own.
import type { QueryReader } from "../query-reader.ts";
import type { Command, FieldReference, NamedExpression } from "../query-tree.ts";
import { fieldsIn, withoutNames } from "./correlation.ts";
import { beside, nameOf, type CommandParser, type Read, type Shown } from "./shown-columns.ts";

/**
 * `flatten object as (one, other)`. The members are known of what `json_object` has made, and take its place
 * in their order there. Events have no schema: of other objects the members are those that later commands
 * name, and a list of objects makes a row of each.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_PPL.html
 */
export const flatten: CommandParser = (reader, start, shown, before) => {
  const object = reader.field();
  const name = object.steps.join(".");
  const others = shown?.filter((column) => column !== name);
  const from = reader.offset;
  const aliases = reader.takeWord("as") ? parseAliases(reader) : undefined;
  const keys = keysMade(name, before);
  if (keys === undefined) {
    if (aliases === undefined) return flattenUnknown(reader, object, others);
    const problem = "names need an object whose members are known, as that of json_object";
    return reader.refuse(problem, reader.spanFrom(from));
  }
  if (aliases !== undefined && aliases.length !== keys.length) {
    const problem = `${name} has ${keys.length} members, and there are ${aliases.length} names`;
    return reader.refuse(problem, reader.spanFrom(from));
  }
  const made = keys.map((key, index) => ({
    expression: memberOf(object, [key]),
    alias: aliases?.[index] ?? key,
    text: `${name}.${key}`,
  }));
  // What takes the name of the object comes last, behind all that is read from it.
  const inOrder = [
    ...made.filter(({ alias }) => alias !== name),
    ...made.filter(({ alias }) => alias === name),
  ];
  return beside(inOrder, others, reader.spanFrom(start).end);
};

function parseAliases(reader: QueryReader): readonly string[] {
  const isInBrackets = reader.takeSymbol("(");
  const names = reader.list(() => reader.alias());
  if (isInBrackets) reader.expectSymbol(")");
  return names;
}

/** The keys with which `json_object` made the field; undefined when it comes from elsewhere. */
function keysMade(name: string, before: readonly Command[]): readonly string[] | undefined {
  const made = before
    .flatMap((command) => (command.kind === "fields" || command.kind === "display" ? command.items : []))
    .findLast((item) => nameOf(item) === name && !isItself(item));
  if (made?.expression.kind !== "call" || made.expression.name !== "json_object") return undefined;
  const keys = made.expression.arguments.filter((_, index) => index % 2 === 0);
  return [...new Set(keys.flatMap((key) => (key.kind === "text" ? [key.text] : [])))];
}

const isItself = (item: NamedExpression): boolean =>
  item.expression.kind === "field" && item.expression.steps.join(".") === nameOf(item);

function flattenUnknown(reader: QueryReader, object: FieldReference, others: Shown): Read {
  const { span } = object;
  const items: NamedExpression[] = [];
  return {
    commands: [
      { kind: "unnest", list: object, into: element, span },
      { kind: "fields", items, span },
    ],
    ...(others === undefined ? {} : { shown: others }),
    finish(later, names) {
      const own = withoutNames(object, names);
      const named = fieldsNamed(later, own, others);
      if (named.length === 0) {
        const name = own.steps.join(".");
        reader.refuse(`the members of ${name} are not known: name them in a later command`, span);
      }
      items.push(...named.map((field) => memberOrField(own, field)));
    },
  };
}

/** The objects of a list, one a row; without a value where the object is no list. */
const element = "@element";

/** Events that have no such member keep the field of that name. */
function memberOrField(object: FieldReference, field: FieldReference): NamedExpression {
  const { span } = object;
  const ofElement = { ...object, steps: [element, ...field.steps] };
  const given = [memberOf(object, field.steps), ofElement, { ...field, span }];
  const text = field.steps.join(".");
  return { expression: { kind: "call", name: "coalesce", arguments: given, span }, alias: text, text };
}

const memberOf = (object: FieldReference, steps: FieldReference["steps"]): FieldReference => ({
  ...object,
  steps: [...object.steps, ...steps],
});

/** What later commands read, but for columns that are there, parts of the object, and joined rows. */
function fieldsNamed(
  later: readonly Command[],
  object: FieldReference,
  columns: Shown,
): readonly FieldReference[] {
  const name = object.steps.join(".");
  const joins = later.flatMap((command) => (command.kind === "join" ? [command] : []));
  const lefts = new Set(joins.map(({ left }) => left));
  const rights = new Set(joins.map(({ right }) => right));
  const named = new Map<string, FieldReference>();
  for (const field of fieldsIn(later)) {
    const [first = "", ...rest] = field.steps.map(String);
    const ofLeft = lefts.has(first) && rest.length > 0;
    const steps = ofLeft ? rest : field.steps;
    const text = steps.join(".");
    const isOther =
      text.startsWith("@") || `${text}.`.startsWith(`${name}.`) || columns?.includes(text) === true;
    if (!isOther && !(rights.has(first) && rest.length > 0)) named.set(text, { ...field, steps });
  }
  return [...named.values()];
}

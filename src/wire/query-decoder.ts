// Puts together an input from the fields of an awsQuery form, such as MetricData.member.1.MetricName.
import { readForm } from "./form.ts";
import type { Values } from "./protocol.ts";
import { QueryField, queryNode } from "./query-nodes.ts";
import type { QueryNode } from "./query-nodes.ts";
import { queryStructure } from "./query-shapes.ts";
import type { StructureShape } from "./shapes.ts";

/*
 * Neighbouring fields share most of their names, so the structures, lists and maps on the way to the last
 * field stay open on a stack, each with the part of the name that led to it. The next field closes those
 * whose part it has not, and usually only its last part has to be looked up.
 */
interface OpenNode {
  readonly prefix: string;
  readonly node: QueryNode;
}

/**
 * A decoder of forms, whose fields are taken together. Fields that the model has not, as Action and Version,
 * are ignored.
 * @throws WireError `SerializationException` when a form cannot be read or is not of the structure's types.
 */
export function compileQueryDecoder(structure: StructureShape): (forms: readonly Uint8Array[]) => Values {
  const shape = queryStructure(structure);
  return (forms) => {
    const finishers: (() => void)[] = [];
    const root = queryNode(shape, finishers);
    const open: OpenNode[] = [{ prefix: "", node: root }];
    for (const form of forms) readForm(form, (name, text) => place(new QueryField(name, text), open, root));
    for (const finish of finishers) finish();
    return root.value as Values;
  };
}

function place(field: QueryField, open: OpenNode[], root: QueryNode): void {
  let last = open.at(-1);
  while (last !== undefined && !field.begins(last.prefix)) {
    open.pop();
    last = open.at(-1);
  }
  let node = last?.node ?? root;
  while (!field.isOver) {
    const next = node.step(field);
    if (next === undefined) return;
    if (field.isOver) return field.expectEmpty();
    node = next;
    open.push({ prefix: field.passed(), node });
  }
}

// `expand`: a row for each element of a list, in the place of the list.
import type { QueryReader } from "../query-reader.ts";
import { fieldName } from "../print-expression.ts";
import type { Command } from "../query-tree.ts";

/**
 * The same as `unnest` into the field itself.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Expand.html
 */
export const expand = {
  parse(reader: QueryReader, start: number): Extract<Command, { kind: "unnest" }> {
    const list = reader.field();
    return { kind: "unnest", list, into: fieldName(list), span: reader.spanFrom(start) };
  },
};

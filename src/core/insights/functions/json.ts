// JSON functions.
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import { listOrValue } from "../discovered-lists.ts";
import type { Call } from "../query-tree.ts";
import { asText, type Value } from "../value.ts";
import { documentation, type FunctionTable } from "./define.ts";

export const jsonFunctions: FunctionTable = {
  jsonParse: {
    takes: ["text"],
    gives: "structure",
    nullable: true,
    doc: documentation.json,
    toSql: (text = sql`''`) => sql`if(isValidJSON(ifNull(${text}, '')), ${text}, NULL)`,
  },
  jsonStringify: {
    takes: "a list or a map",
    doc: documentation.json,
    compile(call, compiler) {
      if (call.arguments.length > 1) return compiler.wrongArguments(call);
      return documentText(call, compiler);
    },
  },
  jsonArraySize: {
    takes: "a list, or a text that is one",
    doc: documentation.json,
    compile(call, compiler) {
      if (call.arguments.length > 1) return compiler.wrongArguments(call);
      const text = sql`ifNull(${documentText(call, compiler).sql}, '')`;
      const size = sql`toFloat64(JSONLength(${text}))`;
      return { sql: sql`if(${isList(text)}, ${size}, NULL)`, type: "number", nullable: true };
    },
  },
  jsonArrayContains: {
    takes: "a list, or a text that is one, and a text",
    doc: documentation.json,
    compile(call, compiler) {
      const [, wanted, ...others] = call.arguments;
      if (wanted === undefined || others.length > 0) return compiler.wrongArguments(call);
      const text = sql`ifNull(${documentText(call, compiler).sql}, '')`;
      const element = sql`if(startsWith(element, '"'), JSONExtractString(element), element)`;
      const elements = sql`arrayMap(element -> ${element}, JSONExtractArrayRaw(${text}))`;
      const value = sql`ifNull(${asText(compiler.value(wanted)).sql}, '')`;
      const found = sql`(${isList(text)} AND has(${elements}, ${value}))`;
      return { sql: found, type: "boolean", nullable: false };
    },
  },
};

const isList = (text: Sql): Sql => sql`isValidJSON(${text}) AND toString(JSONType(${text})) = 'Array'`;

/** The first argument as the text of JSON that it is. */
function documentText(call: Call, compiler: ExpressionCompiler): Value {
  const [document] = call.arguments;
  if (document === undefined) return compiler.wrongArguments(call);
  return asText(
    document.kind === "field" ? listOrValue(document, compiler.pipeline) : compiler.value(document),
  );
}

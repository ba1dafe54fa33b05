// General functions and those for JSON.
import { joinSql, sql } from "../../sql.ts";
import { asText, type Value } from "../value.ts";
import { documentation, type FunctionTable } from "./define.ts";

export const generalFunctions: FunctionTable = {
  ispresent: {
    takes: ["any"],
    gives: "boolean",
    nullable: false,
    doc: documentation.general,
    toSql: (value = sql`NULL`) => sql`isNotNull(${value})`,
  },
  coalesce: {
    takes: "fields",
    doc: documentation.general,
    compile(call, compiler) {
      const values = call.arguments.map((argument) => compiler.value(argument));
      const [first] = values;
      if (first === undefined) return compiler.wrongArguments(call);
      const isSame = values.every(({ type }) => type === first.type);
      const alike: readonly Value[] = isSame ? values : values.map(asText);
      return {
        sql: sql`coalesce(${joinSql(
          alike.map((value) => value.sql),
          ", ",
        )})`,
        type: isSame ? first.type : "field",
        nullable: alike.every(({ nullable }) => nullable),
      };
    },
  },
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
      const [structure] = call.arguments;
      if (structure === undefined || call.arguments.length > 1) return compiler.wrongArguments(call);
      const value =
        structure.kind === "field"
          ? compiler.pipeline.resolveStructure(structure)
          : compiler.value(structure);
      return asText(value);
    },
  },
};

// Numeric functions.
import { joinSql, sql, type Sql } from "../../sql.ts";
import { documentation, type FunctionTable, type SqlFunction } from "./define.ts";

const ofOne = (toSql: (value: Sql) => Sql, nullable?: boolean): SqlFunction => ({
  takes: ["number"],
  gives: "number",
  doc: documentation.numeric,
  ...(nullable === undefined ? {} : { nullable }),
  toSql: (value = sql`NULL`) => toSql(value),
});

const ofMany = (name: Sql): SqlFunction => ({
  takes: ["number"],
  rest: "number",
  gives: "number",
  doc: documentation.numeric,
  toSql: (...values) => sql`${name}(${joinSql(values, ", ")})`,
});

export const numericFunctions: FunctionTable = {
  abs: ofOne((value) => sql`abs(${value})`),
  ceil: ofOne((value) => sql`ceil(${value})`),
  floor: ofOne((value) => sql`floor(${value})`),
  greatest: ofMany(sql`greatest`),
  least: ofMany(sql`least`),
  log: ofOne((value) => sql`if(${value} > 0, log(${value}), NULL)`, true),
  sqrt: ofOne((value) => sql`if(${value} >= 0, sqrt(${value}), NULL)`, true),
};

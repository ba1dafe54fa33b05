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

/** The mean radius of the earth. */
const earthKm = 6_371;

type Point = readonly [latitude: Sql | undefined, longitude: Sql | undefined];

/** In kilometers; degrees, as `(latitude, longitude)`. */
function greatCircleKm([lat1 = sql`0`, lon1 = sql`0`]: Point, [lat2 = sql`0`, lon2 = sql`0`]: Point): Sql {
  const squaredSine = (from: Sql, to: Sql) => sql`pow(sin(radians(${to} - ${from}) / 2), 2)`;
  const cosines = sql`cos(radians(${lat1})) * cos(radians(${lat2}))`;
  const half = sql`${squaredSine(lat1, lat2)} + ${cosines} * ${squaredSine(lon1, lon2)}`;
  return sql`${2 * earthKm} * asin(sqrt(least(1, ${half})))`;
}

export const numericFunctions: FunctionTable = {
  abs: ofOne((value) => sql`abs(${value})`),
  // Of what is little below zero the engine answers `-0`.
  ceil: ofOne((value) => sql`(ceil(${value}) + 0)`),
  floor: ofOne((value) => sql`floor(${value})`),
  greatest: ofMany(sql`greatest`),
  least: ofMany(sql`least`),
  log: ofOne((value) => sql`if(${value} > 0, log(${value}), NULL)`, true),
  /** A half is rounded away from zero. */
  round: {
    takes: ["number"],
    optional: ["number"],
    gives: "number",
    doc: documentation.numeric,
    toSql(value = sql`NULL`, digits = sql`0`) {
      const factor = sql`pow(10, trunc(${digits}))`;
      return sql`(sign(${value}) * floor(abs(${value}) * ${factor} + 0.5) / ${factor} + 0)`;
    },
  },
  haversine: {
    takes: ["number", "number", "number", "number"],
    gives: "number",
    doc: documentation.numeric,
    toSql: (lat1, lon1, lat2, lon2) => greatCircleKm([lat1, lon1], [lat2, lon2]),
  },
  toNumber: ofOne((value) => value),
  toDouble: ofOne((value) => value),
  toInt: ofOne((value) => sql`if(abs(trunc(${value})) < 2147483648, trunc(${value}) + 0, NULL)`, true),
  /** As a text, since a number has only 53 bits. */
  toLong: {
    takes: ["text"],
    gives: "field",
    nullable: true,
    doc: documentation.numeric,
    toSql(text = sql`''`) {
      const number = sql`trunc(toFloat64OrNull(ifNull(${text}, '')))`;
      const isWithin = sql`abs(ifNull(${number}, nan)) < 9223372036854775808`;
      const whole = sql`toString(toInt64OrNull(ifNull(${text}, '')))`;
      return sql`coalesce(${whole}, if(${isWithin}, toString(toInt64(ifNull(${number}, 0))), NULL))`;
    },
  },
  sqrt: ofOne((value) => sql`if(${value} >= 0, sqrt(${value}), NULL)`, true),
};

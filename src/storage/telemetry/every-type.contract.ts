// Rows of the table with every column type: how they are generated, appended, selected and expected back.
import * as fc from "fast-check";
import { sql } from "../../core/sql.ts";
import type { contractTables } from "./testing/contract-tables.ts";
import type { ColumnsFor } from "./table.ts";

interface Row {
  readonly tiny: number;
  readonly huge: bigint;
  readonly single: number;
  readonly double: number;
  readonly second: number;
  readonly millisecond: number;
  readonly microsecond: number;
  readonly text: string;
  readonly word: string;
  readonly list: readonly string[];
  readonly counts: readonly number[];
  readonly labels: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, number>>;
  readonly histogram: ReadonlyMap<number, number>;
}

export const plainRow: Row = {
  tiny: 255,
  huge: 0n,
  single: 1.5,
  double: Number.NaN,
  second: 0,
  millisecond: -1,
  microsecond: 0.001,
  text: "",
  word: "",
  list: [],
  counts: [],
  labels: {},
  numbers: {},
  histogram: new Map(),
};

/** Code points of every plane, without lone surrogates: UTF-8 has none. */
export const anyText = fc
  .string({ unit: "binary", maxLength: 60 })
  .map((text) => Buffer.from(text).toString());
const anyKey = anyText.filter((key) => key !== "__proto__");
const anyDouble = fc.double().map((value) => (value === 0 ? 0 : value));

export const anyRow: fc.Arbitrary<Row> = fc.record({
  tiny: fc.integer({ min: 0, max: 255 }),
  huge: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  single: fc.float().map((value) => (value === 0 ? 0 : value)),
  double: anyDouble,
  second: fc.integer({ min: 0, max: 4_294_967_295 }).map((seconds) => seconds * 1000),
  millisecond: fc.integer({ min: -2_208_988_800_000, max: 10_413_791_999_999 }),
  microsecond: fc.integer({ min: 0, max: 10_413_791_999_999 }),
  text: anyText,
  word: anyText,
  list: fc.array(anyText, { maxLength: 4 }),
  counts: fc.array(fc.nat(4_294_967_295), { maxLength: 4 }),
  labels: fc.dictionary(anyKey, anyText, { maxKeys: 4 }),
  numbers: fc.dictionary(anyKey, anyDouble, { maxKeys: 4 }),
  histogram: fc
    .array(fc.tuple(fc.integer({ min: -32_768, max: 32_767 }), anyDouble), { maxLength: 4 })
    .map((entries) => new Map(entries)),
});

export function columnsOf(run: number, rows: readonly Row[]): ColumnsFor<typeof contractTables.every_type> {
  const column = <Name extends keyof Row>(name: Name) => rows.map((row) => row[name]);
  return {
    run: rows.map(() => run),
    position: rows.map((_, index) => index),
    tiny: column("tiny"),
    huge: column("huge"),
    single: column("single"),
    double: column("double"),
    second: column("second"),
    millisecond: column("millisecond"),
    microsecond: column("microsecond"),
    text: column("text"),
    word: column("word"),
    list: column("list"),
    counts: column("counts"),
    labels: column("labels"),
    numbers: column("numbers"),
    histogram: column("histogram"),
  };
}

export function readBack(run: number) {
  return sql`SELECT tiny, huge, toFloat64(single) AS single, double, toUnixTimestamp(second) AS second,
    toUnixTimestamp64Milli(millisecond) AS millisecond, toUnixTimestamp64Micro(microsecond) AS microsecond,
    text, word, list, counts, labels, numbers, histogram
    FROM every_type WHERE run = ${run} ORDER BY position`;
}

/** What JSON gives back: wide integers as strings, numbers that JSON lacks as words. */
export function expectedRow(row: Row) {
  return {
    ...row,
    huge: String(row.huge),
    single: written(row.single),
    double: written(row.double),
    second: row.second / 1000,
    millisecond: String(row.millisecond),
    microsecond: String(Math.round(row.microsecond * 1000)),
    numbers: Object.fromEntries(Object.entries(row.numbers).map(([key, value]) => [key, written(value)])),
    histogram: Object.fromEntries([...row.histogram].map(([key, value]) => [String(key), written(value)])),
  };
}

function written(value: number): number | string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

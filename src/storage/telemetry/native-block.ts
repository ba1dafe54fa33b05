// Rows as a block in ClickHouse's Native format: columns of binary values, the cheapest form the engine can
// read.
import { GrowingBytes, keptBytes } from "./growing-bytes.ts";
import type { Column, ColumnType, ColumnValues, TableDefinition, ColumnDefinition } from "./table.ts";
import { TextColumn } from "./text-column.ts";

/**
 * The format (https://clickhouse.com/docs/interfaces/formats/Native): number of columns, number of rows, then
 * for each column its name, its type and its values. A string is its length as a varint and its UTF-8 bytes;
 * an array is the cumulative ends of its rows as UInt64, then all its items; a map is such an array of keys
 * and of values. Numbers are little-endian, as on every machine that the engine runs on.
 *
 * A builder grows while appends of one table are collected, so a batch is always one block, and an append
 * that turns out to be wrong half-way is taken back without harm to the others.
 */
export interface BlockBuilder {
  readonly rows: number;
  readonly bytes: number;
  /**
   * Adds rows, column by column.
   * @throws TypeError or RangeError for a missing column, unequal lengths or a value out of its column's
   * range; nothing of the call is kept then.
   */
  append(columns: Readonly<Record<string, Column>>): number;
  /** The block as one buffer of its own; the builder is empty and can be used again. */
  finish(): Buffer;
}

export function createBlockBuilder(
  definition: Pick<TableDefinition<Readonly<Record<string, ColumnDefinition>>>, "name" | "columns">,
): BlockBuilder {
  const columns = Object.entries(definition.columns).map(([name, { type }]) => ({
    name,
    head: columnHead(name, wireTypes[type]),
    encoder: createEncoder(type),
  }));
  const headBytes = columns.reduce((sum, { head }) => sum + head.length, 0);
  let rows = 0;
  let bytes = 0;

  const measure = () => columns.reduce((sum, { encoder }) => sum + encoder.byteLength(), 0);
  return {
    get rows() {
      return rows;
    },
    get bytes() {
      return bytes;
    },
    append(values) {
      const count = rowCount(definition.name, columns, values);
      const marks = columns.map(({ encoder }) => encoder.mark());
      try {
        for (const { name, encoder } of columns) encoder.append(values[name] ?? [], count);
      } catch (error) {
        columns.forEach(({ encoder }, index) => encoder.reset(marks[index] ?? []));
        throw error;
      }
      rows += count;
      bytes = measure();
      return count;
    },
    finish() {
      const counts = new GrowingBytes(20);
      counts.varint(columns.length);
      counts.varint(rows);
      const block = Buffer.allocUnsafeSlow(counts.length + headBytes + measure());
      let position = counts.view().copy(block);
      for (const { head, encoder } of columns) {
        position += head.copy(block, position);
        for (const part of encoder.parts()) position += part.copy(block, position);
        encoder.clear();
      }
      rows = 0;
      bytes = 0;
      return block;
    },
  };
}

/** The columns of a block as a structure text, for `file(path, Native, structure)`. */
export function blockStructure(columns: Readonly<Record<string, ColumnDefinition>>): string {
  return Object.entries(columns)
    .map(([name, { type }]) => `\`${name}\` ${wireTypes[type]}`)
    .join(", ");
}

/** What a column is sent as; dictionaries (LowCardinality) are built by the engine. */
const wireTypes: Readonly<Record<ColumnType, string>> = {
  UInt8: "UInt8",
  UInt16: "UInt16",
  UInt32: "UInt32",
  UInt64: "UInt64",
  Float32: "Float32",
  Float64: "Float64",
  DateTime: "DateTime",
  "DateTime64(3)": "DateTime64(3)",
  "DateTime64(6)": "DateTime64(6)",
  String: "String",
  "LowCardinality(String)": "String",
  "Array(String)": "Array(String)",
  "Array(UInt32)": "Array(UInt32)",
  "Map(LowCardinality(String), String)": "Map(String, String)",
  "Map(LowCardinality(String), Float64)": "Map(String, Float64)",
  "Map(Int16, Float64)": "Map(Int16, Float64)",
};

function rowCount(
  table: string,
  columns: readonly { readonly name: string }[],
  values: Readonly<Record<string, Column>>,
): number {
  const count = values[columns[0]?.name ?? ""]?.length;
  for (const { name } of columns) {
    const length = values[name]?.length;
    if (length === undefined) throw new TypeError(`${table}: the column ${name} is missing`);
    if (length !== count)
      throw new TypeError(`${table}: the column ${name} has ${length} rows, not ${count}`);
  }
  if (Object.keys(values).length !== columns.length) {
    throw new TypeError(`${table}: a column is unknown among ${Object.keys(values).join(", ")}`);
  }
  return count ?? 0;
}

function columnHead(name: string, type: string): Buffer {
  const head = new GrowingBytes(64);
  head.text(name);
  head.text(type);
  return Buffer.from(head.view());
}

interface ColumnEncoder {
  append(values: Column, count: number): void;
  byteLength(): number;
  parts(): readonly Buffer[];
  clear(): void;
  mark(): readonly number[];
  reset(mark: readonly number[]): void;
}

function createEncoder(type: ColumnType): ColumnEncoder {
  return encoders[type]();
}

const encoders: Readonly<Record<ColumnType, () => ColumnEncoder>> = {
  UInt8: () => numbers(Uint8Array, integer(0, 0xff)),
  UInt16: () => numbers(Uint16Array, integer(0, 0xffff)),
  UInt32: () => numbers(Uint32Array, integer(0, 0xffff_ffff)),
  UInt64: () => numbers(BigUint64Array, putUnsigned64),
  Float32: () => numbers(Float32Array, putFloat),
  Float64: () => numbers(Float64Array, putFloat),
  DateTime: () => words(Uint32Array, 1, putSeconds),
  "DateTime64(3)": () => words(Uint32Array, 2, putTicks(1)),
  "DateTime64(6)": () => words(Uint32Array, 2, putTicks(1000)),
  String: texts,
  "LowCardinality(String)": texts,
  "Array(String)": () =>
    rowsOf([texts()], (row: readonly string[]) => (row.length === 0 ? undefined : [row])),
  "Array(UInt32)": () =>
    rowsOf([encoders.UInt32()], (row: readonly number[]) => (row.length === 0 ? undefined : [row])),
  "Map(LowCardinality(String), String)": () =>
    rowsOf([texts(), texts()], (row: Readonly<Record<string, string>>) => entriesOf(row)),
  "Map(LowCardinality(String), Float64)": () =>
    rowsOf([texts(), encoders.Float64()], (row: Readonly<Record<string, number>>) => entriesOf(row)),
  "Map(Int16, Float64)": () =>
    rowsOf(
      [numbers(Int16Array, integer(-0x8000, 0x7fff)), encoders.Float64()],
      (row: ColumnValues["Map(Int16, Float64)"]) =>
        row.size === 0 ? undefined : [[...row.keys()], [...row.values()]],
    ),
};

/** A list for each column; undefined for a row without items. */
type Items = readonly (readonly unknown[])[] | undefined;

function entriesOf(row: Readonly<Record<string, unknown>>): Items {
  for (const _key in row) return [Object.keys(row), Object.values(row)];
  return undefined;
}

type Words =
  | Uint8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigUint64Array;

type WordsKind<Target extends Words> = { new (length: number): Target };
type Put<Target extends Words> = (target: Target, position: number, value: unknown) => void;

/** Values that are elements of a typed array; an array of that kind has none that is out of its range. */
function numbers<Target extends Words>(Kind: WordsKind<Target>, put: Put<Target>): ColumnEncoder {
  const putAll = putEach(1, put);
  return column(Kind, 1, (target, position, values, count) => {
    if (values instanceof Kind) target.set(values as never, position);
    else putAll(target, position, values, count);
  });
}

/** `perValue` elements of a typed array for each value. */
function words<Target extends Words>(
  Kind: WordsKind<Target>,
  perValue: number,
  put: Put<Target>,
): ColumnEncoder {
  return column(Kind, perValue, putEach(perValue, put));
}

function putEach<Target extends Words>(perValue: number, put: Put<Target>) {
  return (target: Target, position: number, values: Column, count: number) => {
    if (values instanceof TextColumn) throw new TypeError("texts are no numbers");
    for (let index = 0; index < count; index++) put(target, position + index * perValue, values[index]);
  };
}

/** A column of fixed width. */
function column<Target extends Words>(
  Kind: WordsKind<Target>,
  perValue: number,
  putAll: (target: Target, position: number, values: Column, count: number) => void,
): ColumnEncoder {
  let target = new Kind(256);
  let length = 0;
  return {
    append(values, count) {
      const needed = length + count * perValue;
      if (needed > target.length) {
        const grown = new Kind(Math.max(needed, target.length * 2));
        grown.set(target.subarray(0, length) as never);
        target = grown;
      }
      putAll(target, length, values, count);
      length = needed;
    },
    byteLength: () => length * target.BYTES_PER_ELEMENT,
    parts: () => [Buffer.from(target.buffer as ArrayBuffer, 0, length * target.BYTES_PER_ELEMENT)],
    clear() {
      length = 0;
      if (target.byteLength > keptBytes) target = new Kind(256);
    },
    mark: () => [length],
    reset([mark = 0]) {
      length = mark;
    },
  };
}

function integer(minimum: number, maximum: number) {
  return (target: Uint8Array | Uint16Array | Int16Array | Uint32Array, position: number, value: unknown) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < minimum || value > maximum) {
      throw new RangeError(`${String(value)} is no integer from ${minimum} to ${maximum}`);
    }
    target[position] = value;
  };
}

function putUnsigned64(target: BigUint64Array, position: number, value: unknown): void {
  if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) {
    throw new RangeError(`${String(value)} is no unsigned 64-bit bigint`);
  }
  target[position] = value;
}

function putFloat(target: Float32Array | Float64Array, position: number, value: unknown): void {
  if (typeof value !== "number") throw new TypeError(`${String(value)} is no number`);
  target[position] = value;
}

function putSeconds(target: Uint32Array, position: number, value: unknown): void {
  const seconds = typeof value === "number" ? Math.floor(value / 1000) : Number.NaN;
  if (!(seconds >= 0 && seconds <= 0xffff_ffff)) {
    throw new RangeError(`${String(value)} is no instant from 1970 to 2106`);
  }
  target[position] = seconds;
}

/**
 * DateTime64 holds the years 1900 to 2299 (https://clickhouse.com/docs/sql-reference/data-types/datetime64).
 */
const earliestAt = -2_208_988_800_000;
const latestAt = 10_413_791_999_999;
const wordSize = 0x1_0000_0000;

/** A 64-bit count of ticks as two words, without the cost of a bigint for each value. */
function putTicks(ticksPerMs: number) {
  return (target: Uint32Array, position: number, value: unknown) => {
    if (typeof value !== "number" || !(value >= earliestAt && value <= latestAt)) {
      throw new RangeError(`${String(value)} is no instant from 1900 to 2299`);
    }
    const ticks = Math.round(value * ticksPerMs);
    const high = Math.floor(ticks / wordSize);
    target[position] = ticks - high * wordSize;
    target[position + 1] = high;
  };
}

function texts(): ColumnEncoder {
  const bytes = new GrowingBytes(4096);
  return {
    append(values, count) {
      if (values instanceof TextColumn) return bytes.raw(values.bytes);
      for (let index = 0; index < count; index++) {
        const value = values[index];
        if (typeof value === "string") bytes.text(value);
        else if (value instanceof Uint8Array) bytes.blob(value);
        else throw new TypeError(`${String(value)} is no string`);
      }
    },
    byteLength: () => bytes.length,
    parts: () => [bytes.view()],
    clear: () => bytes.clear(),
    mark: () => [bytes.length],
    reset([mark = 0]) {
      bytes.length = mark;
    },
  };
}

/**
 * A column whose rows have any number of items, each spread over `inner` columns (one for arrays, two for
 * maps).
 */
function rowsOf(inner: readonly ColumnEncoder[], itemsOf: (row: never) => Items): ColumnEncoder {
  const ends = words(Uint32Array, 2, putEnd);
  const all = [ends, ...inner];
  let items = 0;
  return {
    append(values, count) {
      if (values instanceof TextColumn) throw new TypeError("texts are no lists");
      const rowEnds = new Float64Array(count);
      for (let index = 0; index < count; index++) {
        const parts = itemsOf(values[index] as never);
        if (parts !== undefined) {
          const size = parts[0]?.length ?? 0;
          inner.forEach((encoder, part) => encoder.append(parts[part] ?? [], size));
          items += size;
        }
        rowEnds[index] = items;
      }
      ends.append(rowEnds, count);
    },
    byteLength: () => all.reduce((sum, encoder) => sum + encoder.byteLength(), 0),
    parts: () => all.flatMap((encoder) => encoder.parts()),
    clear() {
      items = 0;
      for (const encoder of all) encoder.clear();
    },
    mark: () => [items, ...all.map((encoder) => encoder.mark()[0] ?? 0)],
    reset([mark = 0, ...marks]) {
      items = mark;
      all.forEach((encoder, index) => encoder.reset([marks[index] ?? 0]));
    },
  };
}

function putEnd(target: Uint32Array, position: number, value: unknown): void {
  target[position] = Number(value);
  target[position + 1] = 0;
}

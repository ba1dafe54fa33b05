// Packing against what unpacks it: the module as the engine runs it, and the format's description as code.
import { test as propertyTest, fc } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { packLz4 } from "./lz4.ts";
import { packTexts } from "./pack-texts.ts";
import { unpackModule } from "./unpack-module.ts";
import { assembleModule } from "./web-assembly.ts";

/** Texts with copies near and far, short and long, and with bytes that are like no others. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 60 })),
      fc.tuple(
        fc.constantFrom(...["ab", '{"level":"INFO"}', "\0"].map((text) => Buffer.from(text))),
        fc.nat(900),
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts.flatMap(([part, times]) => Array<Uint8Array>(times).fill(part))));

/** As https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md has it. */
function slowUnpack(packed: Uint8Array): Buffer {
  const bytes: number[] = [];
  let at = 0;
  const lengthOf = (first: number) => {
    let length = first;
    if (first < 15) return length;
    for (let more = 255; more === 255; length += more) more = packed[at++]!;
    return length;
  };
  for (;;) {
    const token = packed[at++]!;
    const literals = lengthOf(token >> 4);
    bytes.push(...packed.subarray(at, at + literals));
    at += literals;
    if (at === packed.length) return Buffer.from(bytes);
    const from = bytes.length - (packed[at]! | (packed[at + 1]! << 8));
    at += 2;
    const copied = lengthOf(token & 15) + 4;
    for (let index = 0; index < copied; index++) bytes.push(bytes[from + index]!);
  }
}

interface Unpacking {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly clickhouse_create_buffer: (size: number) => number;
  readonly clickhouse_destroy_buffer: (handle: number) => void;
  readonly unpack: (rows: number, count: number) => number;
}

interface WebAssemblyModules {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

const { Module, Instance } = Reflect.get(globalThis, "WebAssembly") as WebAssemblyModules;
const instanceOf = (bytes: Uint8Array) => new Instance(new Module(bytes)).exports as Unpacking;

/** What the engine does for a chunk of rows. */
function unpackRows(module: Unpacking, rows: readonly Uint8Array[]): Buffer {
  const input = Buffer.concat(rows.flatMap((row) => [varint(row.length), row]));
  const given = module.clickhouse_create_buffer(input.length);
  const view = (handle: number) => {
    const memory = Buffer.from(module.memory.buffer);
    const start = memory.readUInt32LE(handle);
    return memory.subarray(start, start + memory.readUInt32LE(handle + 4));
  };
  input.copy(view(given));
  const answered = module.unpack(given, rows.length);
  const answer = Buffer.from(view(answered));
  module.clickhouse_destroy_buffer(answered);
  module.clickhouse_destroy_buffer(given);
  return answer;
}

function varint(value: number): Buffer {
  return value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value & 127) | 128]), varint(value >>> 7)]);
}

function rowOf(text: Uint8Array): Buffer {
  const packed = packLz4(text);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(packed.length, 4);
  return Buffer.concat([head, packed]);
}

propertyTest.prop([anyBytes])("a block is what its format says, and little larger than the text", (text) => {
  const packed = packLz4(text);
  expect(slowUnpack(packed).equals(text)).toBe(true);
  expect(packed.length).toBeLessThanOrEqual(text.length + Math.ceil(text.length / 255) + 16);
});

const module = instanceOf(unpackModule());

propertyTest.prop([fc.array(anyBytes, { maxLength: 5 })])(
  "the module unpacks rows one behind the other",
  (texts) => {
    expect(unpackRows(module, texts.map(rowOf)).equals(Buffer.concat(texts))).toBe(true);
  },
);

test("memory is used again, and an empty row is four empty arrays", () => {
  const text = Buffer.alloc(300_000, "some words ");
  unpackRows(module, [rowOf(text)]);
  const { byteLength } = module.memory.buffer;
  for (let turn = 0; turn < 20; turn++) unpackRows(module, [rowOf(text)]);
  expect(module.memory.buffer.byteLength).toBe(byteLength);
  expect([...unpackRows(module, [Buffer.alloc(0), rowOf(Buffer.from("x"))])]).toEqual([0, 0, 0, 0, 120]);
});

test("a text of another length than was said is no answer", () => {
  for (const wrong of [299, 301]) {
    const row = rowOf(Buffer.alloc(300, "ab"));
    row.writeUInt32LE(wrong, 0);
    expect(() => unpackRows(instanceOf(unpackModule()), [row])).toThrow("unreachable");
  }
});

test("texts are packed as the arrays of RowBinary, and never to less than a thirtieth", () => {
  const event = { message: "m", unmasked: "u", indexed: { a: "1" } };
  const unpacked = unpackRows(module, [packTexts([event, { message: "", indexed: {} }])]);
  expect(unpacked.toString("latin1")).toBe("\x02\x01m\0\x02\0\0\x02\x01u\0\x02\x01\x01a\x011\0");
  const alike = Array.from({ length: 1_000 }, () => ({ message: "x".repeat(100), indexed: {} }));
  const packed = packTexts(alike);
  expect(packed.length).toBeGreaterThan((1_000 * 100) / 33);
  expect(unpackRows(module, [packed])).toHaveLength(2 + 1_000 * 101 + 3 * 1_002);
});

test("a module with a word that is no instruction, or with a name that is nothing, is not made", () => {
  const made = (body: string) =>
    assembleModule({
      pages: 1,
      globals: {},
      functions: [{ name: "one", parameters: ["a"], hasResult: true, locals: [], body }],
    });
  expect(made("local.get a ;; the argument")).toBeInstanceOf(Buffer);
  expect(() => made("local.got a")).toThrow("one: local.got is no instruction");
  expect(() => made("local.get b")).toThrow("one: there is no b");
});

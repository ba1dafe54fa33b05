// CBOR: the examples of RFC 8949, round trips against another implementation, and bytes that lie.
import { fc } from "@fast-check/vitest";
import { cbor } from "@smithy/core/cbor";
import { describe, expect, test } from "vitest";
import { compileCborDecoder } from "./cbor-decoder.ts";
import { compileCborEncoder } from "./cbor-encoder.ts";
import { CborReader, maxCborValues } from "./cbor-reader.ts";
import type { Member, Shape, StructureShape } from "./shapes.ts";

function member(name: string, shape: Shape, constraint?: Member["constraint"]): Member {
  return {
    name,
    shape,
    required: false,
    jsonName: name,
    xmlName: undefined,
    flattened: false,
    sensitive: false,
    idempotencyToken: false,
    http: undefined,
    timestampFormat: undefined,
    constraint,
  };
}

const text: Shape = { kind: "string" };
const number: Shape = { kind: "number" };
const listOf = (item: Shape): Shape => ({ kind: "list", item: member("member", item), sparse: false });
const mapOf = (value: Shape): Shape => ({
  kind: "map",
  key: member("key", text),
  value: member("value", value),
  sparse: false,
});

const node: StructureShape = {
  kind: "structure",
  name: "Node",
  streaming: false,
  members: [
    member("Text", text),
    member("Number", number),
    member("Double", number, { number: "double" }),
    member("Integer", number, { number: "integer" }),
    member("Flag", { kind: "boolean" }),
    member("Blob", { kind: "blob" }),
    member("At", { kind: "timestamp" }),
    member("Numbers", listOf(number)),
    member("Texts", mapOf(text)),
    {
      ...member("Children", text),
      get shape() {
        return listOf(node);
      },
    },
  ],
};

const decode = compileCborDecoder(node);
const encode = compileCborEncoder(node);
const hex = (digits: string) => Buffer.from(digits, "hex");
const present = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** The bytes of `{Name: item}`. */
const entry = (name: string, item: string) =>
  Buffer.concat([hex("a1"), Buffer.of(0x60 | name.length), Buffer.from(name), hex(item)]);

describe("the examples of RFC 8949, appendix A", () => {
  test.each([
    ["00", 0],
    ["17", 23],
    ["1818", 24],
    ["1903e8", 1000],
    ["1a000f4240", 1_000_000],
    ["1b000000e8d4a51000", 1_000_000_000_000],
    ["1bffffffffffffffff", 2 ** 64],
    ["c249010000000000000000", 2 ** 64],
    ["3bffffffffffffffff", -(2 ** 64)],
    ["c349010000000000000000", -(2 ** 64)],
    ["20", -1],
    ["3903e7", -1000],
    ["f90000", 0],
    ["f98000", -0],
    ["f93c00", 1],
    ["fb3ff199999999999a", 1.1],
    ["f97bff", 65_504],
    ["fa47c35000", 100_000],
    ["fa7f7fffff", 3.402_823_466_385_288_6e38],
    ["fb7e37e43c8800759c", 1e300],
    ["f90001", 5.960_464_477_539_063e-8],
    ["f90400", 0.000_061_035_156_25],
    ["f9c400", -4],
    ["f97c00", Infinity],
    ["f97e00", Number.NaN],
    ["f9fc00", -Infinity],
    ["fb7ff0000000000000", Infinity],
  ])("number %s", (bytes, value) => {
    expect(decode(entry("Number", bytes))["Number"]).toBe(value);
  });

  test.each([
    ["60", ""],
    ["6161", "a"],
    ["62225c", '"\\'],
    ["62c3bc", "ü"],
    ["64f0908591", "\u{10151}"],
    ["7f657374726561646d696e67ff", "streaming"],
    ["63efbfbd", "\ufffd"],
  ])("text %s", (bytes, value) => {
    expect(decode(entry("Text", bytes))["Text"]).toBe(value);
  });

  test.each([
    ["Blob", "5f42010243030405ff", Buffer.of(1, 2, 3, 4, 5)],
    ["Numbers", "9f010203ff", [1, 2, 3]],
    ["Numbers", "80", []],
    ["Texts", "bf6161614161626142ff", { a: "A", b: "B" }],
    ["At", "c11a514b67b0", new Date(1_363_896_240_000)],
    ["At", "c1fb41d452d9ec200000", new Date(1_363_896_240_500)],
    ["Text", "f6", undefined],
    ["Text", "f7", undefined],
    ["Flag", "f5", true],
    ["Flag", "f4", false],
  ])("%s %s", (name, bytes, value) => {
    expect(decode(entry(name, bytes))[name]).toEqual(value);
  });
});

/** The other implementation makes 0 of -0, and loses what is named __proto__. */
const double = fc.double().map((value) => (value === 0 ? 0 : value));
const key = fc.string().filter((name) => name !== "__proto__");

const leaf = {
  Text: fc.string({ unit: "grapheme", maxLength: 60 }),
  Number: fc.oneof(fc.maxSafeInteger(), double),
  Double: fc.oneof(fc.integer(), double),
  Integer: fc.integer(),
  Flag: fc.boolean(),
  Numbers: fc.array(fc.integer()),
  Texts: fc.dictionary(key, fc.string()),
};
const plain = fc.record(leaf, { requiredKeys: [] });
const nodes = fc.record(
  {
    ...leaf,
    Blob: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    At: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
    Children: fc.array(plain, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

describe("round trips", () => {
  test("give back what was written", () => {
    fc.assert(
      fc.property(nodes, (values) => {
        expect(decode(encode(values))).toEqual(values);
      }),
    );
  });

  test("give another implementation the same values", () => {
    fc.assert(
      fc.property(plain, (values) => {
        expect(cbor.deserialize(encode(values))).toEqual(values);
        expect(present(decode(cbor.serialize(values)))).toEqual(values);
      }),
    );
  });

  test("a whole double takes eight bytes, an integer its own", () => {
    expect(Buffer.from(encode({ Double: 6, Number: 6 })).toString("hex")).toBe(
      "a2664e756d6265720666446f75626c65fb4018000000000000",
    );
  });

  test("minus zero stays what it is", () => {
    expect(decode(encode({ Number: -0, Double: -0 }))).toMatchObject({ Number: -0, Double: -0 });
  });

  test("every key is its own, also __proto__", () => {
    const values = decode(encode({ Texts: JSON.parse('{"__proto__":"x"}') as unknown }));
    expect(Object.getOwnPropertyNames(values["Texts"])).toEqual(["__proto__"]);
  });

  test("members that the model has not are read past, whatever they hold", () => {
    const junk = "a161789f8201c1f90001bf6161f6ff5f4101ffff";
    expect(
      present(
        decode(
          Buffer.concat([hex("a264"), Buffer.from("Junk"), hex(junk), entry("Text", "6161").subarray(1)]),
        ),
      ),
    ).toEqual({ Text: "a" });
  });

  test("blobs do not keep the body alive", () => {
    const body = Buffer.concat([entry("Blob", "420102")]);
    const { Blob: blob } = decode(body);
    body.fill(0);
    expect(blob).toEqual(Buffer.of(1, 2));
  });
});

describe("refused with a SerializationException", () => {
  const deep = (levels: number) => "a1684368696c6472656e81".repeat(levels);

  test.each([
    ["nothing", ""],
    ["something else than a map", "80"],
    ["bytes after the end", "a000"],
    ["an end in a head", "b9"],
    ["an end in a text", "a16454657874646162"],
    ["more entries than bytes", "bb00000000ffffffff"],
    ["more items than bytes", "a1674e756d626572739b0000000100000000"],
    ["an indefinite count of the other kind", "a1675465787473bf9f"],
    ["a key that is no text", "a10102"],
    ["a text for a number", "a1664e756d6265726131"],
    ["a number for a text", "a1645465787401"],
    ["a list for a structure", "a1684368696c6472656e8180"],
    ["a fraction of nothing for an integer", "a167496e7465676572f97e00"],
    ["an integer that is too large", "a167496e74656765721b00000001ffffffff"],
    ["a timestamp without its tag", "a162417401"],
    ["a timestamp under another tag", "a1624174c201"],
    ["a timestamp out of range", "a1624174c1fb7e37e43c8800759c"],
    ["text that is not UTF-8", "a1645465787461ff"],
    ["text that is not UTF-8 in parts", "a164546578747f61c361bcffff"],
    ["chunks of another kind", "a164546578747f4161ff"],
    ["a reserved length", "a164546578747c"],
    ["a break out of place", "a16454657874ff"],
    ["an unknown member's break", "a16178ff"],
    ["too deep a structure", `${deep(65)}a0`],
    ["too deep an unknown member", `a16178${"81".repeat(100_000)}00`],
    ["too deep tags", `a16178${"c1".repeat(100_000)}00`],
  ])("%s", (_, bytes) => {
    expect(() => decode(hex(bytes))).toThrow(expect.objectContaining({ name: "SerializationException" }));
  });

  test("64 levels are not too deep for half as many structures and lists", () => {
    expect(() => decode(hex(`${deep(32)}a0`))).not.toThrow();
  });

  test("more values than memory should hold", () => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(maxCborValues + 1);
    const body = Buffer.concat([hex("a1684368696c6472656e9a"), count, Buffer.alloc(maxCborValues + 1, 0xa0)]);
    expect(() => decode(body)).toThrow(`more than ${maxCborValues} values`);
    const endless = Buffer.concat([hex("a1684368696c6472656e9f"), Buffer.alloc(maxCborValues + 1, 0xa0)]);
    expect(() => decode(endless)).toThrow(`more than ${maxCborValues} values`);
  });

  test("a count that claims more than there is takes no memory", () => {
    expect(() => new CborReader(hex("9affffffff")).listLength()).toThrow("larger than the request");
  });
});

// awsQuery: forms become inputs whatever the order of their fields, and outputs XML that parsers read back.
import { fc } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { maxFormFields, readForm } from "./form.ts";
import { compileQueryDecoder } from "./query-decoder.ts";
import type { Member, Shape, StructureShape } from "./shapes.ts";
import { compileXmlEncoder, escapeXml } from "./xml-writer.ts";

function member(name: string, shape: Shape, options: Partial<Member> = {}): Member {
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
    constraint: undefined,
    ...options,
  };
}

const text: Shape = { kind: "string" };
const listOf = (item: Member): Shape => ({ kind: "list", item, sparse: false });
const mapOf = (value: Shape, options: Partial<Member> = {}): Shape => ({
  kind: "map",
  key: member("key", text),
  value: member("value", value, options),
  sparse: false,
});

const node: StructureShape = {
  kind: "structure",
  name: "Node",
  streaming: false,
  members: [
    member("Text", text),
    member("Double", { kind: "number" }, { constraint: { number: "double" } }),
    member("Integer", { kind: "number" }, { constraint: { number: "integer" } }),
    member("Flag", { kind: "boolean" }),
    member("Blob", { kind: "blob" }),
    member("At", { kind: "timestamp" }),
    member("Texts", listOf(member("member", text))),
    member("Named", listOf(member("member", text, { xmlName: "Item" }))),
    member("Flat", listOf(member("member", text)), { flattened: true, xmlName: "FlatItem" }),
    member("Map", mapOf(text)),
    member("FlatMap", mapOf(text, { xmlName: "V" }), { flattened: true }),
    {
      ...member("Child", text),
      get shape() {
        return node;
      },
    },
    {
      ...member("Children", text),
      get shape() {
        return listOf({
          ...member("member", text),
          get shape() {
            return node;
          },
        });
      },
    },
  ],
};

const decodeForms = compileQueryDecoder(node);
const decode = (...forms: string[]) => present(decodeForms(forms.map((form) => Buffer.from(form))));

/** Without the members that are undefined, at any depth. */
function present(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(present);
  if (typeof value !== "object" || value === null || value.constructor !== Object) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, present(item)]));
}

describe("forms", () => {
  test.each([
    ["", {}],
    ["Action=X&Version=1&&Unknown.member.1=2", {}],
    ["Text=a+b%2Bc%C3%BC&Flag=true", { Text: "a b+cü", Flag: true }],
    ["Text=raw ü", { Text: "raw ü" }],
    ["Te%78t=a", { Text: "a" }],
    ["Text=a=b", { Text: "a=b" }],
    ["Text", { Text: "" }],
    ["Double=1.5e3&Integer=-7&Flag=False", { Double: 1500, Integer: -7, Flag: false }],
    ["Double=nan", { Double: Number.NaN }],
    ["Double=-Infinity", { Double: -Infinity }],
    ["Blob=AQI%3D", { Blob: Buffer.of(1, 2) }],
    ["At=2026-11-21T06:00:00.5Z", { At: new Date("2026-11-21T06:00:00.500Z") }],
    ["At=1795240800", { At: new Date(1_795_240_800_000) }],
    ["Texts.member.1=a&Texts.member.2=b", { Texts: ["a", "b"] }],
    ["Texts.member.20=b&Texts.member.3=a&Texts.member.20=c&Texts.member.21=d", { Texts: ["a", "c", "d"] }],
    ["Texts=", { Texts: [] }],
    ["Named.Item.1=a&Named.member.2=b", { Named: ["a", "b"] }],
    ["FlatItem.1=a&FlatItem.2=b", { Flat: ["a", "b"] }],
    [
      "Map.entry.2.value=B&Map.entry.1.key=a&Map.entry.1.value=A&Map.entry.2.key=b",
      { Map: { a: "A", b: "B" } },
    ],
    ["FlatMap.1.key=a&FlatMap.1.V=A", { FlatMap: { a: "A" } }],
    ["Child.Child.Text=a&Child.Text=b&Text=c", { Text: "c", Child: { Text: "b", Child: { Text: "a" } } }],
    ["Child=", { Child: {} }],
    [
      "Children.member.2.Text=b&Children.member.1.Texts.member.1=x&Children.member.2.Flag=true",
      { Children: [{ Texts: ["x"] }, { Text: "b", Flag: true }] },
    ],
  ])("%s", (form, values) => {
    expect(decode(form)).toEqual(values);
  });

  test("the fields of a URL and of a body are one form", () => {
    expect(decode("Text=a&Child.Text=b", "Child.Flag=true")).toEqual({
      Text: "a",
      Child: { Text: "b", Flag: true },
    });
  });

  test("a key named __proto__ is a key", () => {
    const values = decode("Map.entry.1.key=__proto__&Map.entry.1.value=x&__proto__.Text=y") as {
      Map: object;
    };
    expect(Object.getOwnPropertyNames(values)).toEqual(["Map"]);
    expect(Object.getOwnPropertyNames(values.Map)).toEqual(["__proto__"]);
  });

  test.each([
    "Text.member.1=x",
    "Text=%ff",
    "Text=%",
    "Text=\u{1F600}%zz",
    "Integer=1.5",
    "Integer=",
    "Integer=99999999999",
    "Double=0x10",
    "Double=one",
    `Double=${"1".repeat(1_000_000)}x`,
    "Flag=yes",
    "At=soon",
    "Blob=*",
    "Texts=x",
    "Child=x",
    "Texts.member.x=1",
    "Texts.member.-1=1",
    "Texts.member.1.5=1",
    "Texts.member=1",
    "Texts.1=1",
    "Texts.member.1.Text=1",
    "Children.member.1=x",
    "Map.entry.1.value=x",
    "Map.entry.1.other=x",
    "Map.entry.1.key.x=x",
    `${"Child.".repeat(5000)}Text=x`,
  ])("%.40s is refused", (form) => {
    expect(() => decode(form)).toThrow(expect.objectContaining({ name: "SerializationException" }));
  });

  test("bytes that are not UTF-8 are refused", () => {
    expect(() => decodeForms([Buffer.from([0x54, 0x3d, 0xff])])).toThrow("not UTF-8");
  });

  test("too many fields are refused", () => {
    const form = (fields: number) => Buffer.from("a&".repeat(fields));
    let visited = 0;
    readForm(form(maxFormFields), () => visited++);
    expect(visited).toBe(maxFormFields);
    expect(() => readForm(form(maxFormFields + 1), () => {})).toThrow("more than");
    expect(() => readForm(Buffer.from("&".repeat(maxFormFields + 1)), () => {})).toThrow("more than");
  });

  test("the order of fields does not matter", () => {
    const fields = [
      ["Text=a", "Child.Text=b", "Child.Child.Flag=true", "Texts.member.1=c", "Texts.member.2=d"],
      ["Children.member.1.Texts.member.1=e", "Children.member.1.Text=f", "Children.member.3.Text=g"],
      ["Map.entry.1.key=h", "Map.entry.1.value=i", "FlatItem.5=j", "FlatItem.6=k", "FlatItem.7=l"],
    ].flat();
    const expected = decode(fields.join("&"));
    fc.assert(
      fc.property(fc.shuffledSubarray(fields, { minLength: fields.length }), (shuffled) => {
        expect(decode(shuffled.join("&"))).toEqual(expected);
      }),
    );
  });

  test("any names and texts come back as URLSearchParams wrote them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: "grapheme", minLength: 1 }), fc.string({ unit: "grapheme" }))),
        (pairs) => {
          const visited: [string, string][] = [];
          readForm(Buffer.from(new URLSearchParams(pairs).toString()), (name, value) =>
            visited.push([name, value]),
          );
          expect(visited).toEqual(pairs);
        },
      ),
    );
  });
});

describe("XML", () => {
  const encode = compileXmlEncoder(node);

  test.each([
    [{ Text: "a<b&c" }, "<Text>a&lt;b&amp;c</Text>"],
    [{ Double: 6, Integer: 6 }, "<Double>6.0</Double><Integer>6</Integer>"],
    [{ Double: Number.NaN }, "<Double>NaN</Double>"],
    [{ Double: 1e21 }, "<Double>1e+21</Double>"],
    [{ Flag: false, Blob: Buffer.of(1, 2) }, "<Flag>false</Flag><Blob>AQI=</Blob>"],
    [{ At: new Date(1_795_240_800_500) }, "<At>2026-11-21T06:00:00.500Z</At>"],
    [{ At: new Date(1_795_240_800_000) }, "<At>2026-11-21T06:00:00Z</At>"],
    [{ Texts: ["a", "b"] }, "<Texts><member>a</member><member>b</member></Texts>"],
    [{ Texts: [] }, "<Texts></Texts>"],
    [{ Named: ["a"] }, "<Named><Item>a</Item></Named>"],
    [{ Flat: ["a", "b"] }, "<FlatItem>a</FlatItem><FlatItem>b</FlatItem>"],
    [{ Map: { a: "<" } }, "<Map><entry><key>a</key><value>&lt;</value></entry></Map>"],
    [{ FlatMap: { a: "A" } }, "<FlatMap><key>a</key><V>A</V></FlatMap>"],
    [{ Child: { Child: { Text: "x" } } }, "<Child><Child><Text>x</Text></Child></Child>"],
    [{ Text: undefined, Child: {} }, "<Child></Child>"],
  ])("%j", (values, xml) => {
    expect(encode(values)).toBe(xml);
  });

  test.each([
    ["plain\ttext ü\u{1F600}", "plain\ttext ü\u{1F600}"],
    ["a\r\nb\u0085\u2028", "a&#xD;&#xA;b&#x85;&#x2028;"],
    ["\0\u001b\ud800\uffff", "\ufffd\ufffd\ufffd\ufffd"],
    [`<>&"'`, "&lt;&gt;&amp;&quot;&apos;"],
  ])("escapes %j", (plain, escaped) => {
    expect(escapeXml(plain)).toBe(escaped);
  });
});

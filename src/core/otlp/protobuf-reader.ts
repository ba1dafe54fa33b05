// Reads protocol buffers by tables of fields into the values that the JSON form of OTLP has.

/**
 * How a field is written and what it becomes: 64-bit numbers are text, identifiers hexadecimal and other
 * bytes base64, as OTLP's JSON has them.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export type FieldKind =
  | "string"
  | "bool"
  | "double"
  | "int64"
  | "uint32"
  | "fixed32"
  | "fixed64"
  | "sfixed64"
  | "bytes"
  | "identifier";

export interface Field {
  readonly name: string;
  /** A kind, or the message inside; a function where messages contain themselves. */
  readonly type: FieldKind | Message | (() => Message);
  readonly repeated?: boolean;
}

/** By field number. */
export type Message = ReadonlyMap<number, Field>;

export class ProtobufError extends Error {
  override readonly name = "ProtobufError";
}

/** Messages inside each other beyond this are refused: they would exhaust the stack. */
const maximumDepth = 100;

/**
 * Fields that the table does not have are passed over, so that newer senders are understood.
 * @throws ProtobufError
 */
export function readProtobuf(bytes: Uint8Array, message: Message): Readonly<Record<string, unknown>> {
  return readMessage(bytes, message, 0);
}

function readMessage(bytes: Uint8Array, message: Message, depth: number): Record<string, unknown> {
  if (depth > maximumDepth) throw new ProtobufError("messages are nested too deeply");
  const reader = createReader(bytes);
  const values: Record<string, unknown> = {};
  while (reader.hasMore()) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    const field = message.get(tag >>> 3);
    if (field === undefined) {
      reader.skip(wireType);
      continue;
    }
    if (field.repeated !== true) {
      values[field.name] = readField(reader, field, wireType, depth);
      continue;
    }
    const before = values[field.name];
    const list: unknown[] = Array.isArray(before) ? before : (values[field.name] = []);
    if (isPacked(field, wireType)) readPacked(reader, field, depth, list);
    else list.push(readField(reader, field, wireType, depth));
  }
  return values;
}

type Reader = ReturnType<typeof createReader>;

/** Repeated numbers come in one piece, as a rule: https://protobuf.dev/programming-guides/encoding/#packed */
const isPacked = ({ type }: Field, wireType: number): boolean =>
  wireType === 2 && typeof type === "string" && wireTypes[type] !== 2;

function readPacked(reader: Reader, field: Field, depth: number, list: unknown[]): void {
  const inner = createReader(reader.bytes());
  const wireType = typeof field.type === "string" ? wireTypes[field.type] : 2;
  while (inner.hasMore()) list.push(readField(inner, field, wireType, depth));
}

function readField(reader: Reader, { name, type }: Field, wireType: number, depth: number): unknown {
  const inner = typeof type === "function" ? type() : type;
  const kind = typeof inner === "string" ? inner : "bytes";
  if (wireTypes[kind] !== wireType) throw new ProtobufError(`${name} is not of the type that it should be`);
  return typeof inner === "string" ? scalars[inner](reader) : readMessage(reader.bytes(), inner, depth + 1);
}

const wireTypes: Readonly<Record<FieldKind, number>> = {
  bool: 0,
  int64: 0,
  uint32: 0,
  double: 1,
  fixed64: 1,
  sfixed64: 1,
  string: 2,
  bytes: 2,
  identifier: 2,
  fixed32: 5,
};

const scalars: Readonly<Record<FieldKind, (reader: Reader) => unknown>> = {
  bool: (reader) => reader.varint() !== 0n,
  int64: (reader) => String(BigInt.asIntN(64, reader.varint())),
  uint32: (reader) => reader.uint32(),
  double: (reader) => reader.view(8).getFloat64(0, true),
  fixed64: (reader) => String(reader.view(8).getBigUint64(0, true)),
  sfixed64: (reader) => String(reader.view(8).getBigInt64(0, true)),
  fixed32: (reader) => reader.view(4).getUint32(0, true),
  string: (reader) => textOf(reader.bytes()),
  bytes: (reader) => base64Of(reader.bytes()),
  identifier: (reader) => [...reader.bytes()].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
};

function createReader(bytes: Uint8Array) {
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new ProtobufError("the message ends too early");
    at += length;
    return bytes.subarray(at - length, at);
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = take(1)[0] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtobufError("a number is too long");
  };
  /** Tags and lengths: as a rule one byte, so without a bigint. */
  const uint32 = (): number => {
    const first = bytes[at] ?? 0x80;
    if (first >= 0x80) return Number(BigInt.asUintN(32, varint()));
    at += 1;
    return first;
  };
  const view = (length: number): DataView => {
    const taken = take(length);
    return new DataView(taken.buffer, taken.byteOffset, length);
  };
  return {
    hasMore: () => at < bytes.length,
    varint,
    uint32,
    view,
    bytes: () => take(uint32()),
    skip(wireType: number): void {
      if (wireType === 0) varint();
      else if (wireType === 1) take(8);
      else if (wireType === 2) take(uint32());
      else if (wireType === 5) take(4);
      else throw new ProtobufError(`there is no wire type ${wireType}`);
    },
  };
}

/** UTF-8; the core has no `TextDecoder`, and what is malformed becomes U+FFFD. */
function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    const point = length === 1 ? first : codePoint(bytes, at, length);
    text += point === undefined ? "\ufffd" : String.fromCodePoint(point);
    at += point === undefined ? 1 : length;
  }
  return text;
}

const firstOfLength: readonly number[] = [0, 0, 0x80, 0x800, 0x10000];

function codePoint(bytes: Uint8Array, at: number, length: number): number | undefined {
  if (length === 0 || at + length > bytes.length) return undefined;
  let point = (bytes[at] ?? 0) & (0xff >> (length + 1));
  for (const byte of bytes.subarray(at + 1, at + length)) {
    if ((byte & 0xc0) !== 0x80) return undefined;
    point = point * 64 + (byte & 0x3f);
  }
  const isSurrogate = point >= 0xd800 && point < 0xe000;
  return point < (firstOfLength[length] ?? 0) || point > 0x10ffff || isSurrogate ? undefined : point;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [one = 0, two = 0, three = 0] = bytes.subarray(at, at + 3);
    const sextets = [one >> 2, ((one & 3) << 4) | (two >> 4), ((two & 15) << 2) | (three >> 6), three & 63];
    const known = Math.min(3, bytes.length - at) + 1;
    text += sextets.map((sextet, index) => (index < known ? alphabet.charAt(sextet) : "=")).join("");
  }
  return text;
}

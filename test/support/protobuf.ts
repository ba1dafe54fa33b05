// Reads messages of Protocol Buffers without their schema, so that a test can look at what was sent.

/** A field's values by its number: numbers, doubles and bytes, as the wire type says. */
export type Message = ReadonlyMap<number, readonly (Uint8Array | bigint)[]>;

export function readMessage(bytes: Uint8Array): Message {
  const fields = new Map<number, (Uint8Array | bigint)[]>();
  const reader = new Reader(bytes);
  while (!reader.isAtEnd) {
    const key = Number(reader.varint());
    const [field, wireType] = [Math.floor(key / 8), key % 8];
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    if (wireType === 0) values.push(reader.varint());
    else if (wireType === 1) values.push(reader.fixed64());
    else if (wireType === 2) values.push(reader.bytes(Number(reader.varint())));
    else throw new Error(`wire type ${wireType}`);
  }
  return fields;
}

/** The messages that stand one after the other, each behind its length. */
export function readDelimited(bytes: Uint8Array): readonly Message[] {
  const reader = new Reader(bytes);
  const messages: Message[] = [];
  while (!reader.isAtEnd) messages.push(readMessage(reader.bytes(Number(reader.varint()))));
  return messages;
}

export const inner = (message: Message, field: number): readonly Message[] =>
  (message.get(field) ?? []).map((value) => readMessage(value as Uint8Array));

export const textOf = (message: Message, field: number): string =>
  Buffer.from((message.get(field) ?? [])[0] as Uint8Array).toString();

export const integerOf = (message: Message, field: number): bigint => (message.get(field) ?? [])[0] as bigint;

export function doubleOf(message: Message, field: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, integerOf(message, field));
  return view.getFloat64(0);
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bytes(1)[0]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  fixed64(): bigint {
    return Buffer.from(this.bytes(8)).readBigUInt64LE();
  }

  bytes(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new Error("the message ends too early");
    return this.#bytes.subarray(this.#at, (this.#at += length));
  }
}

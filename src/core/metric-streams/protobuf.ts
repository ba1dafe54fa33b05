// Writes messages of Protocol Buffers: fields one after the other, each with its number and its wire type.
// https://protobuf.dev/programming-guides/encoding/

export class ProtobufWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  string(field: number, value: string): this {
    return this.#delimited(field, utf8(value));
  }

  /** A message inside this one. */
  message(field: number, write: (writer: ProtobufWriter) => unknown): this {
    const inner = new ProtobufWriter();
    write(inner);
    return this.#delimited(field, inner.bytes);
  }

  double(field: number, value: number): this {
    this.#key(field, 1);
    const view = this.#grow(8);
    view.setFloat64(0, value, true);
    return this;
  }

  fixed64(field: number, value: bigint): this {
    this.#key(field, 1);
    const view = this.#grow(8);
    view.setBigUint64(0, BigInt.asUintN(64, value), true);
    return this;
  }

  /** Bytes behind their length, without a field: how messages stand one after the other in a stream. */
  lengthDelimited(bytes: Uint8Array): this {
    this.#varint(bytes.length);
    const at = this.#length;
    this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  #delimited(field: number, bytes: Uint8Array): this {
    this.#key(field, 2);
    return this.lengthDelimited(bytes);
  }

  #key(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#grow(1).setUint8(0, (rest % 0x80) + 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#grow(1).setUint8(0, rest);
  }

  /** Room for more bytes, and a view of it. */
  #grow(count: number): DataView {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, count);
  }
}

/** A text in UTF-8; half a surrogate pair becomes the replacement character. */
export function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const point = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
    else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
  }
  return Uint8Array.from(bytes);
}

const tail = (bits: number) => 0x80 | (bits & 0x3f);

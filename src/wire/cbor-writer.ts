// Writes CBOR (RFC 8949) into a buffer that grows.

const initialBytes = 1024;

/** Strings up to this length are written byte by byte, which is faster than a call into Node. */
const maxShortText = 40;

/** The bytes that the longest head of an item takes. */
const maxHeadBytes = 9;

export class CborWriter {
  #bytes = Buffer.allocUnsafe(initialBytes);
  #view = viewOf(this.#bytes);
  #position = 0;

  /** What was written so far. The writer must not be used again. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#position);
  }

  null(): void {
    this.#byte(0xf6);
  }

  boolean(value: boolean): void {
    this.#byte(value ? 0xf5 : 0xf4);
  }

  listHead(count: number): void {
    this.#head(0x80, count);
  }

  mapHead(count: number): void {
    this.#head(0xa0, count);
  }

  /** Whole numbers that a double holds exactly are written as integers, all others as doubles. */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.double(value);
    else if (value >= 0) this.#head(0x00, value);
    else this.#head(0x20, -1 - value);
  }

  double(value: number): void {
    this.#reserve(maxHeadBytes);
    this.#bytes[this.#position] = 0xfb;
    this.#view.setFloat64(this.#position + 1, value);
    this.#position += 9;
  }

  /** Seconds since the epoch under tag 1. */
  timestamp(value: Date): void {
    this.#byte(0xc1);
    this.number(value.getTime() / 1000);
  }

  blob(value: Uint8Array): void {
    this.#head(0x40, value.length);
    this.raw(value);
  }

  text(value: string): void {
    if (value.length <= maxShortText && this.#shortAscii(value)) return;
    const length = Buffer.byteLength(value);
    this.#head(0x60, length);
    this.#reserve(length);
    this.#bytes.write(value, this.#position, length, "utf8");
    this.#position += length;
  }

  /** Bytes that are CBOR already. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  #shortAscii(value: string): boolean {
    const { length } = value;
    this.#reserve(maxHeadBytes + length); // the head must find room too, or what is behind it would be lost
    const bytes = this.#bytes;
    const start = this.#position + (length < 24 ? 1 : 2);
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[start + index] = code;
    }
    this.#head(0x60, length);
    this.#position += length;
    return true;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#position++] = value;
  }

  #head(major: number, argument: number): void {
    this.#reserve(maxHeadBytes);
    const bytes = this.#bytes;
    if (argument < 24) {
      bytes[this.#position++] = major | argument;
    } else if (argument < 0x100) {
      bytes[this.#position++] = major | 24;
      bytes[this.#position++] = argument;
    } else if (argument < 0x1_0000) {
      bytes[this.#position] = major | 25;
      this.#view.setUint16(this.#position + 1, argument);
      this.#position += 3;
    } else if (argument < 0x1_0000_0000) {
      bytes[this.#position] = major | 26;
      this.#view.setUint32(this.#position + 1, argument);
      this.#position += 5;
    } else {
      bytes[this.#position] = major | 27;
      this.#view.setUint32(this.#position + 1, Math.floor(argument / 2 ** 32));
      this.#view.setUint32(this.#position + 5, argument % 2 ** 32);
      this.#position += 9;
    }
  }

  #reserve(count: number): void {
    const needed = this.#position + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#position));
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A string as a CBOR item. */
export function encodedText(text: string): Uint8Array {
  const writer = new CborWriter();
  writer.text(text);
  return writer.finish();
}

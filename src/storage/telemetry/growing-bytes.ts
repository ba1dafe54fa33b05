// A buffer that grows, with the two things a block is written in: varints and texts with their length.

/** Buffers that a large batch has grown beyond this are given back after it. */
export const keptBytes = 4 * 1024 * 1024;

/**
 * Bytes that grow; short ASCII texts are copied by hand, because a call into the runtime costs more than they
 * do.
 */
export class GrowingBytes {
  length = 0;
  #bytes: Buffer;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  view(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
    if (this.#bytes.length > keptBytes) this.#bytes = Buffer.allocUnsafeSlow(4096);
  }

  varint(value: number): void {
    this.#reserve(5);
    this.length = putVarint(this.#bytes, this.length, value);
  }

  blob(blob: Uint8Array): void {
    this.#reserve(blob.length + 5);
    const start = putVarint(this.#bytes, this.length, blob.length);
    this.#bytes.set(blob, start);
    this.length = start + blob.length;
  }

  /** What another one has been given, as it is. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** @returns where the text begins, behind its length. */
  text(text: string): number {
    const units = text.length;
    this.#reserve(units * 3 + 5);
    const bytes = this.#bytes;
    if (units < 48 && this.#shortAscii(text)) return this.length - units;
    const widest = varintWidth(units * 3);
    const start = this.length + widest;
    const written = bytes.write(text, start);
    const width = varintWidth(written);
    if (width !== widest) bytes.copyWithin(this.length + width, start, start + written);
    const begins = putVarint(bytes, this.length, written);
    this.length = begins + written;
    return begins;
  }

  #shortAscii(text: string): boolean {
    const bytes = this.#bytes;
    const start = this.length + 1;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) return false;
      bytes[start + index] = unit;
    }
    bytes[this.length] = text.length;
    this.length = start + text.length;
    return true;
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.length);
    this.#bytes = grown;
  }
}

function varintWidth(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}

function putVarint(bytes: Buffer, position: number, value: number): number {
  let rest = value;
  let at = position;
  while (rest >= 0x80) {
    bytes[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[at++] = rest;
  return at;
}

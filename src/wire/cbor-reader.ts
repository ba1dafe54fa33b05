// Reads CBOR (RFC 8949) from a request: never trusts a length, a count or a depth that the bytes claim.
import { isUtf8 } from "node:buffer";
import { serializationError } from "./errors.ts";

/** The nesting at which a request is refused. */
export const maxCborDepth = 64;

/**
 * The most list items, map entries and structure members of one request: empty structures take a byte on the
 * wire and a hundred in memory. The largest PutMetricData that is allowed has 370,000.
 */
export const maxCborValues = 1_000_000;

/** Stands for the count of a list, map or string whose end a break code marks. */
export const indefinite = -1;

const breakCode = 0xff;

/** The major types: the upper three bits of an item's first byte. */
const unsigned = 0;
const negative = 1;
const byteString = 2;
const textString = 3;
const array = 4;
const map = 5;
const tag = 6;

const epochTag = 1;
const positiveBignumTag = 2;
const negativeBignumTag = 3;

const maxDateMs = 8.64e15;

/**
 * A cursor over one CBOR item and what it holds. Each method reads one thing, or throws the
 * `SerializationException` with which AWS answers what it cannot read.
 */
export class CborReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #position = 0;
  #valuesLeft = maxCborValues;

  constructor(body: Uint8Array) {
    this.#bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  }

  expectEnd(): void {
    if (this.#position !== this.#bytes.length) throw malformed("bytes after the end of the request");
  }

  /** Consumes a null or undefined if one is next. */
  takeNull(): boolean {
    const byte = this.#bytes[this.#position];
    if (byte !== 0xf6 && byte !== 0xf7) return false;
    this.#position++;
    return true;
  }

  /** Consumes the end of an indefinite list or map if it is next. */
  takeBreak(): boolean {
    if (this.#bytes[this.#position] !== breakCode) return false;
    this.#position++;
    return true;
  }

  /** Consumes these very bytes if they are next. */
  take(expected: Uint8Array): boolean {
    const bytes = this.#bytes;
    const start = this.#position;
    for (let index = 0; index < expected.length; index++) {
      if (bytes[start + index] !== expected[index]) return false;
    }
    this.#position = start + expected.length;
    return true;
  }

  /** The number of items of the list that begins here, or `indefinite`. */
  listLength(): number {
    return this.#collection(array, 1, "a list");
  }

  /** The number of entries of the map that begins here, or `indefinite`. */
  mapSize(): number {
    return this.#collection(map, 2, "a structure or map");
  }

  /** To be called for each item of an indefinite list or map; definite ones are counted at their head. */
  countValue(): void {
    if (--this.#valuesLeft < 0) throw malformed(`more than ${maxCborValues} values`);
  }

  boolean(): boolean {
    const byte = this.#byte();
    if (byte === 0xf4) return false;
    if (byte === 0xf5) return true;
    throw unexpected("a boolean");
  }

  text(): string {
    const first = this.#byte();
    if (first >> 5 !== textString) throw unexpected("a string");
    const length = this.#argument(first & 0x1f);
    if (length === indefinite) return this.#utf8(this.#chunks(textString));
    const start = this.#advance(length);
    const text = this.#bytes.toString("utf8", start, this.#position);
    // A replacement character may be the client's own; only then is it worth to look.
    if (text.includes("\ufffd")) return this.#utf8(this.#bytes.subarray(start, this.#position));
    return text;
  }

  /** A copy, so that a few bytes which are kept do not keep the whole body. */
  blob(): Uint8Array {
    const first = this.#byte();
    if (first >> 5 !== byteString) throw unexpected("a blob");
    const length = this.#argument(first & 0x1f);
    if (length === indefinite) return this.#chunks(byteString);
    return Buffer.from(this.#bytes.subarray(this.#advance(length), this.#position));
  }

  /** Integers beyond 2^53 lose their last digits. */
  number(): number {
    const first = this.#byte();
    switch (first >> 5) {
      case unsigned:
        return this.#definite(first);
      case negative:
        return -1 - this.#definite(first);
      case tag:
        return this.#bignum(this.#definite(first));
      default:
        return this.#float(first);
    }
  }

  /** Seconds since the epoch under tag 1: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
  timestamp(): Date {
    const first = this.#byte();
    if (first >> 5 !== tag || this.#definite(first) !== epochTag) throw unexpected("a timestamp");
    const ms = Math.round(this.number() * 1000);
    if (!(Math.abs(ms) <= maxDateMs)) throw malformed("a timestamp out of range");
    return new Date(ms);
  }

  /** Reads past an item of any kind. */
  skip(depth: number): void {
    if (depth > maxCborDepth) throw tooDeep();
    const first = this.#byte();
    const major = first >> 5;
    switch (major) {
      case byteString:
      case textString: {
        const length = this.#argument(first & 0x1f);
        if (length === indefinite) this.#chunks(major);
        else this.#advance(length);
        return;
      }
      case array:
      case map:
        this.#position--;
        this.#skipItems(major === array ? this.listLength() : 2 * this.mapSize(), depth);
        return;
      case tag:
        this.#definite(first);
        this.skip(depth + 1);
        return;
      default:
        this.#skipSimple(first);
    }
  }

  /** The count of an indefinite map, doubled, is negative as well. */
  #skipItems(count: number, depth: number): void {
    if (count >= 0) {
      for (let index = 0; index < count; index++) this.skip(depth + 1);
      return;
    }
    while (!this.takeBreak()) {
      this.countValue();
      this.skip(depth + 1);
    }
  }

  #skipSimple(first: number): void {
    const info = first & 0x1f;
    if (first >> 5 === 7 && info === 31) throw malformed("a break outside of anything");
    this.#argument(info);
  }

  #collection(major: number, bytesPerItem: number, wanted: string): number {
    const first = this.#byte();
    if (first >> 5 !== major) throw unexpected(wanted);
    const count = this.#argument(first & 0x1f);
    if (count * bytesPerItem > this.#bytes.length - this.#position) {
      throw malformed("a count that is larger than the request");
    }
    if (count > 0) {
      this.#valuesLeft -= count;
      if (this.#valuesLeft < 0) throw malformed(`more than ${maxCborValues} values`);
    }
    return count;
  }

  #float(first: number): number {
    switch (first) {
      case 0xf9:
        return halfFloat(this.#view.getUint16(this.#advance(2)));
      case 0xfa:
        return this.#view.getFloat32(this.#advance(4));
      case 0xfb:
        return this.#view.getFloat64(this.#advance(8));
      default:
        throw unexpected("a number");
    }
  }

  #bignum(kind: number): number {
    if (kind !== positiveBignumTag && kind !== negativeBignumTag) throw unexpected("a number");
    let magnitude = 0;
    // Beyond 128 bytes a double is infinite, so the loop may as well go on.
    for (const byte of this.blob()) magnitude = magnitude * 256 + byte;
    return kind === positiveBignumTag ? magnitude : -1 - magnitude;
  }

  #utf8(bytes: Buffer): string {
    if (!isUtf8(bytes)) throw malformed("a string that is not UTF-8");
    return bytes.toString("utf8");
  }

  /** The chunks of an indefinite string are definite strings of the same kind. */
  #chunks(major: number): Buffer {
    const chunks: Buffer[] = [];
    while (!this.takeBreak()) {
      this.countValue();
      const first = this.#byte();
      if (first >> 5 !== major) throw malformed("a string whose parts differ in kind");
      const start = this.#advance(this.#definite(first));
      chunks.push(this.#bytes.subarray(start, this.#position));
    }
    return Buffer.concat(chunks);
  }

  #definite(first: number): number {
    const argument = this.#argument(first & 0x1f);
    if (argument === indefinite) throw malformed("an indefinite length where there can be none");
    return argument;
  }

  /** What the lower five bits of an item's first byte, or the one to eight bytes after it, say. */
  #argument(info: number): number {
    if (info < 24) return info;
    switch (info) {
      case 24:
        return this.#byte();
      case 25:
        return this.#view.getUint16(this.#advance(2));
      case 26:
        return this.#view.getUint32(this.#advance(4));
      case 27: {
        const start = this.#advance(8);
        return this.#view.getUint32(start) * 2 ** 32 + this.#view.getUint32(start + 4);
      }
      case 31:
        return indefinite;
      default:
        throw malformed("a reserved length");
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) throw malformed("an end before the end");
    this.#position++;
    return byte;
  }

  /** Moves past `length` bytes and returns where they begin. */
  #advance(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) throw malformed("an end before the end");
    this.#position = start + length;
    return start;
  }
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

function malformed(found: string): Error {
  return serializationError(`The request is not valid CBOR: it has ${found}.`);
}

function unexpected(wanted: string): Error {
  return serializationError(`The request has something else where ${wanted} is expected.`);
}

export function tooDeep(): Error {
  return serializationError("The request is nested too deeply.");
}

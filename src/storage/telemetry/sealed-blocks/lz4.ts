// Packs bytes as an LZ4 block, the format that is fastest to unpack: literals, and copies of what was before.

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md: where the format asks for literals. */
const endLiterals = 5;
const lastMatchBefore = 12;
const leastMatch = 4;
/** Shorter copies save a byte or two, and take longer to unpack than the bytes themselves. */
const worthwhile = 8;
const farthest = 65_535;

const hashBits = 15;
/** Where the bytes of a hash were seen last, raised by `base`; what is below it is not of this text. */
const heads = new Int32Array(2 ** hashBits);
/** Where those of the same hash were seen before that. */
const before = new Int32Array(farthest + 1);
/** How many earlier places are compared for the longest copy. */
const attempts = 4;

/** The bytes that a block of so many bytes may need at most. */
const mostPacked = (bytes: number) => bytes + Math.ceil(bytes / 255) + 16;

/** A position of this text is told from those of texts before it by what all its own are raised by. */
let base = 1;

export function packLz4(text: Uint8Array): Buffer {
  if (base + text.length > 2 ** 31 - 1) {
    heads.fill(0);
    base = 1;
  }
  const packed = new Packed(text);
  const lastMatchAt = text.length - lastMatchBefore;
  let missed = 0;
  for (let at = 0; at < lastMatchAt;) {
    const copy = longestCopy(text, at);
    if (copy.length < worthwhile) {
      at += 1 + (missed++ >> 6); // what has had no copies for long is not looked at byte by byte
      continue;
    }
    missed = 0;
    packed.addCopy(at, copy.from, copy.length);
    const end = Math.min(at + copy.length, lastMatchAt);
    for (at += 1; at < end; at += 1) note(text, at);
    at = packed.end;
  }
  base += text.length;
  return packed.finish();
}

const found = { from: 0, length: 0 };

function longestCopy(text: Uint8Array, at: number): Readonly<typeof found> {
  const limit = text.length - endLiterals;
  let candidate = note(text, at);
  found.length = 0;
  for (let attempt = 0; attempt < attempts && candidate >= base; attempt++) {
    const from = candidate - base;
    if (at - from > farthest) break;
    // A longer one has the byte behind the longest so far.
    if (text[from + found.length] === text[at + found.length]) {
      let length = 0;
      while (at + length < limit && text[from + length] === text[at + length]) length += 1;
      if (length > found.length) {
        found.from = from;
        found.length = length;
      }
    }
    const next = before[candidate & farthest] ?? 0;
    if (next >= candidate) break;
    candidate = next;
  }
  return found;
}

/** Where the hash of the bytes at a position was seen last, raised by `base`; from now on, here. */
function note(text: Uint8Array, at: number): number {
  const bytes =
    (text[at] ?? 0) | ((text[at + 1] ?? 0) << 8) | ((text[at + 2] ?? 0) << 16) | ((text[at + 3] ?? 0) << 24);
  const hash = Math.imul(bytes, 0x9e37_79b1) >>> (32 - hashBits);
  const last = heads[hash] ?? 0;
  heads[hash] = at + base;
  before[(at + base) & farthest] = last;
  return last;
}

class Packed {
  readonly #text: Uint8Array;
  readonly #bytes: Buffer;
  #size = 0;
  /** Up to where the text is packed. */
  end = 0;

  constructor(text: Uint8Array) {
    this.#text = text;
    this.#bytes = Buffer.allocUnsafe(mostPacked(text.length));
  }

  addCopy(at: number, from: number, length: number): void {
    const long = length - leastMatch;
    this.#addLiterals(at, Math.min(long, 15));
    const distance = at - from;
    this.#bytes[this.#size++] = distance & 255;
    this.#bytes[this.#size++] = distance >> 8;
    if (long >= 15) this.#addLength(long - 15);
    this.end = at + length;
  }

  finish(): Buffer {
    this.#addLiterals(this.#text.length, 0);
    return this.#bytes.subarray(0, this.#size);
  }

  #addLiterals(to: number, copyToken: number): void {
    const length = to - this.end;
    this.#bytes[this.#size++] = (Math.min(length, 15) << 4) | copyToken;
    if (length >= 15) this.#addLength(length - 15);
    if (length < 32) {
      for (let at = this.end; at < to; at++) this.#bytes[this.#size++] = this.#text[at] ?? 0;
    } else {
      this.#bytes.set(this.#text.subarray(this.end, to), this.#size);
      this.#size += length;
    }
  }

  #addLength(length: number): void {
    let left = length;
    for (; left >= 255; left -= 255) this.#bytes[this.#size++] = 255;
    this.#bytes[this.#size++] = left;
  }
}

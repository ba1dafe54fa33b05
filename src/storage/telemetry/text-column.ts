// Texts that are encoded once: for the store, and for whoever follows what is stored.
import { GrowingBytes } from "./growing-bytes.ts";

/**
 * Texts as a block has them, outside the heap: appending them is one copy, and while thousands wait to be
 * read the garbage collector has nothing to do with them.
 */
export class TextColumn {
  /** Each text in UTF-8, behind its length as a varint. */
  readonly bytes: Buffer;
  /** Where each text begins, behind its length. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  #view: DataView | undefined;

  constructor(bytes: Buffer, starts: Uint32Array, ends: Uint32Array) {
    this.bytes = bytes;
    this.starts = starts;
    this.ends = ends;
  }

  get length(): number {
    return this.ends.length;
  }

  /** The same bytes, for who looks at several at a time. */
  get view(): DataView {
    const { buffer, byteOffset, byteLength } = this.bytes;
    return (this.#view ??= new DataView(buffer, byteOffset, byteLength));
  }

  /** @returns "" for a place where no text is. */
  text(index: number): string {
    return this.bytes.toString("utf8", this.starts[index] ?? 0, this.ends[index] ?? 0);
  }
}

/** What the texts of a column are put together in before it gets a buffer of its own. */
const scratch = new GrowingBytes(64 * 1024);

export function encodeTexts(texts: readonly string[]): TextColumn {
  const starts = new Uint32Array(texts.length);
  const ends = new Uint32Array(texts.length);
  scratch.clear();
  for (let index = 0; index < texts.length; index++) {
    starts[index] = scratch.text(texts[index] ?? "");
    ends[index] = scratch.length;
  }
  const bytes = Buffer.allocUnsafeSlow(scratch.length);
  scratch.view().copy(bytes);
  return new TextColumn(bytes, starts, ends);
}

let latestEmpty = new TextColumn(Buffer.alloc(0), new Uint32Array(), new Uint32Array());

/** So many texts with nothing in them. */
export function emptyTexts(count: number): TextColumn {
  if (latestEmpty.length !== count) {
    const places = new Uint32Array(count).map((_, index) => index + 1);
    latestEmpty = new TextColumn(Buffer.alloc(count), places, places);
  }
  return latestEmpty;
}

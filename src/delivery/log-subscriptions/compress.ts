// Packs payloads as gzip.
import { constants, crc32, createDeflateRaw, type DeflateRaw } from "node:zlib";

/**
 * The fastest level: the usual one takes two and a half times as long and makes a tenth less of it. Behind
 * each piece the output ends at a byte and nothing later refers to what was before.
 */
const compression = {
  level: constants.Z_BEST_SPEED,
  flush: constants.Z_FULL_FLUSH,
  /** Few payloads make more: each piece of output comes back through the event loop. */
  chunkSize: 256 * 1024,
};

/** https://datatracker.ietf.org/doc/html/rfc1952#section-2.3: deflated, no time, the fastest way, from Unix. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3]);
/** An empty last block. */
const lastBlock = Buffer.from([0x03, 0x00]);

/** Half of the threads that there are for it: files are written by the others, and callers wait for these. */
const compressorsAtMost = 2;

/**
 * Deflates one payload after the other with the same memory: what zlib's own gzip takes and drops for every
 * payload, half a megabyte outside the heap, has the garbage collector run all the time.
 */
class Compressor {
  readonly #stream: DeflateRaw = createDeflateRaw(compression);
  #output: Buffer[] = [];

  constructor() {
    this.#stream.on("data", (chunk: Buffer) => this.#output.push(chunk));
    // The write that fails says so.
    this.#stream.on("error", () => undefined);
  }

  /** One at a time. */
  compress(bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#stream.write(bytes, (error) => {
        const trailer = Buffer.alloc(8);
        trailer.writeUInt32LE(crc32(bytes), 0);
        trailer.writeUInt32LE(bytes.length, 4);
        const member = [header, ...this.#output, lastBlock, trailer];
        this.#output = [];
        if (error) reject(error);
        else resolve(Buffer.concat(member));
      });
    });
  }
}

const idle: Compressor[] = [];
const waiting: ((compressor: Compressor) => void)[] = [];
let made = 0;

/** @returns one gzip member. */
export async function gzipped(bytes: Buffer): Promise<Buffer> {
  let compressor = await take();
  try {
    return await compressor.compress(bytes);
  } catch (error) {
    compressor = new Compressor();
    throw error;
  } finally {
    const next = waiting.shift();
    if (next === undefined) idle.push(compressor);
    else next(compressor);
  }
}

function take(): Compressor | Promise<Compressor> {
  const found = idle.pop();
  if (found !== undefined) return found;
  if (made < compressorsAtMost) {
    made += 1;
    return new Compressor();
  }
  return new Promise((resolve) => {
    waiting.push(resolve);
  });
}

// Packs payloads as gzip in a thread of its own, which is there while payloads are sent.
import { Worker } from "node:worker_threads";
import { compiledFile } from "../../storage/compiled-file.ts";

interface Waiting {
  readonly resolve: (packed: Buffer) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * The threads that Node.js compresses with are those that write files, so that callers would wait for
 * payloads; and each payload would wait for a turn of the event loop before the next is begun. What zlib
 * takes and drops for each, half a megabyte, is no matter to the collector of a thread that has nothing else.
 * A thread that ends, for whatever reason, is started again.
 */
export class Compressor {
  readonly #thread: string | URL;
  readonly #idleMs: number;
  /** Answered in their order. */
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param idleMs the thread ends, and gives its memory back, when it was idle for so long. */
  constructor(thread: string | URL, idleMs: number) {
    this.#thread = thread;
    this.#idleMs = idleMs;
  }

  compress(bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      clearTimeout(this.#timer);
      const worker = (this.#worker ??= this.#start());
      worker.ref(); // nobody leaves while a payload is packed
      const moved = ownMemory(bytes);
      worker.postMessage(moved, [moved.buffer]);
      this.#waiting.push({ resolve, reject });
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#thread);
    worker.on("message", ({ buffer }: Uint8Array<ArrayBuffer>) => {
      this.#waiting.shift()?.resolve(Buffer.from(buffer));
      if (this.#waiting.length > 0) return;
      worker.unref();
      this.#timer = setTimeout(() => {
        this.#worker = undefined;
        void worker.terminate();
      }, this.#idleMs).unref();
    });
    worker.on("error", (error: Error) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
    return worker;
  }
}

/** Small buffers share their memory with others. */
function ownMemory(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isAlone ? new Uint8Array(buffer) : new Uint8Array(bytes);
}

const compressor = new Compressor(compiledFile(import.meta.url, "compress-worker.js"), 60_000);

/**
 * @param bytes their memory is the thread's then: nobody may use them any more
 * @returns one gzip member
 */
export const gzipped = (bytes: Buffer): Promise<Buffer> => compressor.compress(bytes);

// The thread that packs payloads as gzip.
import { constants as osConstants, getPriority, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { constants, gzipSync } from "node:zlib";

/** The fastest level: the usual one takes two and a half times as long and makes a tenth less of it. */
const compression = { level: constants.Z_BEST_SPEED, chunkSize: 256 * 1024 };

/** So much less urgent than the thread that answers calls, as the engine is. */
const threadNice = 5;

// Elsewhere this would be said of the whole process. https://man7.org/linux/man-pages/man2/setpriority.2.html
if (process.platform === "linux") {
  setPriority(Math.min(getPriority() + threadNice, osConstants.priority.PRIORITY_LOW));
}

parentPort?.on("message", (bytes: Uint8Array) => {
  const packed = new Uint8Array(gzipSync(bytes, compression));
  parentPort?.postMessage(packed, [packed.buffer]);
});

// The bytes of a journal segment: a frame for each batch, checked when it is read again after a crash.
import { crc32 } from "node:zlib";
import type { BlockInsert } from "../driver.ts";

/** The lengths of the description and of the block, and the checksum of both. */
const headBytes = 12;

/** The token of a frame is that of its batch: the engine stores all frames of a token together, and once. */
export function encodeFrame(frame: BlockInsert): readonly Buffer[] {
  const { block, ...rest } = frame;
  const description = Buffer.from(JSON.stringify(rest));
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(description.length, 0);
  head.writeUInt32LE(block.length, 4);
  head.writeUInt32LE(crc32(block, crc32(description)), 8);
  return [head, description, block];
}

/**
 * The whole frames at the beginning of a segment. What follows the first that is torn was never
 * acknowledged.
 */
export function readFrames(bytes: Buffer): readonly BlockInsert[] {
  const frames: BlockInsert[] = [];
  for (let at = 0; at + headBytes <= bytes.length;) {
    const blockAt = at + headBytes + bytes.readUInt32LE(at);
    const end = blockAt + bytes.readUInt32LE(at + 4);
    if (end > bytes.length || end === at + headBytes) break;
    if (crc32(bytes.subarray(at + headBytes, end)) !== bytes.readUInt32LE(at + 8)) break;
    const description = JSON.parse(bytes.toString("utf8", at + headBytes, blockAt)) as Omit<
      BlockInsert,
      "block"
    >;
    frames.push({ ...description, block: bytes.subarray(blockAt, end) });
    at = end;
  }
  return frames;
}

// Reads frames of the event stream encoding: https://smithy.io/2.0/aws/amazon-eventstream.html
import { crc32 } from "node:zlib";
import type { FrameHeaders } from "./event-frame.ts";

export interface Frame {
  /** Those that are strings; servers of ours send no others. */
  readonly headers: FrameHeaders;
  readonly payload: Buffer;
}

const prelude = 12;
/** The specification's own limit of one message. */
const maxFrameBytes = 24 * 1024 * 1024;

/** @throws Error for bytes that are no frames, and for a last frame that is cut off. */
export async function* readFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let waiting: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    waiting = waiting.length === 0 ? Buffer.from(chunk) : Buffer.concat([waiting, chunk]);
    for (let length = frameLength(waiting); length <= waiting.length; length = frameLength(waiting)) {
      yield decodeFrame(waiting.subarray(0, length));
      waiting = waiting.subarray(length);
    }
  }
  if (waiting.length > 0) throw new Error("the stream of events ended within an event");
}

/** Infinite as long as too little of the frame is there to tell. */
function frameLength(bytes: Buffer): number {
  if (bytes.length < prelude) return Infinity;
  const length = bytes.readUInt32BE(0);
  if (
    length < prelude + 4 ||
    length > maxFrameBytes ||
    crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)
  ) {
    throw new Error("the stream of events is damaged");
  }
  return length;
}

function decodeFrame(frame: Buffer): Frame {
  const end = frame.length - 4;
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end)) {
    throw new Error("the stream of events is damaged");
  }
  const headersEnd = prelude + frame.readUInt32BE(4);
  return {
    headers: decodeHeaders(frame.subarray(prelude, headersEnd)),
    payload: frame.subarray(headersEnd, end),
  };
}

const stringType = 7;

function decodeHeaders(bytes: Buffer): FrameHeaders {
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const name = bytes.toString("utf8", at + 1, nameEnd);
    if (bytes.readUInt8(nameEnd) !== stringType)
      throw new Error(`the header ${name} of an event is no string`);
    const valueEnd = nameEnd + 3 + bytes.readUInt16BE(nameEnd + 1);
    headers[name] = bytes.toString("utf8", nameEnd + 3, valueEnd);
    at = valueEnd;
  }
  return headers;
}

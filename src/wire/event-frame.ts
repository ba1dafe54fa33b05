// Frames of the event stream encoding: https://smithy.io/2.0/aws/amazon-eventstream.html
import { crc32 } from "node:zlib";

/** The headers of a frame; all of those that servers send are strings. */
export type FrameHeaders = Readonly<Record<string, string>>;

/**
 * Total length, length of the headers, the checksum of these two, headers, payload, the checksum of all;
 * numbers are of four bytes, in network order.
 */
export function encodeFrame(headers: FrameHeaders, payload: Uint8Array | string): Uint8Array {
  const headerBytes = encodeHeaders(headers);
  const payloadBytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  const total = 12 + headerBytes.length + payloadBytes.length + 4;
  const frame = Buffer.allocUnsafe(total);
  frame.writeUInt32BE(total, 0);
  frame.writeUInt32BE(headerBytes.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  frame.set(headerBytes, 12);
  frame.set(payloadBytes, 12 + headerBytes.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, total - 4)), total - 4);
  return frame;
}

const stringType = 7;

/** What two bytes can say; error messages, the only long headers, are cut there. */
const maxHeaderBytes = 0x7fff;

function encodeHeaders(headers: FrameHeaders): Buffer {
  const parts: Uint8Array[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const nameBytes = Buffer.from(name);
    const valueBytes = Buffer.from(value).subarray(0, maxHeaderBytes);
    const lengths = [stringType, valueBytes.length >> 8, valueBytes.length & 0xff];
    parts.push(Uint8Array.of(nameBytes.length), nameBytes, Uint8Array.from(lengths), valueBytes);
  }
  return Buffer.concat(parts);
}

// Frames that are read are those that were written, however the bytes arrive.
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { encodeFrame } from "./event-frame.ts";
import { readFrames } from "./event-frame-reader.ts";

const frame = fc.record({
  headers: fc.dictionary(
    fc.string({ minLength: 1, maxLength: 20 }).filter((name) => name !== "__proto__"),
    fc.string({ maxLength: 30 }),
  ),
  payload: fc.uint8Array({ maxLength: 60 }),
});

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function framesOf(bytes: Buffer, size: number) {
  const frames = [];
  for await (const { headers, payload } of readFrames(pieces(bytes, size))) {
    frames.push({ headers: { ...headers }, payload: [...payload] });
  }
  return frames;
}

test.prop([fc.array(frame, { maxLength: 5 }), fc.integer({ min: 1, max: 50 })])(
  "frames come back in any pieces",
  async (frames, size) => {
    const bytes = Buffer.concat(frames.map(({ headers, payload }) => encodeFrame(headers, payload)));
    expect(await framesOf(bytes, size)).toEqual(
      frames.map(({ headers, payload }) => ({ headers: { ...headers }, payload: [...payload] })),
    );
  },
);

test.prop([frame, fc.nat(), fc.integer({ min: 1, max: 255 })])(
  "a frame with a changed byte, or a part of one, is refused",
  async ({ headers, payload }, place, change) => {
    const bytes = Buffer.from(encodeFrame(headers, payload));
    const cut = bytes.subarray(0, 1 + (place % (bytes.length - 1)));
    await expect(framesOf(cut, 1_000)).rejects.toThrow("stream of events");
    const at = place % bytes.length;
    bytes[at] = (bytes[at] ?? 0) ^ change;
    await expect(framesOf(bytes, 1_000)).rejects.toThrow("stream of events");
  },
);

// A segment that a crash has cut anywhere gives the frames that were whole, and nothing else.
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { encodeFrame, readFrames } from "./frames.ts";

const anyFrame = fc.record({
  token: fc.uuid(),
  table: fc.constantFrom("daily", "registry"),
  columns: fc.array(fc.string()),
  structure: fc.string({ unit: "binary" }),
  rows: fc.nat(),
  block: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

const bytesOf = (frames: readonly Parameters<typeof encodeFrame>[0][]) =>
  frames.map((frame) => Buffer.concat(encodeFrame(frame)));

test.prop([fc.array(anyFrame, { maxLength: 5 }), fc.nat()])("cut anywhere", (frames, cut) => {
  const parts = bytesOf(frames);
  const all = Buffer.concat(parts);
  const length = cut % (all.length + 1);
  let end = 0;
  const whole = parts.filter((part) => (end += part.length) <= length).length;
  expect(readFrames(all.subarray(0, length))).toEqual(frames.slice(0, whole));
});

test.prop([fc.array(anyFrame, { minLength: 1, maxLength: 5 }), fc.nat(), fc.integer({ min: 1, max: 255 })])(
  "a byte that is wrong ends it before the frame that has it",
  (frames, at, difference) => {
    const parts = bytesOf(frames);
    const all = Buffer.concat(parts);
    const wrong = at % all.length;
    all[wrong] = (all[wrong] ?? 0) ^ difference;
    let end = 0;
    const whole = parts.filter((part) => (end += part.length) <= wrong).length;
    expect(readFrames(all)).toEqual(frames.slice(0, whole));
  },
);

test("zeros, as a file system leaves them after a power cut, are no frame", () => {
  expect(readFrames(Buffer.alloc(4096))).toEqual([]);
});

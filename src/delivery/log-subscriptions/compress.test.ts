// Payloads packed as gzip, one after the other in the same memory.
import { gunzipSync } from "node:zlib";
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { gzipped } from "./compress.ts";

const sizes = fc.oneof(fc.nat(200), fc.nat(300_000));
/** The same bytes again and again, or bytes that cannot be packed. */
const payloads = fc.array(
  fc.record({ size: sizes, seed: fc.nat(), isNoise: fc.boolean() }).map(({ size, seed, isNoise }) => {
    let state = seed;
    const bytes = Uint8Array.from({ length: size }, (_, index) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return isNoise ? state >>> 16 : (seed + (index % 50)) % 256;
    });
    return Buffer.from(bytes);
  }),
  { minLength: 1, maxLength: 8 },
);

test.prop([payloads], { numRuns: 20 })("each is a gzip member of its own", async (all) => {
  const packed = await Promise.all(all.map(gzipped));
  for (const [index, bytes] of packed.entries()) {
    expect(gunzipSync(bytes).equals(all[index] ?? bytes)).toBe(true);
  }
});

test("text becomes small", async () => {
  const text = Buffer.from('{"id":"1","timestamp":1,"message":"GET /api/orders 200"},'.repeat(1_000));
  expect((await gzipped(text)).length).toBeLessThan(text.length / 20);
});

// Payloads packed as gzip, in a thread that takes their memory and comes and goes.
import { gunzipSync } from "node:zlib";
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { Compressor, gzipped } from "./compress.ts";

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
  const packed = await Promise.all(all.map((bytes) => gzipped(Buffer.from(bytes))));
  for (const [index, bytes] of packed.entries()) {
    expect(gunzipSync(bytes).equals(all[index] ?? bytes)).toBe(true);
  }
});

test("text becomes small", async () => {
  const text = '{"id":"1","timestamp":1,"message":"GET /api/orders 200"},'.repeat(1_000);
  expect((await gzipped(Buffer.from(text))).length).toBeLessThan(text.length / 20);
});

test("what shares its memory with others leaves it to them", async () => {
  const [one, other] = [Buffer.from("one"), Buffer.from("other")];
  expect(one.buffer).toBe(other.buffer);
  expect(gunzipSync(await gzipped(one)).toString()).toBe("one");
  expect(other.toString()).toBe("other");
});

test("a thread that ended is started again", async () => {
  const broken = new Compressor(new URL("data:text/javascript,throw new Error('no room')"), 1_000);
  for (const text of ["one", "two"]) {
    await expect(broken.compress(Buffer.from(text))).rejects.toThrow("no room");
  }
});

test("an idle thread ends, and another one packs what comes later", async () => {
  const source =
    "import { parentPort, threadId } from 'node:worker_threads';" +
    "parentPort.on('message', () => parentPort.postMessage(Uint8Array.of(threadId)));";
  const restless = new Compressor(new URL(`data:text/javascript,${encodeURIComponent(source)}`), 5);
  const first = await restless.compress(Buffer.from("one"));
  expect(await restless.compress(Buffer.from("two"))).toEqual(first);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await restless.compress(Buffer.from("three"))).not.toEqual(first);
});

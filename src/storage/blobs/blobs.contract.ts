// What every implementation of the blobs port must do; each runs it from its own test file.
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Blobs } from "../blobs.ts";

/** `open` may be called again and then sees the same objects. `at` is the time that the store is given. */
export function blobsContract(open: () => Promise<Blobs>, at: number): void {
  let blobs: Blobs;
  let buckets = 0;
  const newBucket = () => `bucket-${++buckets}`;
  const keysOf = async (bucket: string, options: { prefix?: string; after?: string; limit?: number } = {}) =>
    (await blobs.list(bucket, { limit: 1_000, ...options })).map(({ key }) => key);
  beforeAll(async () => {
    blobs = await open();
  });

  test("an object is found as it was put, replaced by the next put, and gone after a delete", async () => {
    const bucket = newBucket();
    expect(await blobs.get(bucket, "a/b.txt")).toBeUndefined();
    expect(await blobs.list(bucket, { limit: 10 })).toEqual([]);
    await blobs.put(bucket, "a/b.txt", Buffer.from("one"));
    await blobs.put(bucket, "a/b.txt", new Uint8Array([0, 255, 10, 13]));
    expect([...((await blobs.get(bucket, "a/b.txt")) ?? [])]).toEqual([0, 255, 10, 13]);
    expect(await blobs.list(bucket, { limit: 10 })).toEqual([{ key: "a/b.txt", bytes: 4, modifiedAt: at }]);
    expect(await blobs.get(newBucket(), "a/b.txt")).toBeUndefined();
    expect(await blobs.delete(bucket, "a/b.txt")).toBe(true);
    expect(await blobs.delete(bucket, "a/b.txt")).toBe(false);
    expect(await keysOf(bucket)).toEqual([]);
    await blobs.put(bucket, "empty", new Uint8Array());
    expect(await blobs.get(bucket, "empty")).toHaveLength(0);
  });

  describe("keys", () => {
    const strange = [
      "..",
      "../x",
      "/etc/passwd",
      "a/../../b",
      "./a",
      "a//b",
      "a/",
      "a",
      "a/b",
      "A",
      "A/B",
      "a!",
      "a+",
      "a%",
      "%61",
      "^a",
      "nul\u0000byte",
      "C:\\x",
      "con",
      "line\nfeed",
      "é",
      "🦉/ü",
      "~",
      "~tmp",
      " ",
      "x".repeat(1_000),
      "x".repeat(80),
      `${"x".repeat(80)}/y`,
      "x".repeat(81),
      "é".repeat(512),
      `${"/".repeat(300)}z`,
    ];

    test("of any kind are only names, and are listed by their bytes", async () => {
      const bucket = newBucket();
      for (const key of strange) await blobs.put(bucket, key, Buffer.from(key));
      for (const key of strange) expect(Buffer.from((await blobs.get(bucket, key))!).toString()).toBe(key);
      expect(await keysOf(bucket)).toEqual(byBytes(strange));
      for (const key of strange) expect(await blobs.delete(bucket, key)).toBe(true);
      expect(await keysOf(bucket)).toEqual([]);
    });

    test("are refused when they are empty, too long or no text", async () => {
      for (const key of ["", "\ud800", "x".repeat(1_025)]) {
        await expect(blobs.put("bucket", key, new Uint8Array())).rejects.toThrow(/key must be/);
      }
      for (const bucket of ["", "..", "a", "Bucket", "a/b", "-ab", "x".repeat(64)]) {
        await expect(blobs.put(bucket, "key", new Uint8Array())).rejects.toThrow(/bucket/);
      }
    });
  });

  test("a listing is the sorted keys with the prefix, strictly behind `after`", async () => {
    const part = fc.string({
      unit: fc.constantFrom("a", "b", "B", "-", "0", "é", ".", "/"),
      minLength: 1,
      maxLength: 5,
    });
    const long = part.map((text) => text.repeat(30));
    const key = fc.oneof({ weight: 3, arbitrary: part }, long);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { minLength: 1, maxLength: 12 }),
        fc.array(fc.record({ prefix: key, after: key, limit: fc.integer({ min: 1, max: 5 }) }), {
          maxLength: 4,
        }),
        async (keys, pages) => {
          const bucket = newBucket();
          await Promise.all(keys.map((name) => blobs.put(bucket, name, new Uint8Array(1))));
          expect(await keysOf(bucket)).toEqual(byBytes(keys));
          for (const { prefix, after, limit } of pages) {
            for (const from of ["", prefix.slice(0, 1), prefix]) {
              const expected = byBytes(keys).filter(
                (name) => name.startsWith(from) && Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0,
              );
              expect(await keysOf(bucket, { prefix: from, after, limit })).toEqual(expected.slice(0, limit));
            }
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test("puts and deletes of neighbours at the same time do not disturb each other", async () => {
    const bucket = newBucket();
    const names = Array.from({ length: 40 }, (_, index) => `deep/er/${index % 8}/${index}`);
    await Promise.all(
      names.map(async (name) => {
        for (let round = 0; round < 4; round++) {
          await blobs.put(bucket, name, Buffer.from(name));
          await blobs.delete(bucket, name);
        }
        await blobs.put(bucket, name, Buffer.from(name));
      }),
    );
    expect(await keysOf(bucket)).toEqual(byBytes(names));
  });

  test("objects are there after a restart, and none after an erasure", async () => {
    const bucket = newBucket();
    await blobs.put(bucket, "kept", Buffer.from("kept"));
    blobs = await open();
    expect(await keysOf(bucket)).toEqual(["kept"]);
    await blobs.eraseAll();
    expect(await keysOf(bucket)).toEqual([]);
    await blobs.put(bucket, "new", Buffer.from("new"));
    expect(await keysOf(bucket)).toEqual(["new"]);
  });
}

function byBytes(keys: readonly string[]): string[] {
  return keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

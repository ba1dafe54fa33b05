// A folder as the blob store: the contract, and what it leaves on the disk.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { blobsContract } from "./blobs.contract.ts";
import { openFolderBlobs } from "./folder.ts";

const at = Date.UTC(2026, 10, 2, 12);
const root = mkdtempSync(join(tmpdir(), "groundwatch-blobs-"));
afterAll(() => rmSync(root, { recursive: true }));

describe("a folder", () => {
  blobsContract(() => openFolderBlobs(join(root, "contract"), () => at), at);

  test("has nothing outside itself, whatever the keys", () => {
    expect(readdirSync(root)).toEqual(["contract"]);
    expect(readdirSync(join(root, "contract")).toSorted()).toEqual(["buckets", "unfinished"]);
  });

  test("reads like the keys, and keeps nothing half written or empty", async () => {
    const folder = join(root, "tidy");
    const blobs = await openFolderBlobs(folder, () => at);
    await blobs.put("trails", "AWSLogs/123456789012/x.json", Buffer.from("{}"));
    expect(readdirSync(join(folder, "buckets/trails/^a^w^s^logs+/123456789012+"))).toEqual(["x.json!"]);
    await blobs.delete("trails", "AWSLogs/123456789012/x.json");
    expect(readdirSync(join(folder, "buckets"))).toEqual([]);
    writeFileSync(join(folder, "unfinished", "left"), "by a killed process");
    await openFolderBlobs(folder, () => at);
    expect(readdirSync(join(folder, "unfinished"))).toEqual([]);
  });
});

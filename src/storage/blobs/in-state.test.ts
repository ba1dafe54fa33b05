// A state as the blob store: the contract, and which buckets go there.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteState } from "../state/sqlite.ts";
import type { State } from "../state.ts";
import { blobsContract } from "./blobs.contract.ts";
import { openFolderBlobs } from "./folder.ts";
import { openStateBlobs, shareBuckets } from "./in-state.ts";

const at = Date.UTC(2026, 10, 2, 12);
const root = mkdtempSync(join(tmpdir(), "groundwatch-state-blobs-"));
let state: State;
beforeAll(async () => {
  state = await openSqliteState(join(root, "state.db"));
});
afterAll(async () => {
  await state.close();
  rmSync(root, { recursive: true });
});

describe("a state", () => {
  blobsContract(async () => openStateBlobs(state, () => at), at);

  test("keeps large objects in parts, and no part of what was replaced, deleted or erased", async () => {
    const blobs = openStateBlobs(state, () => at);
    const random = (bytes: number) => Buffer.from(Array.from({ length: bytes }, () => Math.random() * 256));
    const ids: string[] = [];
    const put = async (bytes: Buffer) => {
      await blobs.put("large", "one", bytes);
      ids.push((await state.collection<{ id: string }>("shared-blobs").get("", "large/one"))!.value.id);
    };
    const parts = () => Promise.all(ids.map((id) => state.collection("shared-blob-parts").count(id)));
    const large = random(1_300_000);
    await put(random(600_000));
    await put(large);
    expect(Buffer.compare((await blobs.get("large", "one"))!, large)).toBe(0);
    expect(await parts()).toEqual([0, 3]);
    await blobs.delete("large", "one");
    await put(large);
    await blobs.eraseAll();
    expect(await parts()).toEqual([0, 0, 0]);
  });
});

test("only the buckets that are named are shared", async () => {
  const [one, other] = [
    await openFolderBlobs(join(root, "one"), () => at),
    await openFolderBlobs(join(root, "other"), () => at),
  ];
  const shared = openStateBlobs(state, () => at);
  const [ofOne, ofOther] = [one, other].map((local) => shareBuckets(local, shared, ["shared"]));
  await ofOne!.put("shared", "key", Buffer.from("all"));
  await ofOne!.put("local", "key", Buffer.from("one"));
  expect(String(await ofOther!.get("shared", "key"))).toBe("all");
  expect(await ofOther!.get("local", "key")).toBeUndefined();
  expect(await ofOther!.list("shared", { limit: 9 })).toMatchObject([{ key: "key", bytes: 3 }]);
  expect(await ofOther!.delete("shared", "key")).toBe(true);
  expect(await ofOne!.get("shared", "key")).toBeUndefined();
  await ofOne!.put("shared", "again", Buffer.from("all"));
  await ofOther!.eraseAll();
  expect(await ofOne!.list("shared", { limit: 9 })).toEqual([]);
  expect(String(await ofOne!.get("local", "key"))).toBe("one");
});

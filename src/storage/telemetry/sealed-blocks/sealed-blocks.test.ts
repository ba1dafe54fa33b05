// How events are cut into blocks.
import { expect, test } from "vitest";
import { blocksOf } from "./sealed-blocks.ts";

const noon = Date.UTC(2026, 10, 2, 12);
const hourMs = 3_600_000;
const place = { groupId: 7, streamId: 3, retentionDays: 30, ingestedAt: noon };
const contexts: string[] = [];
const sealer = {
  dataKeyId: 5,
  inBlocks: true,
  seal: (context: string, text: string | Uint8Array) => {
    contexts.push(context);
    return Buffer.from(text);
  },
};

const eventAt = (timestamp: number, message = "m") => ({ timestamp, message, indexed: {} });

test("a block has the events of one day, in the order in which they came", () => {
  const times = [noon, noon - 5, noon + 13 * hourMs, noon + 12 * hourMs, noon + 1];
  const blocks = blocksOf(
    sealer,
    place,
    times.map((at) => eventAt(at)),
    100n,
  );
  expect(blocks).toMatchObject({
    group_id: [7, 7, 7],
    stream_id: [3, 3, 3],
    sequence: [100n, 102n, 104n],
    timestamp: [noon - 5, noon + 12 * hourMs, noon + 1],
    last_at: [noon, noon + 13 * hourMs, noon + 1],
    offsets: [[5, 0], [hourMs, 0], [0]],
    data_key: [5, 5, 5],
    retention_days: [30, 30, 30],
    ingested_at: [noon, noon, noon],
  });
  expect(contexts.splice(0)).toEqual(["block 100", "block 102", "block 104"]);
});

test("a block is full by its texts, or by its events", () => {
  const sizesOf = (messages: readonly string[]) => {
    const events = messages.map((message) => eventAt(noon, message));
    return Array.from(blocksOf(sealer, place, events, 1n).offsets, ({ length }) => length);
  };
  expect(sizesOf(["a".repeat(40_000), "b", "c".repeat(30_000), "d".repeat(5_000), "e"])).toEqual([1, 3, 1]);
  expect(sizesOf(Array.from({ length: 2_500 }, () => ""))).toEqual([1_024, 1_024, 452]);
  expect(sizesOf([])).toEqual([]);
});

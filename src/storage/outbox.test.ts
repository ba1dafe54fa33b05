// The order of the outbox: within a lane one after another, beside it as it comes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createOutbox, deliveryChange, type Delivery, type Outbox } from "./outbox.ts";
import type { State } from "./state.ts";
import { openSqliteState } from "./state/sqlite.ts";

const startAt = Date.parse("2026-11-02T12:00:00Z");
const leaseMs = 120_000;
const folder = mkdtempSync(join(tmpdir(), "groundwatch-outbox-"));
let state: State;
let outbox: Outbox;

beforeAll(async () => {
  state = await openSqliteState(join(folder, "state.sqlite"));
  outbox = createOutbox(state);
});
afterAll(async () => {
  await state.close();
  rmSync(folder, { recursive: true });
});

async function put(message: string, groupId: string, number: number): Promise<void> {
  const delivery: Delivery = {
    type: "Notification",
    account: "111122223333",
    region: "us-east-1",
    topicArn: "arn:aws:sns:us-east-1:111122223333:t.fifo",
    subscriptionArn: "arn:aws:sns:us-east-1:111122223333:t.fifo:5be8f5b1-1d3c-4d62-8f0e-3c1a2f3b4c5d",
    protocol: "sqs",
    endpoint: "arn:aws:sqs:us-east-1:111122223333:q.fifo",
    messageId: message,
    publishedAt: startAt,
    message,
    attributes: {},
    isRaw: true,
    signatureVersion: "1",
    groupId,
    deduplicationId: message,
    sequenceNumber: String(number).padStart(20, "0"),
  };
  await state.write([deliveryChange(delivery, startAt)]);
}

test("a delivery that is tried again lets those of its group wait, and no others", async () => {
  await put("a1", "a", 1);
  await put("a2", "a", 2);
  await put("a/1", "a/", 3);
  await put("a3", "a", 4);
  const take = async (now: number) => outbox.take(now, leaseMs, 10);
  const first = await take(startAt);
  const texts = (taken: typeof first) =>
    taken.map(({ delivery }) => delivery.message).toSorted((x, y) => x.localeCompare(y));
  expect(texts(first)).toEqual(["a/1", "a1"]);
  const a1 = first.find(({ delivery }) => delivery.message === "a1");
  const other = first.find((taken) => taken !== a1);
  expect(await outbox.settle(other!)).toBe(false);
  await outbox.retry(a1!, startAt + 300_000);
  expect(texts(await take(startAt + 299_999))).toEqual([]);
  const [again] = await take(startAt + 300_000);
  expect(again).toMatchObject({ attempts: 1, delivery: { message: "a1" } });
  expect(await outbox.settle(again!)).toBe(true);
  const [a2] = await take(startAt + 300_000);
  expect(a2).toMatchObject({ attempts: 0, delivery: { message: "a2" } });
  expect(texts(await take(startAt + 300_000))).toEqual([]);
  expect(await outbox.settle(a2!)).toBe(true);
  const [a3] = await take(startAt + 300_000);
  expect(await outbox.settle(a3!)).toBe(false);
  expect(await outbox.nextDueAt()).toBeUndefined();
});

test("many of one group in front of the queue do not keep others from their turn", async () => {
  for (let number = 10; number < 40; number++) await put(`b${number}`, "b", number);
  await put("c", "c", 50);
  const [head] = await outbox.take(startAt, leaseMs, 1);
  expect(head).toMatchObject({ delivery: { message: "b10" } });
  expect(await outbox.take(startAt, leaseMs, 2)).toMatchObject([{ delivery: { message: "c" } }]);
});

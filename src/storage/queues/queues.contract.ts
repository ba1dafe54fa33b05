// What the queue port promises, on either database of the state port.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NewMessage } from "../../core/queues/message.ts";
import { queueArnOf } from "../../core/queues/queue.ts";
import type { QueueAttributes } from "../../core/queues/queue-attributes.ts";
import { createQueues, type Queue, type Queues, type ReceivedMessage } from "../queues.ts";
import type { State } from "../state.ts";

const startAt = Date.parse("2026-11-02T12:00:00Z");
const visibilityMs = 30_000;

export function queuesContract(open: () => Promise<State>): void {
  describe("queues", () => {
    let state: State;
    let queues: Queues;
    let names = 0;

    beforeAll(async () => {
      state = await open();
      queues = createQueues(state);
    });
    afterAll(() => state.close());

    async function newQueue(attributes: QueueAttributes = {}): Promise<Queue> {
      const name = `q-${process.pid}-${startAt}-${++names}`;
      const times = { createdAt: startAt, modifiedAt: startAt };
      const place = { account: "111122223333", region: "us-east-1", name };
      const queue = await queues.create(place, { attributes, tags: {}, ...times });
      return queue!;
    }
    const fifo = (more: QueueAttributes = {}) => newQueue({ FifoQueue: "true", ...more });
    const message = (body: string, more: Partial<NewMessage> = {}): NewMessage => {
      return { body, attributes: {}, senderId: "me", ...more };
    };
    const inGroup = (groupId: string, body: string) => message(body, { groupId, deduplicationId: body });
    const receive = (queue: Queue, now = startAt, limit = 10) =>
      queues.receive(queue, { limit, visibilityMs, now });
    const bodies = (messages: readonly ReceivedMessage[]) => messages.map(({ body }) => body);

    test("a message is received once, invisible for its time, and gone when it is deleted", async () => {
      const queue = await newQueue();
      await queues.send(queue, [message("a")], startAt);
      const [first] = await receive(queue);
      expect(first).toMatchObject({ body: "a", receives: 1 });
      expect(await receive(queue, startAt + visibilityMs - 1)).toEqual([]);
      const [second] = await receive(queue, startAt + visibilityMs);
      expect(second).toMatchObject({ body: "a", receives: 2, messageId: first!.messageId });
      await queues.deleteMessage(queue, first!.receipt, startAt + visibilityMs);
      expect(await queues.counts(queue, startAt + visibilityMs)).toMatchObject({ inFlight: 1 });
      await queues.deleteMessage(queue, second!.receipt, startAt + visibilityMs);
      expect(await receive(queue, startAt + 10 * visibilityMs)).toEqual([]);
    });

    test("of many who receive at once, nobody gets what another one has", async () => {
      const queue = await newQueue();
      const sent = Array.from({ length: 100 }, (_, index) => String(index));
      for (let start = 0; start < 100; start += 10) {
        await queues.send(
          queue,
          sent.slice(start, start + 10).map((body) => message(body)),
          startAt,
        );
      }
      const other = createQueues(state);
      const got = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          (index % 2 === 0 ? queues : other).receive(queue, { limit: 5, visibilityMs, now: startAt }),
        ),
      );
      for (let left = await receive(queue); left.length > 0; left = await receive(queue)) got.push(left);
      const all = got.flat().map(({ body }) => body);
      expect(new Set(all).size).toBe(all.length);
      expect(all.toSorted()).toEqual(sent.toSorted());
    });

    test("a delayed message is counted apart and comes when its time is over", async () => {
      const queue = await newQueue({ DelaySeconds: "5" });
      await queues.send(queue, [message("late"), message("now", { delayMs: 0 })], startAt);
      expect(await queues.counts(queue, startAt)).toEqual({ visible: 1, inFlight: 0, delayed: 1 });
      expect(bodies(await receive(queue))).toEqual(["now"]);
      expect(bodies(await receive(queue, startAt + 5_000))).toEqual(["late"]);
    });

    test("visibility is lengthened, ended, and refused to whoever no longer holds the message", async () => {
      const queue = await newQueue();
      await queues.send(queue, [message("a")], startAt);
      const [held] = await receive(queue);
      const change = (ms: number, now: number) =>
        queues.changeVisibility(queue, held!.receipt, { visibilityMs: ms, now });
      expect(await change(60_000, startAt)).toBe("changed");
      expect(await receive(queue, startAt + visibilityMs)).toEqual([]);
      expect(await change(43_200_000, startAt + 1_000)).toBe("too long");
      expect(await change(0, startAt + 1_000)).toBe("changed");
      expect(bodies(await receive(queue, startAt + 1_000))).toEqual(["a"]);
      expect(await change(10_000, startAt + 1_000)).toBe("not in flight");
    });

    test("what fails too often goes to the dead-letter queue and says where it comes from", async () => {
      const dead = await newQueue();
      const policy = JSON.stringify({ deadLetterTargetArn: queueArnOf(dead), maxReceiveCount: 2 });
      const queue = await newQueue({ RedrivePolicy: policy });
      await queues.send(queue, [message("poison")], startAt);
      expect(bodies(await receive(queue))).toEqual(["poison"]);
      expect(bodies(await receive(queue, startAt + visibilityMs))).toEqual(["poison"]);
      expect(await receive(queue, startAt + 2 * visibilityMs)).toEqual([]);
      expect(await receive(dead, startAt + 2 * visibilityMs)).toMatchObject([
        { body: "poison", deadLetterSourceArn: queueArnOf(queue), sentAt: startAt },
      ]);
    });

    test("messages whose retention is over are gone, here and by the sweep", async () => {
      const queue = await newQueue({ MessageRetentionPeriod: "60" });
      const swept = await newQueue({ MessageRetentionPeriod: "60" });
      for (const one of [queue, swept]) await queues.send(one, [message("old")], startAt);
      expect(await receive(queue, startAt + 60_000)).toEqual([]);
      await queues.expireAll(startAt + 59_999);
      expect(await queues.counts(swept, startAt)).toMatchObject({ visible: 1 });
      await queues.expireAll(startAt + 60_000);
      expect(await queues.counts(swept, startAt)).toMatchObject({ visible: 0 });
    });

    test("a group of a FIFO queue is in order, and locked while a message of it is in flight", async () => {
      const queue = await fifo();
      const news = [inGroup("g", "1"), inGroup("h", "2"), inGroup("g", "3"), inGroup("h", "4")];
      const sent = await queues.send(queue, news, startAt);
      const sequence = sent.map(({ sequenceNumber }) => sequenceNumber!);
      expect(sequence).toEqual(sequence.toSorted());
      const [one] = await receive(queue, startAt, 1);
      expect(one).toMatchObject({ body: "1" });
      expect(bodies(await receive(queue))).toEqual(["2", "4"]);
      expect(await receive(queue)).toEqual([]);
      await queues.deleteMessage(queue, one!.receipt, startAt);
      expect(bodies(await receive(queue))).toEqual(["3"]);
      expect(await queues.deleteMessage(queue, one!.receipt, startAt)).toBe("deleted");
    });

    test("of many who receive from one group at once, one gets its messages", async () => {
      const queue = await fifo();
      await queues.send(
        queue,
        ["1", "2", "3"].map((body) => inGroup("g", body)),
        startAt,
      );
      const got = await Promise.all(Array.from({ length: 20 }, () => receive(queue, startAt, 2)));
      expect(got.filter(({ length }) => length > 0).map(bodies)).toEqual([["1", "2"]]);
    });

    test("a FIFO queue stores what has one deduplication id once in five minutes", async () => {
      const queue = await fifo();
      const [first] = await queues.send(queue, [inGroup("g", "same")], startAt);
      expect(await queues.send(queue, [inGroup("g", "same")], startAt + 299_999)).toEqual([first]);
      const [again] = await queues.send(queue, [inGroup("g", "same")], startAt + 300_000);
      expect(again!.messageId).not.toBe(first!.messageId);
      const perGroup = await fifo({ DeduplicationScope: "messageGroup" });
      await queues.send(perGroup, [inGroup("g", "same"), inGroup("h", "same")], startAt);
      expect(await receive(perGroup)).toHaveLength(2);
    });

    test("an expired receipt of a FIFO queue deletes nothing", async () => {
      const queue = await fifo();
      await queues.send(queue, [inGroup("g", "1")], startAt);
      const [held] = await receive(queue);
      expect(await queues.deleteMessage(queue, held!.receipt, startAt + visibilityMs)).toBe("expired");
      expect(bodies(await receive(queue, startAt + visibilityMs))).toEqual(["1"]);
    });

    test("a purged queue is empty, and one made anew under its name has no old messages", async () => {
      const queue = await newQueue();
      await queues.send(queue, [message("a"), message("b", { delayMs: 1_000 })], startAt);
      await queues.purge(queue);
      expect(await queues.counts(queue, startAt)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
      await queues.send(queue, [message("a")], startAt);
      expect(await queues.delete(queue)).toBe(true);
      expect(await queues.delete(queue)).toBe(false);
      expect(await queues.find(queue)).toBeUndefined();
      const { version: _version, number, ...definition } = queue;
      const next = await queues.create(queue, definition);
      expect(next!.number).toBeGreaterThan(number);
      expect(await receive(next!)).toEqual([]);
      expect(await queues.create(queue, definition)).toBeUndefined();
    });

    test("a waiting receiver is woken by a message, by going away and by the end", async () => {
      const queue = await newQueue();
      const gone = new AbortController();
      const stays = new AbortController();
      const first = queues.wait(queue, { waitMs: 20_000, signal: gone.signal });
      gone.abort();
      await first;
      const second = queues.wait(queue, { waitMs: 20_000, signal: stays.signal });
      await queues.send(queue, [message("a")], startAt);
      await second;
      const leaving = createQueues(state);
      const third = leaving.wait(queue, { waitMs: 20_000, signal: stays.signal });
      leaving.stopWaiting();
      await third;
      expect(await receive(queue)).toHaveLength(1);
    });
  });
}

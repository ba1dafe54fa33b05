// What the queue port promises when the clock is set back, on either database of the state port.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NewMessage } from "../../core/queues/message.ts";
import { queueArnOf } from "../../core/queues/queue.ts";
import type { QueueAttributes } from "../../core/queues/queue-attributes.ts";
import { createQueues, type Queue, type Queues, type ReceivedMessage } from "../queues.ts";
import type { State } from "../state.ts";

const startAt = Date.parse("2026-11-02T12:00:00Z");
const earlier = startAt - 86_400_000;
const visibilityMs = 30_000;

export function setBackContract(open: () => Promise<State>): void {
  describe("queues whose clock is set back", () => {
    let state: State;
    let queues: Queues;
    let names = 0;

    beforeAll(async () => {
      state = await open();
      queues = createQueues(state);
    });
    afterAll(() => state.close());

    async function newQueue(attributes: QueueAttributes = {}): Promise<Queue> {
      const place = { account: "111122223333", region: "us-east-1", name: `back-${process.pid}-${++names}` };
      const times = { createdAt: startAt, modifiedAt: startAt };
      const queue = await queues.create(place, { attributes, tags: {}, ...times });
      return queue!;
    }
    const message = (body: string, more: Partial<NewMessage> = {}): NewMessage => {
      return { body, attributes: {}, senderId: "me", ...more };
    };
    const inGroup = (groupId: string, body: string) => message(body, { groupId, deduplicationId: body });
    const receive = (queue: Queue, now = startAt, limit = 10) =>
      queues.receive(queue, { limit, visibilityMs, now });
    const bodies = (messages: readonly ReceivedMessage[]) => messages.map(({ body }) => body);

    test("nothing waits longer than it was to wait", async () => {
      const dead = await newQueue();
      const policy = JSON.stringify({ deadLetterTargetArn: queueArnOf(dead), maxReceiveCount: 1 });
      const queue = await newQueue({ RedrivePolicy: policy });
      await queues.send(queue, [message("poison")], startAt - 60_000);
      await receive(queue, startAt - 60_000);
      await receive(queue, startAt);
      await queues.send(queue, [message("held")], startAt);
      await receive(queue);
      await queues.send(queue, [message("free"), message("late", { delayMs: 5_000 })], startAt);
      await queues.shortenWaits(earlier + 3_600_000);
      await queues.shortenWaits(earlier);
      await queues.shortenWaits(earlier + 1);
      expect(await queues.counts(queue, earlier + 1)).toEqual({ visible: 1, inFlight: 1, delayed: 1 });
      expect(bodies(await receive(queue, earlier))).toEqual(["free"]);
      expect(bodies(await receive(queue, earlier + 5_000))).toEqual(["late"]);
      expect(await receive(queue, earlier + visibilityMs - 1)).toEqual([]);
      expect(bodies(await receive(dead, earlier))).toEqual(["poison"]);
      await receive(queue, earlier + visibilityMs);
      expect(bodies(await receive(dead, earlier + visibilityMs))).toContain("held");
    });

    test("what is in flight stays so without a set-back, or with one that is short", async () => {
      const queue = await newQueue();
      await queues.send(queue, [message("a")], startAt);
      await receive(queue);
      await queues.shortenWaits(startAt + 10_000);
      expect(await receive(queue, startAt + visibilityMs - 1)).toEqual([]);
      expect(bodies(await receive(queue, startAt + visibilityMs))).toEqual(["a"]);
    });

    test("a group is not locked for longer, and no message is lost", async () => {
      const queue = await newQueue({ FifoQueue: "true" });
      await queues.send(queue, [inGroup("g", "one"), inGroup("g", "two")], startAt);
      expect(bodies(await receive(queue, startAt, 1))).toEqual(["one"]);
      await queues.shortenWaits(earlier);
      expect(await receive(queue, earlier + visibilityMs - 1)).toEqual([]);
      expect(bodies(await receive(queue, earlier + visibilityMs))).toEqual(["one", "two"]);
      const [again] = await queues.send(queue, [inGroup("g", "one")], earlier + 1);
      expect(await queues.send(queue, [inGroup("g", "one")], earlier + 2)).toEqual([again]);
      expect(await queues.counts(queue, earlier + 2)).toMatchObject({ visible: 1 });
    });
  });
}

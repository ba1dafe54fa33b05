// Payloads have what matches, as it came, in its order and within the limits.
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { parseFilterPattern } from "../../core/logs/filter-pattern/parse.ts";
import { compileFilterPattern } from "../../core/logs/filter-pattern/compile.ts";
import { needlesOf } from "../../core/logs/filter-pattern/needles.ts";
import { eventIdOf } from "../../core/logs/event-position.ts";
import { subscriptionLimits, type SubscriptionEvent } from "../../core/logs/subscription-payload.ts";
import { encodeTexts } from "../../storage/telemetry/text-column.ts";
import type { Subscription } from "./definition.ts";
import { matchingEvents, payloadsOf } from "./payloads.ts";

const names = { logGroup: "/shop", logStream: "web-1" };

function subscriptionOf(text: string, systemFields: readonly string[] = []): Subscription {
  const pattern = parseFilterPattern(text);
  return {
    identity: "",
    account: "111122223333",
    region: "eu-west-1",
    name: "all",
    arn: "arn:aws:logs:eu-west-1:111122223333:log-group:/shop:subscription-filter:all",
    group: { id: 1, name: "/shop" },
    excludedGroups: new Set(),
    matches: compileFilterPattern(pattern, () => () => false),
    isEverything: pattern.kind === "everything",
    needles: needlesOf(pattern),
    isRandom: false,
    isOnTransformed: false,
    systemFields,
    destinationArn: "http://127.0.0.1:1/",
  };
}

interface Batch {
  readonly streamId: number;
  readonly messages: readonly string[];
  readonly skipped: number;
}

/** Batches as they arrive, and their events as objects. */
function arrived(batches: readonly Batch[]) {
  let sequence = 1n << 62n;
  return batches.map(({ streamId, messages, skipped }, index) => {
    const sequences = messages.map(() => ++sequence);
    const events = messages.map((message) => ({ timestamp: 1_700_000_000_000 + index, message }));
    const from = Math.min(skipped, messages.length);
    const objects = events.map((event, place) => ({
      id: eventIdOf({ timestamp: event.timestamp, sequence: sequences[place]! }),
      ...event,
    }));
    const texts = {
      timestamps: Float64Array.from(events, ({ timestamp }) => timestamp),
      sequences: BigUint64Array.from(sequences),
      messages: encodeTexts(messages),
    };
    return {
      batch: { groupId: 1, streamId, texts, from, to: messages.length, last: sequence },
      objects: objects.slice(from),
    };
  });
}

function delivered(subscription: Subscription, batches: readonly ReturnType<typeof arrived>[number][]) {
  const streams = matchingEvents(
    subscription,
    batches.map(({ batch }) => batch),
  );
  return streams.map((stream) => ({
    streamId: stream.streamId,
    payloads: payloadsOf(subscription, names, stream).map(({ messageId, payload }) => {
      const events = JSON.parse(`[${payload.events.map(String).join(",")}]`) as SubscriptionEvent[];
      expect(messageId).toBe(events[0]!.id);
      return { head: payload.head, events };
    }),
  }));
}

const text = fc.oneof(
  fc.constantFrom("an error", 'quoted "error"', "tab\terror", "é 💥", "},{", "x".repeat(300_000), ""),
  fc.string({ unit: "grapheme" }),
);
const batch = fc.record({
  streamId: fc.constantFrom(1, 2),
  messages: fc.array(text, { maxLength: 6 }),
  skipped: fc.nat({ max: 2 }),
});
const patterns = ["", "error", '"\\"error\\""', "-error", "?an ?x", '"},{"', '{ $.a = "b" }'];

test.prop([fc.array(batch, { maxLength: 6 }), fc.constantFrom(...patterns)])(
  "every matching event once, by stream",
  (batches, pattern) => {
    const subscription = subscriptionOf(pattern);
    const all = arrived(batches);
    const found = delivered(subscription, all);
    for (const streamId of [1, 2]) {
      const wanted = all
        .filter((one) => one.batch.streamId === streamId)
        .flatMap(({ objects }) => objects.filter(({ message }) => subscription.matches(message)));
      const parts = found
        .filter((stream) => stream.streamId === streamId)
        .flatMap(({ payloads }) => payloads);
      expect(parts.flatMap(({ events }) => events)).toEqual(wanted);
      for (const { events } of parts) {
        const bytes = events.reduce((sum, event) => sum + Buffer.byteLength(JSON.stringify(event)), 0);
        expect(events.length === 1 || bytes <= subscriptionLimits.payloadBytes).toBe(true);
      }
    }
  },
);

test("as few payloads as the limit allows", () => {
  const messages = Array.from({ length: 4_000 }, (_, index) => `${index} `.padEnd(300 + (index % 7), "x"));
  const [stream] = delivered(subscriptionOf(""), arrived([{ streamId: 1, messages, skipped: 0 }]));
  const payloads = stream?.payloads ?? [];
  expect(payloads.length).toBeGreaterThan(2);
  const textOf = (events: readonly SubscriptionEvent[]) =>
    events.map((event) => JSON.stringify(event)).join();
  for (const [index, { events }] of payloads.entries()) {
    const next = payloads[index + 1]?.events[0];
    expect(textOf(events).length).toBeLessThanOrEqual(subscriptionLimits.payloadBytes);
    if (next === undefined) continue;
    expect(textOf([...events, next]).length).toBeGreaterThan(subscriptionLimits.payloadBytes);
  }
});

test("a name and the fields that are asked for are in every payload", () => {
  const messages = ["x".repeat(400_000), "y".repeat(400_000)];
  const subscription = subscriptionOf("", ["@aws.account", "@source.log"]);
  const [stream] = delivered(subscription, arrived([{ streamId: 1, messages, skipped: 0 }]));
  const extractedFields = { "@aws.account": "111122223333", "@source.log": "/shop" };
  const head = { messageType: "DATA_MESSAGE", owner: "111122223333", ...names, subscriptionFilters: ["all"] };
  expect(stream!.payloads).toMatchObject(
    messages.map((message) => ({ head, events: [{ message, extractedFields }] })),
  );
});

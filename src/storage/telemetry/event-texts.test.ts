// What is written by hand is what JSON is, whatever stands in the messages.
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { eventIdOf } from "../../core/logs/event-position.ts";
import { encodeEvents, eventsWith, idOf, textRange } from "./event-texts.ts";
import { emptyTexts, encodeTexts } from "./text-column.ts";

/** Plain words long enough for every place among four bytes, and what is escaped there. */
const message = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom("a", "plain words", "é", "💥", "\u007f", " ", "\u2028") },
      { weight: 1, arbitrary: fc.constantFrom('"', "\\", "\n", "\u0000", "\u001f", "!", "#", "[", "]") },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const events = fc.array(
  fc.record({
    message: fc.oneof(message, fc.string({ unit: "grapheme" }), fc.constant("x".repeat(20_000))),
    laterMs: fc.constantFrom(0, 0, 0, 1),
    gap: fc.constantFrom(1n, 1n, 1n, 7n),
  }),
  { minLength: 1, maxLength: 30 },
);

test.prop([events, fc.constantFrom(1n << 62n, 99_999_999_990n, 9n), fc.nat(), fc.nat()])(
  "events in JSON, from anywhere to anywhere",
  (batch, firstSequence, one, other) => {
    let timestamp = 1_700_000_000_000;
    let sequence = firstSequence;
    const wanted = batch.map(({ message, laterMs, gap }) => {
      timestamp += laterMs;
      sequence += gap;
      return { timestamp, sequence, message };
    });
    const arrived = {
      timestamps: Float64Array.from(wanted, (event) => event.timestamp),
      sequences: BigUint64Array.from(wanted, (event) => event.sequence),
      messages: encodeTexts(wanted.map((event) => event.message)),
    };
    const [first = 0, last = 0] = [one % batch.length, other % batch.length].toSorted((a, b) => a - b);
    const before = { texts: arrived, first: 0, last: 0 };
    const texts = encodeEvents([before, { texts: arrived, first, last }]);
    const json = wanted.map((event) =>
      JSON.stringify({ id: eventIdOf(event), timestamp: event.timestamp, message: event.message }),
    );
    expect(texts.bytes.toString()).toBe([json[0], ...json.slice(first, last + 1)].join(","));
    expect(textRange(texts, 0).toString()).toBe(json[0]);
    expect(textRange(texts, last - first + 1).toString()).toBe(json[last]);
    expect(idOf(texts, 1)).toBe(eventIdOf(wanted[first]!));
  },
);

test.prop([fc.array(message, { maxLength: 8 }), fc.constantFrom("a", "é", '"', "words a", ""), fc.nat(8)])(
  "no event that has the needle is passed over",
  (messages, needle, from) => {
    const texts = encodeTexts(messages);
    const arrived = { timestamps: new Float64Array(), sequences: new BigUint64Array(), messages: texts };
    const found = new Set(eventsWith(arrived, Buffer.from(needle), from, messages.length));
    messages.forEach((text, index) => {
      if (index >= from && text.includes(needle)) expect(found).toContain(index);
    });
  },
);

test("a column of nothing is what nothing is when it is encoded", () => {
  const [none, encoded] = [emptyTexts(3), encodeTexts(["", "", ""])];
  expect(none.bytes).toEqual(encoded.bytes);
  expect([none.text(0), none.text(2), none.length]).toEqual(["", "", 3]);
});

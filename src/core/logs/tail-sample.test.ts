// Which events an update of a live tail has: all of them, or those of the lowest ranks as far as they fit.
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { TailSample } from "./tail-sample.ts";

const mebibyte = 1_048_576;

interface Event {
  readonly number: number;
  readonly rank: number;
  readonly bytes: number;
}

function sampled(events: readonly Event[]) {
  const ranks = events.map(({ rank }) => rank);
  const sample = new TailSample<Event>({
    random: () => ranks.shift() ?? Number.NaN,
    bytesOf: ({ bytes }) => bytes,
  });
  for (const event of events) sample.add(event);
  return { sample, update: sample.take() };
}

const numbered = (events: readonly Omit<Event, "number">[]) =>
  events.map((event, number) => ({ ...event, number }));

const ranked = fc.uniqueArray(
  fc.record({
    rank: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    bytes: fc.constantFrom(1, mebibyte, 3 * mebibyte),
  }),
  { selector: ({ rank }) => rank, maxLength: 40 },
);

property.prop([ranked])("an update has the lowest ranks, up to the first that does not fit", (given) => {
  const events = numbered(given);
  const { update } = sampled(events);
  const wanted: Event[] = [];
  let bytes = 0;
  for (const event of events.toSorted((one, other) => one.rank - other.rank)) {
    if (bytes + event.bytes > 8 * mebibyte) break;
    bytes += event.bytes;
    wanted.push(event);
  }
  expect(update).toEqual({
    events: wanted.toSorted((one, other) => one.number - other.number),
    bytes,
    sampled: wanted.length < events.length,
  });
});

test("up to 500 short events are all there, in their order, and the next update begins anew", () => {
  const rankOf = (number: number) => ((number * 7) % 500) / 500;
  const events = numbered(Array.from({ length: 500 }, (_, number) => ({ rank: rankOf(number), bytes: 10 })));
  const { sample, update } = sampled(events);
  expect(update).toEqual({ events, bytes: 5_000, sampled: false });
  expect(sample.take()).toEqual({ events: [], bytes: 0, sampled: false });
  const more = sampled([...events, { number: 500, rank: 0.001, bytes: 10 }]);
  expect(more.update.sampled).toBe(true);
  expect(more.update.events).toHaveLength(500);
  expect(more.update.events.at(-1)?.number).toBe(500);
  expect(more.update.events.find(({ rank }) => rank === 499 / 500)).toBeUndefined();
});

test("what nobody looked at makes a sample of the rest, and ranks count for one update", () => {
  const ranks = [0.5, ...Array.from({ length: 8 }, () => 0.1), 0.7];
  const sample = new TailSample<number>({ random: () => ranks.shift()!, bytesOf: () => mebibyte });
  for (let number = 0; number < 9; number++) sample.add(number);
  sample.skip();
  expect(sample.take()).toMatchObject({ events: [1, 2, 3, 4, 5, 6, 7, 8], sampled: true });
  sample.add(9);
  expect(sample.take()).toMatchObject({ events: [9], sampled: false });
  sample.skip();
  expect(sample.take()).toEqual({ events: [], bytes: 0, sampled: true });
});

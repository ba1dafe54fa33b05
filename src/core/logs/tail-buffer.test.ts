// What a live tail keeps for a client that is slow: ten updates, and no more than 5,000 events or 16 MiB.
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { TailBuffer } from "./tail-buffer.ts";

interface Numbered {
  readonly number: number;
  readonly events: readonly unknown[];
  readonly bytes: number;
}

const update = (number: number, events: number, bytes = 1): Numbered => ({
  number,
  events: Array.from({ length: events }),
  bytes,
});

function taken(buffer: TailBuffer<Numbered>) {
  const all: Numbered[] = [];
  for (let next = buffer.take(); next !== undefined; next = buffer.take()) all.push(next);
  return all;
}

test("the oldest updates are dropped, the others come in their order", () => {
  const buffer = new TailBuffer<Numbered>();
  for (let number = 1; number <= 14; number++) buffer.push(update(number, 0));
  expect(taken(buffer).map(({ number }) => number)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  for (let number = 1; number <= 10; number++) buffer.push(update(number, 500));
  expect(taken(buffer)).toHaveLength(10);
});

test("long updates are dropped before there are ten of them", () => {
  const buffer = new TailBuffer<Numbered>();
  const mebibyte = 1_048_576;
  for (let number = 1; number <= 4; number++) buffer.push(update(number, 1, 8 * mebibyte));
  expect(taken(buffer).map(({ number }) => number)).toEqual([3, 4]);
  for (let number = 1; number <= 4; number++) buffer.push(update(number, 1, 4 * mebibyte));
  expect(taken(buffer)).toHaveLength(4);
});

property.prop([fc.array(fc.nat({ max: 1_500 }), { maxLength: 30 })])(
  "what is left are the last ones, as many as fit",
  (sizes) => {
    const buffer = new TailBuffer<Numbered>();
    sizes.forEach((size, number) => buffer.push(update(number, size)));
    const left = taken(buffer);
    expect(left.map(({ number }) => number)).toEqual(
      sizes.map((_, number) => number).slice(-left.length || sizes.length),
    );
    expect(left.length).toBeLessThanOrEqual(10);
    const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
    expect(sum(left.map(({ events }) => events.length))).toBeLessThanOrEqual(5_000);
    const before = sizes.length - left.length - 1;
    if (before >= 0 && left.length < 10) expect(sum(sizes.slice(before))).toBeGreaterThan(5_000);
  },
);

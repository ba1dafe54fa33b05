// Sequence numbers that grow with arrival, so that rows of the same millisecond keep their order.
import { randomInt } from "node:crypto";

/**
 * Gives the next number for a row that arrives at `now` (epoch milliseconds), or the first of so many in a
 * row.
 */
export type ArrivalSequence = (now: number, count?: number) => bigint;

const bitsWithinMillisecond = 22n;

/**
 * Milliseconds in the upper bits and a counter below. The counter begins at a random place, so that a process
 * that is started again in the same millisecond of a clock that stands still does not repeat itself.
 */
export function createArrivalSequence(): ArrivalSequence {
  let last = 0n;
  const offset = BigInt(randomInt(2 ** 20));
  return (now, count = 1) => {
    const earliest = (BigInt(Math.max(0, Math.trunc(now))) << bitsWithinMillisecond) + offset;
    const first = last < earliest ? earliest : last + 1n;
    last = first + BigInt(count - 1);
    return first;
  };
}

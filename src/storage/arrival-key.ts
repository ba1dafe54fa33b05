// Keys that sort as what they stand for arrived.
import { randomUUID } from "node:crypto";

let arrivals = 0;

/** By the millisecond and, within it, by the order of the calls; unique among processes. */
export function arrivalKey(now: number): string {
  arrivals = (arrivals + 1) % 1e9;
  return `${String(now).padStart(15, "0")}-${String(arrivals).padStart(9, "0")}-${randomUUID().slice(0, 8)}`;
}

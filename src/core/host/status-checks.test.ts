// Status checks: what fails which, and what fails none.
import { expect, test } from "vitest";
import { parseMemory } from "./memory.ts";
import { statusCheckMetrics, type StatusReadings } from "./status-checks.ts";

const healthy: StatusReadings = {
  mounts:
    "/dev/vda1 / ext4 rw,relatime,errors=remount-ro 0 0\n/dev/loop0 /snap/core squashfs ro,relatime 0 0\n",
  memory: parseMemory("MemTotal: 1000000 kB\nMemAvailable: 500000 kB\n"),
  uncorrectedMemoryErrors: [0, 0],
  linkStates: ["up", "down"],
};

/** The checks that failed. */
const failedOf = (readings: Partial<StatusReadings>) =>
  statusCheckMetrics({ ...healthy, ...readings })
    .filter(({ value }) => value === 1)
    .map(({ name }) => name);

const instance = ["StatusCheckFailed", "StatusCheckFailed_Instance"];
const system = ["StatusCheckFailed", "StatusCheckFailed_System"];

test("a machine that is well reports zeros", () => {
  expect(statusCheckMetrics(healthy).map(({ name, value }) => [name, value])).toEqual([
    ["StatusCheckFailed", 0],
    ["StatusCheckFailed_Instance", 0],
    ["StatusCheckFailed_System", 0],
  ]);
});

test.each([
  [
    "a file system that errors made read-only",
    "/dev/vda1 / ext4 ro,relatime,errors=remount-ro 0 0",
    instance,
  ],
  ["one that the kernel says so of", "/dev/vda1 /data ext4 rw,emergency_ro 0 0", instance],
  ["one that is meant to be read-only", "/dev/dm-0 / ext4 ro,relatime 0 0", []],
  ["none that is known", "", []],
])("%s", (_, mounts, expected) => {
  expect(failedOf({ mounts })).toEqual(expected);
});

test("memory that is used up fails the instance", () => {
  const left = (kilobytes: number) => parseMemory(`MemTotal: 1000000 kB\nMemAvailable: ${kilobytes} kB\n`);
  expect(failedOf({ memory: left(9_999) })).toEqual(instance);
  expect(failedOf({ memory: left(10_000) })).toEqual([]);
  expect(failedOf({ memory: parseMemory("") })).toEqual([]);
});

test("defective memory and a network without links fail the system", () => {
  expect(failedOf({ uncorrectedMemoryErrors: [0, 1] })).toEqual(system);
  expect(failedOf({ linkStates: ["down", "down"] })).toEqual(system);
  expect(failedOf({ linkStates: [], uncorrectedMemoryErrors: [] })).toEqual([]);
});

test("both can fail at once", () => {
  expect(
    failedOf({ linkStates: ["down"], memory: parseMemory("MemTotal: 100 kB\nMemAvailable: 0 kB\n") }),
  ).toEqual(["StatusCheckFailed", "StatusCheckFailed_Instance", "StatusCheckFailed_System"]);
});

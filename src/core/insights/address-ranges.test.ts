// Ranges of IP addresses: the engine finds the one that the block lists of Node.js find.
import { BlockList, isIPv6 } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, expect } from "vitest";
import { openTelemetry } from "../../storage/telemetry/open.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import { sql } from "../sql.ts";
import { addressDigits, rangeDigits, smallestRange } from "./address-ranges.ts";

let folder: string;
let telemetry: Telemetry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-address-ranges-"));
  telemetry = openTelemetry({ folder });
  await telemetry.ready();
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

/** Few networks, so that addresses are in some of them. */
const four = fc
  .tuple(fc.constantFrom("10.0", "10.128", "192.168"), fc.nat(255), fc.nat(255))
  .map(([network, third, fourth]) => `${network}.${third}.${fourth}`);
const group = fc.nat(0xffff).map((value) => value.toString(16));
const six = fc
  .tuple(fc.constantFrom("2001:db8", "2001:DB8:0", "fe80"), group, group)
  .map(([network, middle, last]) => `${network}:${middle}::${last}`);
const address = fc.oneof(four, six, fc.ipV4(), fc.ipV6());
const range = fc.tuple(address, fc.nat(128)).map(([text, bits]) => ({
  address: text,
  bits: isIPv6(text) ? bits : bits % 33,
}));

const kindOf = (text: string) => (isIPv6(text) ? "ipv6" : "ipv4");

/** To a list `10.0.0.1` is the same as `::ffff:10.0.0.1`, which are not the same here. */
function has({ address: network, bits }: { address: string; bits: number }, text: string): boolean {
  const list = new BlockList();
  list.addSubnet(network, bits, kindOf(network));
  return kindOf(network) === kindOf(text) && list.check(text, kindOf(text));
}

test.prop(
  [fc.array(range, { minLength: 1, maxLength: 12 }), fc.array(address, { minLength: 1, maxLength: 8 })],
  { numRuns: 40 },
)("the smallest range that has an address is found", async (ranges, addresses) => {
  const rows = new Map<string, number>();
  for (const [index, { address: network, bits }] of ranges.entries()) {
    const digits = rangeDigits(`${network}/${bits}`);
    if (digits !== undefined && !rows.has(digits)) rows.set(digits, index + 1);
  }
  const expected = addresses.map((text) => {
    const fitting = ranges.filter((one) => has(one, text));
    const most = Math.max(...fitting.map(({ bits }) => bits));
    return ranges.findIndex((one) => one.bits === most && has(one, text)) + 1;
  });
  const found = await telemetry.query<{ row: number }>(
    sql`SELECT toFloat64(${smallestRange(addressDigits(sql`address`), rows)}) AS row
      FROM (SELECT arrayJoin(${addresses}) AS address)`,
  );
  expect(found.map(({ row }) => row)).toEqual(expected);
});

test.each([
  ["10.0.0.0/33"],
  ["10.0.0/8"],
  ["10.0.0.256/32"],
  ["2001:db8::/129"],
  ["1:2:3:4:5:6:7:8:9"],
  ["1::2::3"],
  ["::1.2.3.400"],
  ["10.0.0.0/"],
  ["/8"],
  [""],
])("%s is no range", (text) => {
  expect(rangeDigits(text)).toBeUndefined();
});

test("one address is a range, and may end with the four numbers of version 4", () => {
  expect(rangeDigits("192.0.2.1")).toBe(rangeDigits("192.0.2.1/32"));
  expect(rangeDigits(" ::ffff:192.0.2.1 ")).toBe(rangeDigits("0:0:0:0:0:FFFF:c000:201/128"));
});

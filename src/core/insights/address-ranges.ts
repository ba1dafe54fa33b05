// Ranges of IP addresses as binary digits: an address is in a range whose digits are its first ones.
import { sql, type Sql } from "../sql.ts";

/**
 * `192.0.2.0/24`, `2001:db8::/32` or one address as `4` or `6` and the binary digits that all addresses of
 * the range have in common: 32 or 128 of them for one address. Undefined for what is no range.
 */
export function rangeDigits(cidr: string): string | undefined {
  const [, address = "", length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(cidr.trim()) ?? [];
  const digits = version4Digits(address) ?? version6Digits(address);
  if (digits === undefined) return undefined;
  const bits = length === undefined ? digits.length - 1 : Number(length);
  return bits < digits.length ? digits.slice(0, bits + 1) : undefined;
}

function version4Digits(address: string): string | undefined {
  const parts = address.split(".");
  const isAddress = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return isAddress ? `4${parts.map((part) => binary(Number(part), 8)).join("")}` : undefined;
}

function version6Digits(address: string): string | undefined {
  const halves = address.replace(/(?:\d{1,3}\.){3}\d{1,3}$/, lastGroups).split("::");
  const [first = [], last = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const left = 8 - first.length - last.length;
  if (halves.length > 2 || (halves.length === 2 ? left < 1 : left !== 0)) return undefined;
  const groups = [...first, ...Array.from({ length: left }, () => "0"), ...last];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return `6${groups.map((group) => binary(Number.parseInt(group, 16), 16)).join("")}`;
}

/** The last two groups of an address may be written as four numbers: `::ffff:192.0.2.1`. */
function lastGroups(four: string): string {
  const digits = version4Digits(four);
  if (digits === undefined) return "no group";
  return [digits.slice(1, 17), digits.slice(17)]
    .map((group) => Number.parseInt(group, 2).toString(16))
    .join(":");
}

const binary = (value: number, digits: number): string => value.toString(2).padStart(digits, "0");

/** The digits of an address in the engine; empty for a text that is none. */
export function addressDigits(text: Sql): Sql {
  const four = sql`substring(bin(IPv6StringToNumOrDefault(concat('::ffff:', ${text}))), 97)`;
  const six = sql`bin(IPv6StringToNumOrDefault(${text}))`;
  const isSix = sql`isIPv6String(${text})`;
  return sql`multiIf(isIPv4String(${text}), concat('4', ${four}), ${isSix}, concat('6', ${six}), '')`;
}

/**
 * What stands beside the smallest range that the address is in, 0 for one in none of them: there is one look
 * into a hash table for each length of a range that there is.
 */
export function smallestRange(digits: Sql, ranges: ReadonlyMap<string, number>): Sql {
  const lengths = [...new Set([...ranges.keys()].map((range) => range.length))].sort((a, b) => b - a);
  const known = sql`${[...ranges.keys()]}, ${[...ranges.values()]}`;
  const found = sql`transform(substring(${digits}, 1, length), ${known}, 0)`;
  return sql`arrayFirst(row -> row > 0, arrayMap(length -> ${found}, ${lengths}))`;
}

// IP address functions.
import { sql, type Sql } from "../../sql.ts";
import { addressDigits, rangeDigits } from "../address-ranges.ts";
import { documentation, type FunctionTable, type SqlFunction } from "./define.ts";

const define = (takes: SqlFunction["takes"], toSql: (address: Sql, subnet: Sql) => Sql): SqlFunction => ({
  takes,
  gives: "boolean",
  nullable: false,
  doc: documentation.address,
  toSql: (address = sql`''`, subnet = sql`''`) => toSql(sql`ifNull(${address}, '')`, subnet),
});

const isVersion4 = (address: Sql): Sql => sql`isIPv4String(${address})`;
const isVersion6 = (address: Sql): Sql => sql`isIPv6String(${address})`;

/** The engine refuses what is no address, so something that is one stands in its place. */
const inSubnet = (isAddress: (address: Sql) => Sql, other: Sql) => (address: Sql, subnet: Sql) => {
  const known = sql`if(${isAddress(address)}, ${address}, ${other})`;
  return sql`(${isAddress(address)} AND isIPAddressInRange(${known}, ${subnet}))`;
};

const either = (address: Sql): Sql => sql`(${isVersion4(address)} OR ${isVersion6(address)})`;

/** RFC 1918 */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/**
 * Not reached from everywhere and not private; AWS documents no list.
 * https://www.iana.org/assignments/iana-ipv4-special-registry, and the same of IPv6
 */
const reservedRanges = (
  "0.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 " +
  "198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 " +
  "::/128 ::1/128 ::ffff:0:0/96 64:ff9b:1::/48 100::/64 2001:2::/48 2001:db8::/32 fc00::/7 fe80::/10 ff00::/8"
).split(" ");

function isInOneOf(address: Sql, ranges: readonly string[]): Sql {
  const digits = ranges.map((range) => rangeDigits(range) ?? "");
  return sql`arrayExists(range -> startsWith(${addressDigits(address)}, range), ${digits})`;
}

export const addressFunctions: FunctionTable = {
  isValidIp: define(["text"], either),
  isValidIpV4: define(["text"], isVersion4),
  isValidIpV6: define(["text"], isVersion6),
  isIpInSubnet: define(["text", "constant"], inSubnet(either, sql`'0.0.0.0'`)),
  isIpv4InSubnet: define(["text", "constant"], inSubnet(isVersion4, sql`'0.0.0.0'`)),
  isIpv6InSubnet: define(["text", "constant"], inSubnet(isVersion6, sql`'::'`)),
  isPrivateIP: define(["text"], (address) => isInOneOf(address, privateRanges)),
  isReservedIP: define(["text"], (address) => isInOneOf(address, reservedRanges)),
  isPublicIP: define(["text"], (address) => {
    return sql`(${either(address)} AND NOT ${isInOneOf(address, [...privateRanges, ...reservedRanges])})`;
  }),
  ipv4ToNumber: {
    takes: ["text"],
    gives: "number",
    nullable: true,
    doc: documentation.address,
    toSql(text = sql`''`) {
      const address = sql`ifNull(${text}, '')`;
      return sql`if(${isVersion4(address)}, toFloat64(IPv4StringToNumOrDefault(${address})), NULL)`;
    },
  },
};

/** What the second argument of the functions above must be: `192.0.2.0/24`, `2001:db8::/32`. */
export function isSubnet(text: string): boolean {
  return text.includes("/") && rangeDigits(text) !== undefined;
}

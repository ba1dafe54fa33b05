// IP address functions.
import { sql, type Sql } from "../../sql.ts";
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

export const addressFunctions: FunctionTable = {
  isValidIp: define(["text"], either),
  isValidIpV4: define(["text"], isVersion4),
  isValidIpV6: define(["text"], isVersion6),
  isIpInSubnet: define(["text", "constant"], inSubnet(either, sql`'0.0.0.0'`)),
  isIpv4InSubnet: define(["text", "constant"], inSubnet(isVersion4, sql`'0.0.0.0'`)),
  isIpv6InSubnet: define(["text", "constant"], inSubnet(isVersion6, sql`'::'`)),
};

/** What the second argument of the functions above must be: `192.0.2.0/24`, `2001:db8::/32`. */
export function isSubnet(text: string): boolean {
  const [, address = "", bits = ""] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  const isFour =
    /^(\d{1,3})(\.\d{1,3}){3}$/.test(address) && address.split(".").every((part) => Number(part) < 256);
  const isSix = address.includes(":") && /^[0-9a-fA-F:.]+$/.test(address) && address.split("::").length <= 2;
  return (isFour && Number(bits) <= 32) || (isSix && Number(bits) <= 128);
}

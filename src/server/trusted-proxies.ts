// Which peers are believed when they say how a request came to them.
import { BlockList, isIP } from "node:net";
import { BoundedMap } from "../wire/bounded-map.ts";

/** Whether the address of a peer, as its socket has it, is one of a trusted proxy. */
export type IsTrustedProxy = (address: string) => boolean;

/** Peers whose answer is remembered: looking one up costs as much as the rest of a request's head. */
const maxRememberedPeers = 1_000;

const words: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1"],
  none: [],
};

/**
 * `loopback,10.0.0.0/8,fd00::1`: addresses, networks, and the words `loopback` and `none`.
 * @returns undefined for another text.
 */
export function parseTrustedProxies(text: string): IsTrustedProxy | undefined {
  const trusted = new BlockList();
  const items = text.split(",").map((item) => item.trim());
  for (const item of items.flatMap((one) => words[one] ?? [one])) {
    const [address = "", bits, ...others] = item.split("/");
    const family = familyOf(address);
    if (family === undefined || others.length > 0) return undefined;
    if (bits === undefined) trusted.addAddress(address, family);
    else if (/^\d{1,3}$/.test(bits) && Number(bits) <= longest[family]) {
      trusted.addSubnet(address, Number(bits), family);
    } else return undefined;
  }
  const remembered = new BoundedMap<boolean>(maxRememberedPeers);
  return (address) => {
    const known = remembered.get(address);
    if (known !== undefined) return known;
    const isTrusted = isIn(trusted, address);
    remembered.set(address, isTrusted);
    return isTrusted;
  };
}

function isIn(trusted: BlockList, given: string): boolean {
  // A socket that listens for both families has the older one inside of the newer.
  const address = given.replace(/^::ffff:(?=\d+\.)/i, "");
  const family = familyOf(address);
  return family !== undefined && trusted.check(address, family);
}

const longest = { ipv4: 32, ipv6: 128 } as const;

function familyOf(address: string): keyof typeof longest | undefined {
  const version = isIP(address);
  return version === 4 ? "ipv4" : version === 6 ? "ipv6" : undefined;
}

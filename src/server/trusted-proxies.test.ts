// The addresses of `--trusted-proxies`.
import { expect, test } from "vitest";
import { parseTrustedProxies } from "./trusted-proxies.ts";

test.each([
  ["loopback", "127.0.0.1", true],
  ["loopback", "127.8.0.1", true],
  ["loopback", "::1", true],
  ["loopback", "::ffff:127.0.0.1", true],
  ["loopback", "10.0.0.1", false],
  ["none", "127.0.0.1", false],
  ["10.0.0.0/8, 192.0.2.7", "10.255.0.1", true],
  ["10.0.0.0/8, 192.0.2.7", "::ffff:192.0.2.7", true],
  ["10.0.0.0/8, 192.0.2.7", "192.0.2.8", false],
  ["10.0.0.0/8", "127.0.0.1", false],
  ["fd00::/8", "fd12::3", true],
  ["fd00::/8", "fe80::3", false],
  ["loopback", "", false],
])("of %s is %s: %s", (text, address, isTrusted) => {
  expect(parseTrustedProxies(text)?.(address)).toBe(isTrusted);
});

test("an answer is the same each time, for each peer its own, and for each list", () => {
  const [ofTens, ofLoopback] = [parseTrustedProxies("10.0.0.0/8"), parseTrustedProxies("loopback")];
  const peers = ["10.0.0.1", "127.0.0.1", "::ffff:10.0.0.1", "10.0.0.1", "127.0.0.1"];
  expect(peers.map((peer) => ofTens?.(peer))).toEqual([true, false, true, true, false]);
  expect(peers.map((peer) => ofLoopback?.(peer))).toEqual([false, true, false, false, true]);
});

test.each([
  "",
  "localhost",
  "10.0.0.0/33",
  "fd00::/129",
  "10.0.0.0/",
  "10.0.0.0/8/8",
  "300.0.0.1",
  "10.0.0.1,",
])("%s is refused", (text) => expect(parseTrustedProxies(text)).toBeUndefined());

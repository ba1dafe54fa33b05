// Pages that may speak to the server, and pages that may not.
import { describe, expect, test } from "vitest";
import type { WireRequest } from "../wire/request.ts";
import { isForged, judgeOrigin } from "./cross-origin.ts";

const off = { auth: "off", publicHost: "watch.example" } as const;
const iam = { auth: "iam", publicHost: undefined } as const;

const from = (origin: string | undefined, host = "127.0.0.1:4600"): WireRequest => ({
  method: "POST",
  url: "/",
  headers: { host, ...(origin === undefined ? {} : { origin }) },
  body: new Uint8Array(0),
  sourceAddress: "127.0.0.1",
});

test.each([
  ["no browser", from(undefined), "none"],
  ["the server's own page", from("http://127.0.0.1:4600"), "own"],
  ["a page in development", from("http://localhost:5173"), "allowed"],
  ["a page over IPv6", from("http://[::1]:5173"), "allowed"],
  ["a page from elsewhere", from("https://evil.example"), "refused"],
  ["a name of elsewhere for this machine", from("http://evil.example:4600", "evil.example:4600"), "refused"],
  ["a name that looks local", from("http://localhost.evil.example"), "refused"],
  ["a sandboxed page", from("null"), "refused"],
  ["its own page under its public name", from("https://watch.example", "watch.example"), "own"],
])("%s", (_, request, verdict) => {
  expect(judgeOrigin(request, off)).toBe(verdict);
});

test("with signatures, the server's own page may have any name", () => {
  expect(judgeOrigin(from("https://watch.example", "watch.example"), iam)).toBe("own");
  expect(judgeOrigin(from("https://evil.example", "watch.example"), iam)).toBe("refused");
});

describe("without an origin", () => {
  const image = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };
  const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  const get = (headers: WireRequest["headers"]): WireRequest => {
    return { ...from(undefined), method: "GET", headers: { host: "127.0.0.1:4600", ...headers } };
  };

  test.each([
    ["a program", get({}), false],
    ["a program of node", get({ "sec-fetch-mode": "cors" }), false],
    [
      "an address that a person typed",
      get({ "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }),
      false,
    ],
    ["the server's own page", get({ "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }), false],
    ["an image of a page from elsewhere", get(image), true],
    ["a link of a page from elsewhere", get(link), true],
    ["a name of elsewhere for this machine", get({ host: "evil.example:4600" }), true],
    ["a host that is none", get({ host: "a b" }), true],
    ["the public name", get({ host: "watch.example" }), false],
    ["IPv6", get({ host: "[::1]:4600" }), false],
    ["a program with a name of its own for the server", from(undefined, "stream-gw:4600"), false],
  ])("%s calls the API", (_, request, isRefused) => {
    expect(isForged(request, off, false)).toBe(isRefused);
    expect(isForged(request, iam, false)).toBe(false);
  });

  test("a link leads to a page of the server, an image does not", () => {
    expect(isForged(get(link), off, true)).toBe(false);
    expect(isForged(get(image), off, true)).toBe(true);
    expect(isForged(get({ ...link, host: "evil.example:4600" }), off, true)).toBe(true);
  });
});

// Pages that may speak to the server, and pages that may not.
import { expect, test } from "vitest";
import type { WireRequest } from "../wire/request.ts";
import { judgeOrigin } from "./cross-origin.ts";

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
])("%s", (_, request, verdict) => {
  expect(judgeOrigin(request, "off")).toBe(verdict);
});

test("with signatures, the server's own page may have any name", () => {
  expect(judgeOrigin(from("https://watch.example", "watch.example"), "iam")).toBe("own");
  expect(judgeOrigin(from("https://evil.example", "watch.example"), "iam")).toBe("refused");
});

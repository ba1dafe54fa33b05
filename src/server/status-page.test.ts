// The page of the address: what may be shown to whom, and nothing that could be markup by accident.
import { expect, test } from "vitest";
import { renderStatusPage } from "./status-page.ts";

const page = {
  version: "1.2.3",
  endpoint: "http://127.0.0.1:4600",
  region: "eu-central-1",
  counts: [
    ["log events", 12],
    ["bus events", undefined],
  ],
} as const;

test("what is stored, and commands that work with any key, for a server without authentication", () => {
  const html = renderStatusPage({ ...page, auth: "off" });
  expect(html).toContain("<td>log events</td><td>12</td>");
  expect(html).toContain("<td>bus events</td><td>unknown</td>");
  expect(html).toContain("AWS_ACCESS_KEY_ID=any");
  expect(html).toContain("alias gw='aws --endpoint-url http://127.0.0.1:4600'");
});

test("a server that verifies signatures tells strangers nothing of its data, and no key that fails", () => {
  const html = renderStatusPage({ ...page, auth: "iam" });
  expect(html).not.toContain("log events");
  expect(html).not.toContain("=any");
});

test("texts are escaped", () => {
  const html = renderStatusPage({ ...page, auth: "off", endpoint: 'http://"><script>' });
  expect(html).not.toContain("<script>");
});

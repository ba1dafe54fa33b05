// Dashboards' bodies: the scripts in testdata, and what holds for every body.
import { readFileSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { checkDashboardBody } from "./check-body.ts";

const script = readFileSync(new URL("./testdata/bodies.txt", import.meta.url), "utf8");

interface Case {
  readonly body: string;
  readonly expected: string[];
}

const cases: Case[] = [];
for (const line of script.split("\n")) {
  if (line.startsWith("body ")) cases.push({ body: line.slice("body ".length), expected: [] });
  else if (line !== "" && !line.startsWith("#")) cases.at(-1)!.expected.push(line);
}

describe("bodies.txt", () => {
  test.each(cases)("$body", ({ body, expected }) => {
    const found = checkDashboardBody(body);
    const print = (kind: string) => (one: { path: string; message: string }) =>
      `${kind} ${one.path === "" ? "-" : one.path} ${one.message}`;
    expect([
      ...(found?.errors.map(print("error")) ?? ["not JSON"]),
      ...(found?.warnings.map(print("warning")) ?? []),
    ]).toEqual(expected);
  });
});

test.each(["", "[]", "null", "{", '"widgets"'])("%s is no JSON object", (body) => {
  expect(checkDashboardBody(body)).toBeUndefined();
});

test("more widgets than a dashboard may have", () => {
  const widgets = Array.from({ length: 501 }, () => ({ type: "text", properties: { markdown: "" } }));
  expect(checkDashboardBody(JSON.stringify({ widgets }))?.errors).toEqual([
    { path: "/widgets", message: "Should NOT have more than 500 items" },
  ]);
});

const row = fc.array(fc.oneof(fc.string(), fc.constantFrom(".", "..."), fc.object(), fc.integer()));
const widget = fc.record({
  type: fc.oneof(fc.constantFrom("metric", "text", "log", "alarm"), fc.jsonValue()),
  properties: fc.oneof(fc.record({ metrics: fc.array(row), region: fc.string() }), fc.jsonValue()),
});

property.prop([fc.array(fc.oneof(widget, fc.jsonValue()))])(
  "every message points at something of the body",
  (widgets) => {
    const body = JSON.parse(JSON.stringify({ widgets })) as unknown;
    const found = checkDashboardBody(JSON.stringify(body))!;
    for (const { path } of [...found.errors, ...found.warnings]) {
      let place = body;
      for (const part of path.split("/").slice(1)) {
        const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
        expect(Object.hasOwn(place as object, name)).toBe(true);
        place = (place as Record<string, unknown>)[name];
      }
    }
  },
);

// Filter policies: each operator on what it lets through and what not, and policies that are refused.
import { describe, expect, test } from "vitest";
import { passesFilter, problemOfPolicy } from "./filter-policy.ts";
import type { NotificationAttributes } from "./published-message.ts";

const attributes: NotificationAttributes = {
  store: { type: "String", text: "example_corp" },
  price: { type: "Number", text: "210.75" },
  tags: { type: "String.Array", text: '["soccer", "rugby", 7, null]' },
  address: { type: "String", text: "10.0.0.77" },
};

const passes = (policy: object) =>
  passesFilter(JSON.stringify(policy), "MessageAttributes", { text: "", attributes });

describe("attributes", () => {
  test.each([
    { store: ["example_corp"] },
    { store: ["other", "example_corp"] },
    { store: [{ prefix: "example" }] },
    { store: [{ suffix: "corp" }] },
    { store: [{ "equals-ignore-case": "EXAMPLE_corp" }] },
    { store: [{ wildcard: "ex*_*rp" }] },
    { store: [{ "anything-but": ["a", "b"] }] },
    { store: [{ "anything-but": { prefix: "order" } }] },
    { store: [{ exists: true }], other: [{ exists: false }] },
    { price: [210.75] },
    { price: [{ numeric: [">", 200, "<=", 210.75] }] },
    { tags: ["rugby"] },
    { tags: [7] },
    { tags: [null] },
    { address: [{ cidr: "10.0.0.0/24" }] },
    { $or: [{ store: ["nowhere"] }, { price: [{ numeric: ["=", 210.75] }] }] },
    {},
  ])("%j lets the message through", (policy) => {
    expect(passes(policy)).toBe(true);
  });

  test.each([
    { store: ["Example_corp"] },
    { store: ["example_corp"], price: [1] },
    { store: [{ prefix: "corp" }] },
    { store: [{ wildcard: "*x" }] },
    { store: [{ wildcard: "example_corp*p" }] },
    { store: [{ "anything-but": "example_corp" }] },
    { store: [{ "anything-but": { prefix: "example" } }] },
    { tags: [{ "anything-but": ["soccer"] }] },
    { store: [{ exists: false }] },
    { other: [{ "anything-but": ["x"] }] },
    { price: ["210.75"] },
    { price: [{ numeric: [">", 200, "<", 210.75] }] },
    { address: [{ cidr: "10.0.1.0/24" }] },
    { $or: [{ store: ["nowhere"] }, { price: [1] }] },
  ])("%j keeps it out", (policy) => {
    expect(passes(policy)).toBe(false);
  });
});

test("the body's fields may be nested, and of a list of objects one is enough", () => {
  const policy = JSON.stringify({ order: { lines: { sku: [{ prefix: "A" }] }, paid: [true] } });
  const filter = (body: unknown) =>
    passesFilter(policy, "MessageBody", { text: JSON.stringify(body), attributes: {} });
  expect(filter({ order: { lines: [{ sku: "B1" }, { sku: "A1" }], paid: true } })).toBe(true);
  expect(filter({ order: { lines: [{ sku: "B1" }], paid: true } })).toBe(false);
  expect(filter({ order: { lines: { sku: "A1" }, paid: "true" } })).toBe(false);
  expect(passesFilter(policy, "MessageBody", { text: "no json", attributes: {} })).toBe(false);
});

test.each([
  ["no json", "failed to parse JSON"],
  ['{"a": []}', "Empty arrays are not allowed"],
  ['{"a": "b"}', '"a" must be an object or an array'],
  ['{"a": {"b": ["c"]}}', "does not support nested filter policy"],
  ['{"a": [{"like": "x"}]}', "Unrecognized match type like"],
  ['{"a": [{"numeric": [">"]}]}', "Value of numeric is not valid"],
  ['{"a": [{"prefix": "x", "suffix": "y"}]}', "Only one key allowed in match expression"],
  ['{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}', "can not have more than 5 keys"],
])("%s is refused", (policy, problem) => {
  expect(problemOfPolicy(policy, "MessageAttributes")).toContain(problem);
});

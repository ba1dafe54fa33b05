// The types of fields, as documents show them.
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { fieldTypesOf } from "./log-field-types.ts";

test("types are those that hold all values", () => {
  const types = fieldTypesOf([
    '{"level":"INFO","took":3,"ok":true,"user":{"id":1},"tags":[],"mixed":1,"nothing":null}',
    '{"took":2.5,"user":{"name":"a"},"tags":["x"],"mixed":"one"}',
    "no JSON",
    "{ no JSON either",
  ]);
  expect(types).toEqual(
    new Map<string, unknown>([
      ["level", { kind: "string" }],
      ["took", { kind: "double" }],
      ["ok", { kind: "boolean" }],
      [
        "user",
        {
          kind: "struct",
          fields: new Map([
            ["id", { kind: "long" }],
            ["name", { kind: "string" }],
          ]),
        },
      ],
      ["tags", { kind: "array", element: { kind: "string" } }],
      ["mixed", { kind: "string" }],
    ]),
  );
});

property.prop([fc.array(fc.json({ maxDepth: 4 }), { maxLength: 6 })])(
  "the order of documents changes no type",
  (documents) => {
    expect(fieldTypesOf(documents.toReversed())).toEqual(fieldTypesOf(documents));
  },
);

test("what is deep is a text", () => {
  const deep = `${'{"a":'.repeat(40)}1${"}".repeat(40)}`;
  expect(JSON.stringify([...fieldTypesOf([deep]).keys()])).toBe('["a"]');
});

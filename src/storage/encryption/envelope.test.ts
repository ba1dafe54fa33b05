// Laws of sealing.
import { randomBytes } from "node:crypto";
import { test as property, fc } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { keyBytes, seal, unseal } from "./envelope.ts";

const key = randomBytes(keyBytes);
const refused = /unable to authenticate|never sealed/;
const anyText = fc.string({ unit: "binary", maxLength: 300 }).map((text) => Buffer.from(text).toString());

property.prop([anyText, anyText])(
  "what was sealed is opened with the key and the context",
  (text, context) => {
    expect(unseal(key, seal(key, text, context), context).toString()).toBe(text);
    expect(unseal(key, seal(key, Buffer.from(text), context), context).toString()).toBe(text);
  },
);

property.prop([anyText, fc.nat(), fc.integer({ min: 1, max: 255 })])(
  "one changed byte, a cut, another key or another context opens nothing",
  (text, place, change) => {
    const sealed = seal(key, text, "m1");
    const changed = Buffer.from(sealed);
    const at = place % sealed.length;
    changed[at] = sealed[at]! ^ change;
    expect(() => unseal(key, changed, "m1")).toThrow(refused);
    expect(() => unseal(key, sealed.subarray(0, at), "m1")).toThrow(refused);
    expect(() => unseal(randomBytes(keyBytes), sealed, "m1")).toThrow(refused);
    expect(() => unseal(key, sealed, "m2")).toThrow(refused);
  },
);

test("no nonce comes twice", () => {
  const nonces = Array.from({ length: 20_000 }, () => seal(key, "same", "same").toString("hex", 0, 12));
  expect(new Set(nonces).size).toBe(nonces.length);
});

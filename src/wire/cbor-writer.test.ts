// Texts of every length survive the places where the buffer grows.
import { cbor } from "@smithy/core/cbor";
import { expect, test } from "vitest";
import { CborWriter } from "./cbor-writer.ts";

test("a short text that begins anywhere before the end of the buffer", () => {
  const initialBytes = 1024;
  for (const length of [0, 1, 5, 6, 7, 23, 24, 40, 41]) {
    for (let before = initialBytes - 60; before <= initialBytes; before++) {
      const filler = "f".repeat(before - 4); // the heads of the list and of this text take four bytes
      const text = "abcdefgh".repeat(6).slice(0, length);
      const writer = new CborWriter();
      writer.listHead(2);
      writer.text(filler);
      writer.text(text);
      expect(cbor.deserialize(writer.finish()), `${length} behind ${before}`).toEqual([filler, text]);
    }
  }
});

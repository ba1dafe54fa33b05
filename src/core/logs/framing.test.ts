// Framing: however a stream is cut, the same texts come out of it.
import { fc, test as propertyTest } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { lineFraming, syslogFraming, type Framing } from "./framing.ts";

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

function readInPieces(framing: Framing, bytes: Uint8Array, cuts: readonly number[]): readonly string[] {
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  const texts = places.flatMap((to) => {
    const pushed = framing.push(bytes.slice(from, to));
    from = to;
    return pushed;
  });
  return [...texts, ...framing.end()].map(text);
}

const line = fc.string({ unit: "grapheme" }).map((one) => one.replace(/[\n\d]/g, ""));
const cuts = fc.array(fc.nat());

propertyTest.prop([fc.array(line), line, cuts])("lines", (lines, last, places) => {
  const bytes = Buffer.from([...lines, last].join("\n"));
  const expected = last === "" ? lines : [...lines, last];
  expect(readInPieces(lineFraming(), bytes, places)).toEqual(expected);
});

propertyTest.prop([fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.boolean())), cuts])(
  "syslog: counted texts, which may have line feeds in them, and lines, mixed",
  (texts, places) => {
    const written = texts.map(([one, counted]) => {
      const whole = counted ? `<14>${one}` : `<14>${one.replaceAll("\n", "")}`;
      return { whole, bytes: counted ? `${Buffer.byteLength(whole)} ${whole}` : `${whole}\n` };
    });
    const bytes = Buffer.from(written.map((one) => one.bytes).join(""));
    expect(readInPieces(syslogFraming(), bytes, places)).toEqual(written.map(({ whole }) => whole));
  },
);

test("a text that is announced as too long is known before it comes", () => {
  const framing = syslogFraming();
  expect(framing.push(Buffer.from("99999999 <14>"))).toEqual([]);
  expect(framing.waitingBytes()).toBeGreaterThan(99_999_999);
});

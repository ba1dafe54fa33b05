// Syslog messages as scripts, and laws: whatever comes is a message, and nothing of its text is lost.
import { readFileSync } from "node:fs";
import { fc, test as propertyTest } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { parseSyslog } from "./parse-syslog.ts";
import { syslogEvent } from "./syslog-event.ts";

const now = Date.parse("2026-11-02T12:00:00Z");

const script = readFileSync(new URL("./testdata/messages.txt", import.meta.url), "utf8");
const cases = [...script.matchAll(/^message (.*)\nparts (.*)$/gm)].map(
  ([, message = "", parts = ""]): [message: string, parts: unknown] => [
    JSON.parse(message) as string,
    JSON.parse(parts) as unknown,
  ],
);

test("every message of the script is tested", () => {
  expect(cases).toHaveLength(script.match(/^message /gm)?.length ?? 0);
});

test.each(cases)("%s", (message, parts) => {
  expect(parseSyslog(message, now)).toEqual(parts);
});

propertyTest.prop([fc.string({ unit: "grapheme", maxLength: 200 })])(
  "whatever comes is a message",
  (text) => {
    const { message } = parseSyslog(text, now);
    expect(text.endsWith(message)).toBe(true);
  },
);

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/);

propertyTest.prop([
  fc.integer({ min: 0, max: 191 }),
  fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
  word,
  word,
  fc.dictionary(word, fc.dictionary(word, fc.string())),
  fc.string(),
])("what was written by RFC 5424 is read again", (priority, date, hostname, appName, data, text) => {
  const escaped = (value: string) => value.replace(/["\\\]]/g, "\\$&");
  const elements = Object.entries(data).map(
    ([id, pairs]) =>
      `[${[id, ...Object.entries(pairs).map(([name, value]) => `${name}="${escaped(value)}"`)].join(" ")}]`,
  );
  const structured = elements.length === 0 ? "-" : elements.join("");
  const head = `<${priority}>1 ${date.toISOString()} ${hostname} ${appName} - -`;
  expect(parseSyslog(`${head} ${structured} ${text}`, now)).toMatchObject({
    timestamp: date.getTime(),
    hostname,
    appName,
    message: text,
    ...(elements.length === 0 ? {} : { structuredData: data }),
  });
});

test("an event has the stream of its host, else of its sender, and a time that a group takes", () => {
  expect(syslogEvent("<14>Nov  2 11:00:00 web-1 app: text", "10.0.0.1", now)).toEqual({
    logStreamName: "web-1",
    timestamp: now - 3_600_000,
    message: '{"facility":"user","severity":"info","hostname":"web-1","appName":"app","message":"text"}',
  });
  expect(syslogEvent("text", "::1", now)).toMatchObject({ logStreamName: "__1", timestamp: now });
  expect(syslogEvent("<14>1 2003-10-11T22:14:15Z old app - - - text", "", now).timestamp).toBe(now);
});

test("an event is never larger than a log group takes", () => {
  const sent = (data: string, text: string) => {
    const { message } = syslogEvent(`<14>1 2026-11-02T11:00:00Z web-1 app - - ${data} ${text}`, "", now);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1_048_550);
    return JSON.parse(message) as { hostname?: string; message: string };
  };
  for (const character of ["x", '"', "\u0001", "é", "🙂"]) {
    const { hostname, message } = sent("-", character.repeat(1_048_500 / Buffer.byteLength(character)));
    expect(hostname).toBe("web-1");
    expect(message.startsWith(character.repeat(1_000))).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(message))).toBeGreaterThan(1_048_400);
    expect(message).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  }
  const pairs = Array.from({ length: 5_000 }, (_, index) => `n${index}="${"\t".repeat(190)}"`);
  const data = `[a ${pairs.join(" ")}]`;
  expect(sent(data, "text").message.startsWith("<14>1 2026")).toBe(true);
});

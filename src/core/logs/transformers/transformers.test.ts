// Transformers: a script of AWS's examples, every grok pattern against an example of its own, and two laws.
import { readFileSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { compileRe2 } from "../../../storage/re2-regex.ts";
import { compileStoredTransformer, compileTransformer } from "./compile-transformer.ts";
import { grokPatterns } from "./grok-patterns.ts";

const origin = {
  logGroupName: "myLogGroupName",
  logStreamName: "myLogStreamName",
  account: "012345678912",
  region: "us-east-1",
};

const compile = (config: unknown) => compileTransformer(config, compileRe2);

function casesOf(name: string): readonly (readonly string[])[] {
  const script = readFileSync(new URL(`testdata/${name}`, import.meta.url), "utf8");
  return script
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .join("\n")
    .split(/^(?=config )/m)
    .map((text) => text.trim().split("\n"));
}

describe.each(["transformers.txt", "transformer-edges.txt", "ocsf.txt"])("the script %s", (name) => {
  for (const [index, [config = "", ...lines]] of casesOf(name).entries()) {
    test(`${index}: ${config.slice(0, 120)}`, () => {
      const events = lines.filter((line) => line.startsWith("event ")).map((line) => line.slice(6));
      expect([config, ...run(config.slice("config ".length), events)]).toEqual([config, ...lines]);
    });
  }
});

function run(config: string, events: readonly string[]): readonly string[] {
  try {
    const transform = compile(JSON.parse(config));
    return events.flatMap((event) => {
      const outcome = transform(event.replaceAll(String.raw`\n`, "\n"), origin);
      const result = outcome.kind === "transformed" ? `gives ${outcome.text}` : `fails ${outcome.reason}`;
      return [`event ${event}`, result];
    });
  } catch (error) {
    return [`refused ${(error as Error).message}`];
  }
}

describe("an example of AWS's pages gives what is told there", () => {
  for (const [index, [config = "", event = "", gives = ""]] of casesOf("documented-examples.txt").entries()) {
    test(`${index}: ${config.slice(0, 120)}`, () => {
      const [, outcome = ""] = run(config.slice("config ".length), [event.slice("event ".length)]);
      expect(outcome).toMatch(/^gives /);
      expect(JSON.parse(outcome.slice("gives ".length))).toEqual(JSON.parse(gives.slice("gives ".length)));
    });
  }
});

test("an event of 512 KB is not transformed, and one a byte smaller is", () => {
  const transform = compile([{ parseJSON: {} }]);
  const event = (bytes: number, letter: string) => {
    const letters = letter.repeat(Math.floor((bytes - 8) / Buffer.byteLength(letter)));
    return `{"a":"${letters}"}`.padEnd(
      bytes - letters.length * (Buffer.byteLength(letter) / letter.length - 1),
    );
  };
  for (const letter of ["x", "é", "€", "😀"]) {
    expect(transform(event(524_288, letter), origin)).toEqual({
      kind: "failed",
      reason: "the event is not smaller than 512 KB",
    });
  }
  expect(transform(event(524_287, "x"), origin).kind).toBe("transformed");
});

test("a stored configuration that is not taken any more transforms nothing and tells why", () => {
  const config = [{ parseJSON: {} }, { gone: {} }];
  expect(() => compile(config)).toThrow("unknown processor: gone");
  expect(compileStoredTransformer(config, compileRe2)("{}", origin)).toEqual({
    kind: "failed",
    reason: "the transformer cannot be used: transformerConfig[1] has an unknown processor: gone",
  });
  expect(compileStoredTransformer([{ parseJSON: {} }], compileRe2)("{}", origin).kind).toBe("transformed");
});

test("a text that is nested too deeply cannot be read, and is no reason to run out of stack", () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  const transform = compile([{ parseJSON: {} }]);
  expect(transform(nested(1_000), origin).kind).toBe("transformed");
  for (const text of [nested(1_001), nested(80_000), `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`]) {
    expect(transform(text, origin)).toEqual({ kind: "failed", reason: "the text is no JSON object" });
  }
});

test.each([
  ["USERNAME", "user123.name-TEST"],
  ["USER", "user123.name-TEST"],
  ["INT", "-456"],
  ["BASE10NUM", "-0.67"],
  ["BASE16NUM", "+0xA1B2"],
  ["POSINT", "123"],
  ["NONNEGINT", "007"],
  ["WORD", "user_123"],
  ["NOTSPACE", "hello_world123"],
  ["SPACE", " "],
  ["UUID", "550e8400-e29b-41d4-a716-446655440000"],
  ["URN", "urn:isbn:0451450523"],
  ["ARN", "arn:aws:iam:us-east-1:123456789012:user/johndoe"],
  ["CISCOMAC", "0123.4567.89AB"],
  ["WINDOWSMAC", "01-23-45-67-89-AB"],
  ["COMMONMAC", "01:23:45:67:89:AB"],
  ["MAC", "01:23:45:67:89:AB"],
  ["IPV6", "2001:db8:3333:4444:5555:6666:7777:8888"],
  ["IPV6", "2001:db8::8888"],
  ["IPV6", "::1"],
  ["IPV6", "::ffff:10.0.0.1"],
  ["IPV4", "192.168.0.1"],
  ["IP", "192.168.0.1"],
  ["HOSTNAME", "server-01.internal-network.local"],
  ["HOST", "server-01.internal-network.local"],
  ["IPORHOST", "2001:db8:3333:4444:5555:6666:7777:8888"],
  ["UNIXPATH", "/search?q=regex"],
  ["WINPATH", String.raw`C:\Users\John\Documents\file.txt`],
  ["PATH", "/search?q=regex"],
  ["TTY", "/dev/tty1"],
  ["URIPROTO", "web+transformer"],
  ["URIPATH", "/category/sub-category/product_name"],
  ["URIPARAM", "?param1=value1&param2=value2"],
  ["URIPATHPARAM", "/category/sub-category/product?id=12345&color=red"],
  ["URI", "https://user:password@example.com/path/to/resource?param1=value1&param2=value2"],
  ["MONTH", "Jan"],
  ["MONTH", "January"],
  ["MONTHNUM", "5"],
  ["MONTHNUM", "05"],
  ["MONTHNUM2", "05"],
  ["MONTHDAY", "31"],
  ["YEAR", "2024"],
  ["YEAR", "24"],
  ["DAY", "Tuesday"],
  ["HOUR", "22"],
  ["MINUTE", "59"],
  ["SECOND", "3"],
  ["SECOND", "30.5"],
  ["SECOND", "30:5"],
  ["TIME", "09:45:32"],
  ["DATE_US", "11/23/2024"],
  ["DATE_US", "1-01-24"],
  ["DATE_EU", "23/11/2024"],
  ["DATE_EU", "1.01.24"],
  ["ISO8601_TIMEZONE", "+05:30"],
  ["ISO8601_TIMEZONE", "Z"],
  ["ISO8601_TIMEZONE", "-530"],
  ["ISO8601_SECOND", "60"],
  ["TIMESTAMP_ISO8601", "2023-05-15T14:30:00+05:30"],
  ["TIMESTAMP_ISO8601", "23-5-1T1:25+5:30"],
  ["TIMESTAMP_ISO8601", "23-5-1T1:25Z"],
  ["DATE", "11/29/2024"],
  ["DATE", "29.11.2024"],
  ["DATESTAMP", "29-11-2024 14:30:00"],
  ["TZ", "PDT"],
  ["DATESTAMP_RFC822", "Monday Jan 5 23 1:30:00 CDT"],
  ["DATESTAMP_RFC822", "Mon January 15 2023 14:30:00 PST"],
  ["DATESTAMP_RFC2822", "Monday, 15 Jan 23 14:30:00 Z"],
  ["DATESTAMP_RFC2822", "Mon, 15 May 2023 14:30:00 +0530"],
  ["DATESTAMP_OTHER", "Mon May 15 14:30:00 PST 2023"],
  ["DATESTAMP_EVENTLOG", "20230515143000"],
  ["LOGLEVEL", "INFO"],
  ["LOGLEVEL", "WARNING"],
  ["HTTPDATE", "23/Nov/2024:14:30:00 +0640"],
  ["SYSLOGTIMESTAMP", "Nov 29 14:30:00"],
  ["PROG", "user.profile/settings-page"],
  ["SYSLOGHOST", "2001:db8:3333:4444:5555:6666:7777:8888"],
])("the grok pattern %s matches %s", (name, text) => {
  const outcome = compile([{ grok: { match: `%{${name}:found}` } }])(text, origin);
  expect(outcome).toEqual({ kind: "transformed", text: JSON.stringify({ found: text }) });
});

test.each([
  ["POSINT", "0"],
  ["IPV4", "256.1.1.1"],
  ["IPV6", "1::2::3"],
  ["MONTHNUM", "13"],
  ["UUID", "550e8400-e29b-41d4-a716"],
  ["LOGLEVEL", "iNFO"],
])("the grok pattern %s does not match %s", (name, text) => {
  expect(compile([{ grok: { match: `%{${name}:found}` } }])(text, origin).kind).toBe("failed");
});

test("every grok pattern compiles", () => {
  for (const name of grokPatterns.keys()) {
    expect(() => compile([{ grok: { match: `%{${name}:a}` } }])).not.toThrow();
  }
});

test.each([
  ["EST", 5],
  ["EDT", 4],
  ["CST", 6],
  ["CDT", 5],
  ["MST", 7],
  ["MDT", 6],
  ["PST", 8],
  ["PDT", 7],
  ["GMT", 0],
  ["CET", -1],
  ["CEST", -2],
  ["MEZ", -1],
  ["MESZ", -2],
])("%s is %d hours behind UTC", (zone, hours) => {
  const options = { matchPatterns: ["yyyy-MM-dd HH:mm z"], locale: "en", targetFormat: "HH:mm" };
  const config = [{ parseJSON: {} }, { dateTimeConverter: { source: "t", target: "t", ...options } }];
  expect(compile(config)(`{"t":"2024-05-01 12:00 ${zone}"}`, origin)).toEqual({
    kind: "transformed",
    text: JSON.stringify({ t: `${12 + hours}:00` }),
  });
});

test("a line has 100 columns at most, as a list of their names", () => {
  const texts = Array.from({ length: 101 }, (_, index) => `c${index + 1}`);
  const outcome = compile([{ csv: { columns: texts.slice(1) } }])(texts.join(","), origin);
  if (outcome.kind === "failed") throw new Error(outcome.reason);
  const columns = JSON.parse(outcome.text) as Record<string, string>;
  expect(Object.keys(columns)).toHaveLength(100);
  expect(columns).toMatchObject({ c2: "c1", c101: "c100" });
  expect(() => compile([{ csv: { columns: texts } }])).toThrow("columns must have at most 100 entries");
});

test("an event with more than 200 fields is not transformed", () => {
  const event = (count: number) => JSON.stringify(Array.from({ length: count }, () => 1));
  const transform = compile([{ parseJSON: {} }]);
  expect(transform(`{"a":${event(200)}}`, origin).kind).toBe("transformed");
  expect(transform(`{"a":${event(201)}}`, origin).kind).toBe("failed");
});

property.prop([fc.json()])("a JSON object that is parsed and nothing else stays what it is", (json) => {
  const outcome = compile([{ parseJSON: {} }])(`{"a":${json}}`, origin);
  expect(outcome).toEqual({ kind: "transformed", text: JSON.stringify({ a: JSON.parse(json) as unknown }) });
});

property.prop([fc.string(), fc.constantFrom("__proto__", "constructor", "a.b.c", "toString")])(
  "no name of a key harms anything",
  (value, key) => {
    const message = `{${JSON.stringify(key)}:${JSON.stringify(value)}}`;
    const config = [{ parseJSON: {} }, { upperCaseString: { withKeys: [key] } }];
    expect(compile(config)(message, origin).kind).toBe("transformed");
    expect({}.constructor).toBe(Object);
  },
);

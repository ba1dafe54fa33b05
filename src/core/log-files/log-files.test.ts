// The agent's rules for log files: configuration, timestamps, paths, and which lines are one event.
import { fc, test as propertyTest } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { readCollectList } from "./collect-list.ts";
import { createEventSplitter } from "./event-splitter.ts";
import { baseFolder, compileGlob } from "./glob.ts";
import { compileTimestampFormat } from "./timestamp-format.ts";

const now = Date.parse("2026-11-02T12:00:00Z");

describe("timestamps", () => {
  test.each([
    ["%Y-%m-%d %H:%M:%S", "2026-11-02 09:08:07 text", "2026-11-02T09:08:07.000Z"],
    ["%Y-%m-%d %H:%M:%S,%f", "x 2026-11-02 09:08:07,25 text", "2026-11-02T09:08:07.250Z"],
    ["%d/%b/%Y:%H:%M:%S %z", '1.2.3.4 - [02/Nov/2026:09:08:07 +0200] "GET /"', "2026-11-02T07:08:07.000Z"],
    ["%b %d %H:%M:%S", "Nov  2 09:08:07 host app", "2026-11-02T09:08:07.000Z"],
    ["%b %d %H:%M:%S", "Dec 31 23:59:59 of last year", "2025-12-31T23:59:59.000Z", "2026-01-01T00:00:01Z"],
    ["%B %-d %y %I:%M %p", "November 2 26 12:30 AM", "2026-11-02T00:30:00.000Z"],
    ["%I:%M%p", "at 1:05pm", "2026-11-02T13:05:00.000Z"],
    ["%Y-%m-%dT%H:%M:%S%z", "2026-11-02T09:08:07Z", "2026-11-02T09:08:07.000Z"],
    ["[%A] %H.%M", "[Monday] 09.08", "2026-11-02T09:08:00.000Z"],
    ["%Y-%m-%d", "no date", undefined],
    ["%H:%M:%S", "23:59:59 of yesterday", "2026-11-01T23:59:59.000Z", "2026-11-02T00:00:01Z"],
    ["%H:%M:%S", "00:00:01 of tomorrow", "2026-11-03T00:00:01.000Z", "2026-11-02T23:59:59Z"],
    ["%b %d", "Feb 29 of the leap year that is nearest", "2028-02-29T00:00:00.000Z", "2027-01-01T00:00:00Z"],
    ["%d %H:%M", "02 10:00", "2026-11-02T10:00:00.000Z"],
    ["%d/%m/%Y %H:%M", "31/13/2026 10:00", undefined],
    ["%d/%m/%Y %H:%M", "31/02/2026 10:00", undefined],
    ["%d/%m/%Y %H:%M", "00/02/2026 10:00", undefined],
    ["%d/%m/%Y %H:%M", "01/02/2026 24:00", undefined],
    ["%d/%m/%Y %H:%M", "01/02/2026 10:60", undefined],
    ["%H:%M:%S", "10:00:61", undefined],
    ["%H:%M:%S", "11:59:60", "2026-11-02T12:00:00.000Z"],
    ["%b %d %H:%M:%S", "Foo 12 10:00:00", undefined],
  ])("%s in %s", (format, line, expected, at = "2026-11-02T12:00:00Z") => {
    const found = compileTimestampFormat(format, "UTC").read(line, Date.parse(at));
    expect(found && new Date(found.at).toISOString()).toBe(expected);
  });

  test("a zone of the machine, with its summer time; what stands where", () => {
    const format = compileTimestampFormat("%Y-%m-%d %H:%M", "Europe/Berlin");
    expect(format.read("ab 2026-07-01 12:00 c", now)).toEqual({
      at: Date.parse("2026-07-01T10:00:00Z"),
      from: 3,
      to: 19,
    });
    const inTokyo = compileTimestampFormat("%H:%M", "Asia/Tokyo");
    // There it is the third already.
    expect(inTokyo.read("05:00", Date.parse("2026-11-02T20:00:30Z"))?.at).toBe(
      Date.parse("2026-11-02T20:00:00Z"),
    );
    expect(() => compileTimestampFormat("%Q", "UTC")).toThrow("timestamp_format has no directive %Q");
  });
});

describe("paths", () => {
  test.each([
    ["/var/log/*.log", "/var/log/a.log", true],
    ["/var/log/*.log", "/var/log/b/a.log", false],
    ["/var/log/**.log", "/var/log/b/a.log", true],
    ["/var/**/a.log", "/var/a.log", true],
    ["/var/**/a.log", "/var/x/y/a.log", true],
    ["/var/log/app[0-9].log", "/var/log/app7.log", true],
    ["/var/log/app[!0-9].log", "/var/log/app7.log", false],
    ["/var/log/{web,db}.log?", "/var/log/db.log1", true],
    ["/var/log/a,b.log", "/var/log/a,b.log", true],
    ["/var/log/a.log", "/var/log/aXlog", false],
  ])("%s and %s", (glob, path, matches) => {
    expect(compileGlob(glob).test(path)).toBe(matches);
  });

  test("where to begin to look", () => {
    expect(baseFolder("/var/log/a.log")).toBe("/var/log");
    expect(baseFolder("/var/*/x/a.log")).toBe("/var");
    expect(baseFolder("/*.log")).toBe("/");
  });
});

const entryOf = (more: object) =>
  readCollectList(
    JSON.stringify({ logs: { logs_collected: { files: { collect_list: [{ file_path: "/a", ...more }] } } } }),
    { hostname: "web-1", instance_id: "i-1" },
    "UTC",
  )[0];

describe("the configuration", () => {
  test("has the agent's defaults, and placeholders", () => {
    expect(entryOf({})).toMatchObject({
      glob: "/a",
      logGroupName: "/a",
      logStreamName: "i-1",
      publishMultiLogs: false,
      encoding: "utf-8",
      filters: [],
    });
    const named = entryOf({
      log_group_name: "{hostname}/{what}",
      log_stream_name: "s",
      retention_in_days: -1,
    });
    expect(named).toMatchObject({
      logGroupName: "web-1/{what}",
      logStreamName: "s",
      retentionDays: undefined,
    });
  });

  test.each([
    [{ file_path: "relative" }, "file_path must be an absolute path"],
    [{ service_name: "x" }, "an entry of collect_list has what is not supported: service_name"],
    [{ timezone: "Mars" }, 'timezone is not as it should be: "Mars"'],
    [{ multi_line_start_pattern: "(" }, "multi_line_start_pattern is no regular expression: ("],
    [{ multi_line_start_pattern: "{timestamp_format}" }, "multi_line_start_pattern needs a timestamp_format"],
    [{ timestamp_format: "%Q" }, "timestamp_format has no directive %Q"],
    [{ filters: [{ type: "drop", expression: "x" }] }, 'type is not as it should be: "drop"'],
  ])("%j is refused", (more, message) => {
    expect(() => entryOf(more)).toThrow(message);
  });

  test("sections that nobody reads are refused, not ignored", () => {
    expect(() => readCollectList('{"metrics":{}}', {}, "UTC")).toThrow(
      "the configuration has what is not supported: metrics",
    );
    expect(() => readCollectList("{", {}, "UTC")).toThrow("it is no JSON");
  });
});

describe("events", () => {
  function split(more: object, lines: readonly string[]) {
    const entry = entryOf(more);
    if (entry === undefined) throw new Error("there is one entry");
    const splitter = createEventSplitter(entry);
    let end = 0;
    const events = lines.map((line) => splitter.line(line, (end += line.length + 1), now));
    return [...events, splitter.flush(now)].flatMap((event) => event ?? []);
  }
  const messages = (more: object, lines: readonly string[]) =>
    split(more, lines).map(({ message }) => message);

  test("a line that begins with white space belongs to the one before it", () => {
    expect(messages({}, ["Error: x", "  at a", "\tat b", "next"])).toEqual([
      "Error: x\n  at a\n\tat b",
      "next",
    ]);
  });

  test("a pattern, or the timestamp, begins an event", () => {
    expect(messages({ multi_line_start_pattern: "^BEGIN" }, ["lost", "BEGIN 1", "x", "BEGIN 2"])).toEqual([
      "lost",
      "BEGIN 1\nx",
      "BEGIN 2",
    ]);
    const byTime = { timestamp_format: "%H:%M:%S", multi_line_start_pattern: "{timestamp_format}" };
    expect(split(byTime, ["10:00:01 a", "b", "10:00:02 c"])).toEqual([
      { timestamp: Date.parse("2026-11-02T10:00:01Z"), message: "10:00:01 a\nb", end: 13 },
      { timestamp: Date.parse("2026-11-02T10:00:02Z"), message: "10:00:02 c", end: 24 },
    ]);
  });

  test("an event without a timestamp has that of the one before it; timestamps can be trimmed", () => {
    const events = split({ timestamp_format: "%H:%M", trim_timestamp: true }, ["a", "10:01 b", "c"]);
    expect(events.map(({ timestamp, message }) => [timestamp, message])).toEqual([
      [now, "a"],
      [Date.parse("2026-11-02T10:01:00Z"), "b"],
      [Date.parse("2026-11-02T10:01:00Z"), "c"],
    ]);
  });

  test("an event that would be too large ends before its next line, and a line that is itself is cut", () => {
    const line = ` ${"x".repeat(99_999)}`;
    expect(messages({}, ["a", line, line, line, line]).map(({ length }) => length)).toEqual([
      200_003, 200_001,
    ]);
    const [cut = "", ...others] = messages({}, ["y".repeat(250_001)]);
    expect(others).toEqual([]);
    expect(cut).toBe(`${"y".repeat(250_000)}[Truncated...]`);
  });

  test("expressions may be written as the agent's language has them", () => {
    const begin = { multi_line_start_pattern: "(?i)^(?P<level>error|warn)" };
    expect(messages(begin, ["ERROR a", "b", "warn c"])).toEqual(["ERROR a\nb", "warn c"]);
  });

  test("what is filtered keeps its place and loses its message", () => {
    const filters = [
      { type: "include", expression: "ERROR|WARN" },
      { type: "exclude", expression: "health" },
    ];
    expect(messages({ filters }, ["ERROR a", "INFO b", "WARN health", "WARN c"])).toEqual([
      "ERROR a",
      "",
      "",
      "WARN c",
    ]);
  });

  propertyTest.prop([fc.array(fc.stringMatching(/^[ a-z]{0,5}$/))])(
    "no line is lost, and ends go on",
    (lines) => {
      const events = split({}, lines);
      expect(events.map(({ message }) => message).join("\n")).toBe(lines.join("\n"));
      const ends = events.map(({ end }) => end);
      expect(ends).toEqual([...new Set(ends)].sort((one, other) => one - other));
    },
  );
});

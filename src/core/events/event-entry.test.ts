// Entries of PutEvents: AWS's sizes and words, and the event that an entry becomes.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entryBytes, eventJson, isChecked, problemOfEntry, type EventEntry } from "./event-entry.ts";

const entry: EventEntry = {
  timeAt: undefined,
  source: "com.example.shop",
  detailType: "order placed",
  detail: '{"order":1}',
  resources: [],
};

const origin = { id: "e-1", account: "123456789012", region: "eu-central-1", receivedAt: 1_795_240_800_999 };
const bytesOf = (text: string) => Buffer.byteLength(text);

describe("problems", () => {
  const required = (name: string) => ({
    errorCode: "InvalidArgument",
    errorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  });
  const malformed = { errorCode: "MalformedDetail", errorMessage: "Detail is malformed." };
  const cases: readonly (readonly [Partial<EventEntry>, object | undefined])[] = [
    [{}, undefined],
    [{ source: undefined }, required("Source")],
    [{ source: "" }, required("Source")],
    [{ detailType: undefined }, required("DetailType")],
    [{ detail: undefined }, required("Detail")],
    [{ detail: "text" }, malformed],
    [{ detail: "[1]" }, malformed],
    [{ detail: '"{}"' }, malformed],
    [{ detail: "null" }, malformed],
    [{ detail: '{"open":' }, malformed],
    [{ source: "aws.ec2" }, { errorCode: "NotAuthorizedForSourceException" }],
    [{ source: "awsome" }, undefined],
    [{ detailType: "d".repeat(128) }, undefined],
    [{ detailType: "d".repeat(129) }, { errorCode: "InvalidArgument" }],
    [{ source: "s".repeat(257) }, { errorCode: "InvalidArgument" }],
  ];

  test.each(cases)("%j", (change, problem) => {
    const found = problemOfEntry({ ...entry, ...change });
    expect(found === undefined).toBe(problem === undefined);
    expect(found ?? {}).toMatchObject(problem ?? {});
  });
});

test("the size counts UTF-8 and 14 bytes for a time", () => {
  expect(entryBytes(entry, bytesOf)).toBe(16 + 12 + 11);
  const larger = { ...entry, timeAt: 0, detail: '{"a":"ü"}', resources: ["語", "x"] };
  expect(entryBytes(larger, bytesOf)).toBe(14 + 16 + 12 + 10 + 3 + 1);
});

test("the event has every field, whole seconds, and the detail to the letter", () => {
  const detail = ' {"precise": 12345678901234567890, "a": {"b": []}} ';
  const whole = { ...entry, detail, resources: ["arn:aws:s3:::b"] };
  expect(isChecked(whole) && eventJson(whole, origin)).toBe(
    '{"version":"0","id":"e-1","detail-type":"order placed","source":"com.example.shop",' +
      '"account":"123456789012","time":"2026-11-21T06:00:00Z","region":"eu-central-1",' +
      '"resources":["arn:aws:s3:::b"],"detail":{"precise": 12345678901234567890, "a": {"b": []}}}',
  );
});

test("whatever is accepted becomes JSON that says the same", () => {
  const entries = fc.record({
    source: fc.string({ minLength: 1 }),
    detailType: fc.string({ minLength: 1 }),
    detail: fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
    timeAt: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    resources: fc.array(fc.string()),
  });
  const law = fc.property(entries, (made) => {
    const event = isChecked(made) ? eventJson(made, origin) : "";
    expect(JSON.parse(event)).toEqual({
      version: "0",
      id: origin.id,
      "detail-type": made.detailType,
      source: made.source,
      account: origin.account,
      time: `${new Date(made.timeAt).toISOString().slice(0, 19)}Z`,
      region: origin.region,
      resources: made.resources,
      detail: JSON.parse(made.detail),
    });
  });
  fc.assert(law);
});

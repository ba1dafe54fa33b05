// Batches, positions and names of CloudWatch Logs: examples and laws.
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { eventIdOf, parsePageToken, positionOfEventId, printPageToken } from "./event-position.ts";
import { MessageReading } from "./filter-pattern/message-reading.ts";
import { indexedFieldsOf } from "./indexed-fields.ts";
import { logLimits } from "./limits.ts";
import { acceptBatch, batchBytes, utf8Bytes } from "./log-batch.ts";
import { logGroupArn, parseLogGroupIdentifier } from "./log-group-identifier.ts";

const now = Date.UTC(2026, 10, 2);
const at = (timestamp: number, message = "x") => ({ timestamp, message });
const { dayMs } = logLimits;

test("events that are too old, expired or too new are left out and reported", () => {
  const tooOld = at(now - 15 * dayMs);
  const expired = at(now - 2 * dayMs);
  const good = at(now - 1000);
  const tooNew = at(now + logLimits.futureMs + 1);
  expect(acceptBatch([tooOld, expired, good, tooNew], now, 1)).toEqual({
    kind: "accepted",
    events: [good],
    rejected: { tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2, tooNewLogEventStartIndex: 3 },
  });
});

test("the edges belong to what is accepted", () => {
  const events = [at(now - logLimits.pastMs)];
  expect(acceptBatch(events, now, undefined)).toMatchObject({ events, rejected: undefined });
  const future = [at(now + logLimits.futureMs)];
  expect(acceptBatch(future, now, undefined)).toMatchObject({ events: future, rejected: undefined });
  const ofOneDay = [at(now - dayMs), at(now)];
  expect(acceptBatch(ofOneDay, now, undefined)).toMatchObject({ events: ofOneDay, rejected: undefined });
});

test("a batch out of order, over a day or too large is refused", () => {
  expect(acceptBatch([at(now), at(now - 1)], now, undefined)).toMatchObject({
    reason: "Log events in a single PutLogEvents request must be in chronological order.",
  });
  expect(acceptBatch([at(now - dayMs - 1), at(now)], now, undefined)).toMatchObject({
    reason: expect.stringContaining("24 hours"),
  });
  const full = "é".repeat((logLimits.batchBytes - 26) / 2);
  expect(acceptBatch([at(now, full)], now, undefined).kind).toBe("accepted");
  expect(acceptBatch([at(now, `${full}x`)], now, undefined)).toMatchObject({
    kind: "refused",
    reason: "Upload too large: 1048577 bytes exceeds limit of 1048576",
  });
});

property.prop([fc.string({ unit: "binary" })])("UTF-8 lengths are those of an encoder", (text) => {
  expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
  expect(batchBytes([at(now, text)])).toBe(Buffer.byteLength(text) + 26);
});

test.each([
  "\u007f\u0080",
  "\u07ff\u0800",
  "\uffff",
  "\u{10000}\u{10ffff}",
  "\ud800é",
  "\ud800\ud800",
  "é\udc00",
])("the bytes of a text at the edges of UTF-8: %j", (text) => {
  expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
});

property.prop([fc.array(fc.integer({ min: -20 * dayMs, max: dayMs }), { maxLength: 20 })])(
  "every event is accepted or in exactly one reported range",
  (offsets) => {
    const events = offsets.sort((a, b) => a - b).map((offset) => at(now + offset));
    const outcome = acceptBatch(events, now, 3);
    fc.pre(outcome.kind === "accepted");
    if (outcome.kind !== "accepted") return;
    const {
      tooOldLogEventEndIndex = 0,
      expiredLogEventEndIndex,
      tooNewLogEventStartIndex,
    } = outcome.rejected ?? {};
    const start = expiredLogEventEndIndex ?? tooOldLogEventEndIndex;
    expect(outcome.events).toEqual(events.slice(start, tooNewLogEventStartIndex ?? events.length));
  },
);

const position = fc.record({
  timestamp: fc.integer({ min: 0, max: 9_000_000_000_000 }),
  sequence: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
});

property.prop([position, position])("ids have 56 digits, sort as events do and can be read back", (a, b) => {
  expect(eventIdOf(a)).toHaveLength(56);
  expect(positionOfEventId(eventIdOf(a))).toEqual(a);
  const order =
    a.timestamp - b.timestamp || Number(a.sequence > b.sequence) - Number(a.sequence < b.sequence);
  expect(Math.sign(order)).toBe(Number(eventIdOf(a) > eventIdOf(b)) - Number(eventIdOf(a) < eventIdOf(b)));
  const token = { direction: "backward", position: a } as const;
  expect(parsePageToken(printPageToken(token))).toEqual(token);
});

property.prop([fc.string()])("any other text is no token", (text) => {
  expect(parsePageToken(text)).toBeUndefined();
});

test("a group is named by name or by ARN", () => {
  expect(parseLogGroupIdentifier("/a/b")).toEqual({ name: "/a/b" });
  const arn = logGroupArn("123456789012", "eu-west-1", "/a/b");
  const reference = { name: "/a/b", account: "123456789012", region: "eu-west-1" };
  expect(parseLogGroupIdentifier(arn)).toEqual(reference);
  expect(parseLogGroupIdentifier(`${arn}:*`)).toEqual(reference);
  expect(parseLogGroupIdentifier("arn:aws:s3:::bucket")).toBeUndefined();
});

test("indexed fields are the known ones at the top of a JSON object", () => {
  const message = JSON.stringify({
    level: "INFO",
    status: 500,
    path: "/a",
    other: 1,
    service: { name: "x" },
  });
  expect(indexedFieldsOf(new MessageReading(message))).toEqual({ level: "INFO", status: "500", path: "/a" });
  expect(indexedFieldsOf(new MessageReading("{not json"))).toEqual({});
  expect(indexedFieldsOf(new MessageReading(' {"status":true,"userId":12345678901234567890}'))).toEqual({
    status: "1",
    userId: "12345678901234567890",
  });
  expect(indexedFieldsOf(new MessageReading("level=INFO"))).toEqual({});
});

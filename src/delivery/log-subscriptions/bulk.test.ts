// What goes into a search domain, and when it is worth to try again what did not.
import { expect, test } from "vitest";
import { encodePayload } from "../../storage/log-subscriptions.ts";
import { bulkBody, failuresOfBulk } from "./bulk.ts";

const answer = (...statuses: readonly (number | undefined)[]) =>
  JSON.stringify({
    errors: true,
    items: [
      { index: { status: 201 } },
      ...statuses.map((status) => ({ index: { status, error: { reason: `reason ${status}` } } })),
    ],
  });

test.each([
  [[400], "1 events were not taken: reason 400", true],
  [[400, 404], "2 events were not taken: reason 400", true],
  [[429], "1 events were not taken: reason 429", false],
  [[400, 429], "2 events were not taken: reason 400", false],
  [[503, 400], "2 events were not taken: reason 503", false],
  [[undefined], "1 events were not taken: reason undefined", false],
  [[], "0 events were not taken: without a reason", false],
])("with failures of %o: %s, for good: %s", (statuses, detail, isFinal) => {
  expect(failuresOfBulk(answer(...statuses))).toEqual({ detail, isFinal });
});

test("everything was taken", () => {
  expect(failuresOfBulk('{"errors":false,"items":[{"index":{"status":201}}]}')).toBeUndefined();
  expect(failuresOfBulk("{}")).toBeUndefined();
});

test("an event is a document of its day, under its id, and objects are members of it", () => {
  const payload = encodePayload({
    messageType: "DATA_MESSAGE",
    owner: "123456789012",
    logGroup: "/app",
    logStream: "one",
    subscriptionFilters: ["all"],
    logEvents: [
      { id: "1", timestamp: Date.UTC(2026, 1, 3), message: '{"a":1,"@id":"theirs"}' },
      { id: "2", timestamp: Date.UTC(2026, 1, 4), message: "{no object" },
    ],
  });
  const lines = bulkBody(payload, undefined)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([
    { index: { _index: "cwl-2026.02.03", _id: "1" } },
    { a: 1, "@id": "1", "@timestamp": "2026-02-03T00:00:00.000Z", "@owner": "123456789012" },
    { index: { _index: "cwl-2026.02.04", _id: "2" } },
    { "@message": "{no object", "@log_group": "/app", "@log_stream": "one" },
  ]);
});

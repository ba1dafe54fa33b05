// The file of `--service-endpoints`, and what an answer to a bulk request says.
import { expect, test } from "vitest";
import { bulkBody } from "./log-subscriptions/bulk.ts";
import { encodePayload } from "../storage/log-subscriptions.ts";
import { parseServiceEndpoints } from "./service-endpoints.ts";

test("services have an address, and keys that may mean nothing", () => {
  const keys = { accessKeyId: "a", secretAccessKey: "s" };
  const file = { kinesis: { url: "https://k:1/", ...keys }, lambda: "http://l" };
  expect(parseServiceEndpoints(JSON.stringify(file))).toEqual({
    kinesis: { url: "https://k:1", ...keys },
    lambda: { url: "http://l", accessKeyId: "groundwatch", secretAccessKey: "groundwatch" },
  });
});

test.each([
  ["{", "JSON"],
  ["[]", "JSON object"],
  ['{"s4":"http://x"}', "s4 is none of"],
  ['{"es":"http://x/path"}', "without a path"],
  ['{"es":{"url":"http://x","accessKeyId":"a"}}', "both keys or none"],
  ['{"es":{"url":"http://x","region":"a"}}', "needs"],
])("%s is refused", (text, problem) => expect(parseServiceEndpoints(text)).toContain(problem));

test("documents have the members of their events, and an index a day unless one is named", () => {
  const payload = encodePayload({
    messageType: "DATA_MESSAGE",
    owner: "o",
    logGroup: "g",
    logStream: "s",
    subscriptionFilters: ["f"],
    logEvents: [
      { id: "1", timestamp: Date.parse("2026-11-02T12:00:00Z"), message: '{"level":"INFO"}' },
      { id: "2", timestamp: 0, message: "{text" },
    ],
  });
  const lines = bulkBody(payload, undefined).trimEnd().split("\n");
  const parsed = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(parsed[0]).toEqual({ index: { _index: "cwl-2026.11.02", _id: "1" } });
  expect(parsed[1]).toMatchObject({ level: "INFO", "@id": "1", "@owner": "o", "@log_stream": "s" });
  expect(parsed[3]).toMatchObject({ "@message": "{text", "@timestamp": "1970-01-01T00:00:00.000Z" });
  expect(bulkBody(payload, "mine")).toContain('"_index":"mine"');
});

// Log records as events: the form of the message, times, values of every kind, what is no request.
import { expect, test } from "vitest";
import { logRecordEvents } from "./log-record-events.ts";

const inRequest = (record: unknown, around: object = {}) => ({
  resourceLogs: [{ ...around, scopeLogs: [{ logRecords: [record] }] }],
});

test("a record beside its resource and scope", () => {
  const request = {
    resourceLogs: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
        scopeLogs: [
          {
            scope: { name: "library", version: "1.0.0" },
            logRecords: [
              {
                timeUnixNano: "1741900000123456789",
                severityNumber: 9,
                severityText: "INFO",
                body: { stringValue: "logged in" },
                attributes: [{ key: "user", value: { intValue: "12345" } }],
                traceId: "5b8efff798038103d269b633813fc60c",
                flags: 0,
              },
            ],
          },
        ],
      },
    ],
  };
  expect(logRecordEvents(request, 0)).toEqual([
    {
      timestamp: 1_741_900_000_123,
      message:
        '{"resource":{"attributes":{"service.name":"shop"}},"scope":{"name":"library","version":"1.0.0"},' +
        '"timeUnixNano":1741900000123456789,"severityNumber":9,"severityText":"INFO","body":"logged in",' +
        '"attributes":{"user":12345},"traceId":"5b8efff798038103d269b633813fc60c"}',
    },
  ]);
});

test("values of every kind; zero and nothing are values too", () => {
  const values = [
    { boolValue: false },
    { intValue: 0 },
    { intValue: "9007199254740993" },
    { doubleValue: 1.5 },
    { bytesValue: "AQI=" },
    {},
    { kvlistValue: { values: [{ key: "a", value: { arrayValue: {} } }] } },
  ];
  const [event] = logRecordEvents(inRequest({ body: { arrayValue: { values } } }), 7);
  expect(event).toEqual({
    timestamp: 7,
    message: '{"body":[false,0,"9007199254740993",1.5,"AQI=",null,{"a":[]}]}',
  });
});

test("the time of observation stands in for a time that is not known", () => {
  const record = { timeUnixNano: "0", observedTimeUnixNano: "2000000", body: { stringValue: "" } };
  expect(logRecordEvents(inRequest(record), 7)).toEqual([
    { timestamp: 2, message: '{"observedTimeUnixNano":2000000,"body":""}' },
  ]);
});

test.each([
  [{ resourceLogs: {} }, "resourceLogs is not an array"],
  [[], "an object was expected"],
  [inRequest({ body: { wrongValue: 1 } }), "there is no value of the kind wrongValue"],
  [inRequest({ timeUnixNano: "yesterday" }), "a time is not a whole number of nanoseconds"],
  [inRequest({ attributes: [{ value: {} }] }), "an attribute has no key"],
  [inRequest(3), "an object was expected"],
])("%j is no request", (request, reason) => {
  expect(() => logRecordEvents(request, 0)).toThrow(new TypeError(reason));
});

// Segment documents: what X-Ray accepts and refuses, and what is indexed of it.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { traceLimits } from "./limits.ts";
import { parseSegmentDocument } from "./segment-document.ts";

const now = Date.UTC(2026, 10, 21, 6);
const seconds = now / 1000;

const minimal = {
  name: "example.com",
  id: "70de5b6f19ff9a0a",
  start_time: seconds - 1,
  trace_id: "1-581cf771-a006649127e371903a2de979",
  end_time: seconds,
};

const subsegment = {
  name: "child",
  id: "53995c3f42cd8ad8",
  start_time: seconds - 1,
  end_time: seconds,
};

function parse(document: unknown) {
  const [outcome] = parseSegmentDocument(JSON.stringify(document), now);
  if (outcome === undefined) throw new Error("no outcome");
  return outcome;
}

function problemOf(document: unknown) {
  const outcome = parse(document);
  return outcome.accepted ? undefined : outcome.problem;
}

function segmentOf(document: unknown) {
  const outcome = parse(document);
  if (!outcome.accepted) throw new Error(outcome.problem.errorCode);
  return outcome.segment;
}

describe("what is refused", () => {
  const cases: readonly (readonly [errorCode: string, change: Record<string, unknown>])[] = [
    ["MissingId", { id: undefined }],
    ["InvalidId", { id: "70de5b6f19ff9a0" }],
    ["InvalidId", { id: 7 }],
    ["MissingName", { name: undefined }],
    ["InvalidName", { name: "who?" }],
    ["InvalidName", { name: "n".repeat(201) }],
    ["MissingTraceId", { trace_id: undefined }],
    ["InvalidTraceId", { trace_id: "1-581cf771-a006649127e371903a2de97" }],
    ["MissingStartTime", { start_time: undefined }],
    ["InvalidStartTime", { start_time: "yesterday" }],
    ["InvalidStartTime", { start_time: seconds - 31 * 86_400, end_time: seconds }],
    ["InvalidStartTime", { start_time: seconds + 3 * 3600, end_time: seconds + 4 * 3600 }],
    ["MissingEndTime", { end_time: undefined }],
    ["MissingEndTime", { end_time: undefined, in_progress: false }],
    ["InvalidEndTime", { end_time: seconds - 2 }],
    ["InvalidEndTime", { end_time: seconds + 3 * 3600 }],
    ["InvalidInProgress", { in_progress: "yes" }],
    ["InvalidType", { type: "segment" }],
    ["InvalidParentId", { parent_id: "none" }],
    ["InvalidHttp", { http: { response: { status: "200" } } }],
    ["InvalidHttp", { http: "GET /" }],
    ["InvalidAws", { aws: [] }],
    ["InvalidAnnotations", { annotations: { user: { name: "x" } } }],
    ["InvalidAnnotations", { annotations: ["x"] }],
    ["InvalidMetadata", { metadata: "text" }],
    ["InvalidError", { error: 1 }],
    ["InvalidThrottle", { throttle: "true" }],
    ["InvalidFault", { fault: {} }],
    ["InvalidCause", { cause: "short" }],
    ["InvalidCause", { cause: { exceptions: [{ stack: [{ line: "1" }] }] } }],
    ["InvalidOrigin", { origin: 1 }],
    ["InvalidNamespace", { namespace: true }],
    ["InvalidUser", { user: {} }],
    ["InvalidService", { service: { version: 2 } }],
    ["InvalidSql", { sql: { url: 1 } }],
    ["InvalidPrecursorIds", { precursor_ids: ["x"] }],
    ["InvalidSubsegments", { subsegments: ["x"] }],
  ];

  test.each(cases)("%s: %j", (errorCode, change) => {
    const id = "id" in change ? change["id"] : minimal.id;
    expect(problemOf({ ...minimal, ...change })).toEqual({
      id: typeof id === "string" ? id : undefined,
      errorCode,
      message: `Invalid segment. ErrorCode: ${errorCode}`,
    });
  });

  test("an independent subsegment needs its parent", () => {
    expect(problemOf({ ...minimal, type: "subsegment" })).toEqual({
      id: minimal.id,
      errorCode: "MissingParentId",
      message: "Invalid subsegment. ErrorCode: MissingParentId, Cause: null",
    });
  });

  test("a broken nested subsegment is reported under the id of its document", () => {
    const { end_time: _, ...open } = subsegment;
    const nested = { ...subsegment, subsegments: [open] };
    expect(problemOf({ ...minimal, subsegments: [nested] })).toEqual({
      id: minimal.id,
      errorCode: "MissingEndTime",
      message: "Invalid subsegment. ErrorCode: MissingEndTime, Cause: null",
    });
  });

  test("what is no JSON object", () => {
    for (const text of ["", "{", "7", '"text"', "null", "[7]"]) {
      expect(parseSegmentDocument(text, now)).toMatchObject([{ problem: { errorCode: "ParseError" } }]);
    }
    expect(parseSegmentDocument("[]", now)).toMatchObject([{ problem: { errorCode: "MissingId" } }]);
  });

  test("a document of more than 64 KB, counted in UTF-8", () => {
    const roomFor = (filler: string) => {
      const empty = JSON.stringify({ ...minimal, metadata: { filler: "" } }).length;
      return Math.floor((traceLimits.documentBytes - empty) / Buffer.byteLength(filler));
    };
    for (const filler of ["a", "é", "語", "𝒳"]) {
      const fits = { ...minimal, metadata: { filler: filler.repeat(roomFor(filler)) } };
      const larger = { ...minimal, metadata: { filler: filler.repeat(roomFor(filler) + 1) } };
      expect(problemOf(fits)).toBeUndefined();
      expect(problemOf(larger)).toMatchObject({ errorCode: "DocumentTooLarge" });
    }
  });
});

describe("what is accepted", () => {
  test("the columns of a segment with everything", () => {
    const document = {
      ...minimal,
      id: "70DE5B6F19FF9A0A",
      trace_id: "1-581CF771-a006649127e371903a2de979",
      parent_id: "53995c3f42cd8ad8",
      start_time: 1_795_240_799.123456,
      end_time: 1_795_240_800,
      http: { request: { method: "GET", url: "https://example.com/" }, response: { status: 503 } },
      error: true,
      fault: true,
      annotations: { country: "Schweiz", internal: false, visits: 3, "not indexed": "x" },
      subsegments: [{ ...subsegment, annotations: { table: "users" }, cause: "53995c3f42cd8ad8" }],
      service: { version: "2", runtime: "node" },
      cause: { exceptions: [{ id: "53995c3f42cd8ad8", stack: [{ path: "a", line: null, label: "b" }] }] },
      user: null,
    };
    expect(segmentOf(document)).toEqual({
      traceId: minimal.trace_id,
      id: minimal.id,
      parentId: "53995c3f42cd8ad8",
      name: "example.com",
      startedAt: 1_795_240_799_123.456,
      duration: document.end_time - document.start_time,
      error: true,
      fault: true,
      throttle: false,
      httpStatus: 503,
      httpMethod: "GET",
      httpUrl: "https://example.com/",
      annotations: { country: "Schweiz", internal: "false", table: "users" },
      numberAnnotations: { visits: 3 },
      document: JSON.stringify(document),
    });
  });

  test("a W3C trace id is the same number in X-Ray's form", () => {
    const segment = segmentOf({ ...minimal, trace_id: "4EFAAF4D1e8720b39541901950019ee5" });
    expect(segment.traceId).toBe("1-4efaaf4d-1e8720b39541901950019ee5");
  });

  test("a segment in progress has no duration; an end counts more than in_progress", () => {
    const { end_time: _, ...open } = minimal;
    expect(segmentOf({ ...open, in_progress: true }).duration).toBeUndefined();
    expect(segmentOf({ ...minimal, in_progress: true }).duration).toBe(1);
  });

  test("an array has an outcome for each of its subsegments", () => {
    const good = { ...minimal, type: "subsegment", parent_id: subsegment.id };
    const outcomes = parseSegmentDocument(JSON.stringify([good, { ...good, id: "x" }]), now);
    expect(outcomes.map(({ accepted }) => accepted)).toEqual([true, false]);
  });

  test("the symbols of the documentation's list", () => {
    expect(problemOf({ ...minimal, name: String.raw`Zürich 語 ٣ _.:/%&#=+\-@` })).toBeUndefined();
  });

  test("at most 50 annotations are indexed", () => {
    const annotations = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`a${index}`, index]));
    const nested = { ...subsegment, annotations: { more: 1 } };
    const segment = segmentOf({ ...minimal, annotations, subsegments: [nested] });
    expect(Object.keys(segment.numberAnnotations)).toHaveLength(traceLimits.indexedAnnotations);
  });
});

describe("laws", () => {
  test("any text has an outcome", () => {
    const law = fc.property(fc.string(), (text) => {
      for (const outcome of parseSegmentDocument(text, now)) {
        expect(outcome.accepted || outcome.problem.message.includes(outcome.problem.errorCode)).toBe(true);
      }
    });
    fc.assert(law);
  });

  test("any value in any field has an outcome, and what is accepted keeps its text", () => {
    const field = fc.constantFrom(...Object.keys(minimal), "http", "cause", "annotations", "subsegments");
    const law = fc.property(field, fc.jsonValue(), (name, value) => {
      const document = { ...minimal, [name]: value };
      const outcome = parse(document);
      const text = outcome.accepted ? outcome.segment.document : JSON.stringify(document);
      expect(text).toBe(JSON.stringify(document));
    });
    fc.assert(law);
  });

  test("metadata is never looked into", () => {
    const law = fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (metadata) => {
      expect(problemOf({ ...minimal, metadata })).toBeUndefined();
    });
    fc.assert(law);
  });

  test("nesting does not matter", () => {
    const law = fc.property(fc.nat({ max: 40 }), (depth) => {
      let nested: object = { ...subsegment, annotations: { depth } };
      for (let level = 0; level < depth; level++) nested = { ...subsegment, subsegments: [nested] };
      expect(segmentOf({ ...minimal, subsegments: [nested] }).numberAnnotations).toEqual({ depth });
    });
    fc.assert(law);
  });
});

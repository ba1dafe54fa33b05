// The path of a request: its steps in their order, what each refuses, and what is recorded.
import { gzipSync } from "node:zlib";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { beforeEach, expect, test } from "vitest";
import { limits } from "../../src/services/cloudwatch-logs/limits.ts";
import { WireError } from "../../src/wire/errors.ts";
import type { CallContext, WireRequest, WireResponse } from "../../src/wire/request.ts";
import { createApp, maxBodyBytes, maxInflatedBytes } from "../../src/wire/serve.ts";
import type { AnsweredCall, App, AppOptions } from "../../src/wire/serve.ts";
import { defineService, modelled } from "../../src/wire/service.ts";
import { collectGarbage } from "../support/garbage.ts";

let steps: string[];
let recorded: AnsweredCall[];
let unexpected: unknown[];
let context: CallContext;
let app: App;
let held: WeakRef<object> | undefined;
let answer: () => void;

const principal = { account: "1", accessKeyId: "k", arn: "arn:aws:iam::1:root", userName: undefined };

function start(changes: Partial<AppOptions> = {}): App {
  const service = defineService({
    name: "cloudwatch-logs",
    sdk: logs,
    limits,
    contextOf: (call) => call,
    handlers: {
      CreateLogGroup(input, call) {
        steps.push(`handle ${input.logGroupName}`);
        context = call;
        if (input.logGroupName === "taken") {
          throw modelled(logs.ResourceAlreadyExistsException, "The specified log group already exists");
        }
        if (input.logGroupName === "confused") {
          throw modelled(logs.InvalidSequenceTokenException, "no", { expectedSequenceToken: 5n as never });
        }
        if (input.logGroupName === "broken") throw new TypeError("the password is hunter2");
        return {};
      },
      PutLogEvents(input) {
        held = new WeakRef(input.logEvents ?? []);
        return new Promise((resolve) => (answer = () => resolve({})));
      },
      DescribeLogGroups: () => Promise.resolve({ logGroups: [{ logGroupName: "a" }], surprise: 1 }),
    },
  });
  return createApp({
    services: [service],
    authenticate(request) {
      steps.push(`authenticate ${request.body.length} bytes`);
      return { principal, region: "eu-west-1" };
    },
    now: () => Date.UTC(2026, 10, 21, 6, 0, 0, 250),
    stopwatch: () => (stopwatchMs += 5),
    newRequestId: () => "request-1",
    record: (call) => void recorded.push(call),
    translateError: () => undefined,
    onUnexpectedError: (error) => unexpected.push(error),
    ...changes,
  });
}

let stopwatchMs = 0;

beforeEach(() => {
  [steps, recorded, unexpected] = [[], [], []];
  app = start();
});

function request(
  operation: string,
  body: string | Uint8Array,
  changes: Partial<WireRequest> = {},
): WireRequest {
  return {
    method: "POST",
    url: "/",
    body: Buffer.from(body),
    sourceAddress: "10.0.0.1",
    ...changes,
    headers: {
      "x-amz-target": `Logs_20140328.${operation}`,
      "content-type": "application/x-amz-json-1.1",
      "user-agent": "test/1",
      ...changes.headers,
    },
  };
}

const createLogGroup = (name: string, changes: Partial<WireRequest> = {}) =>
  request("CreateLogGroup", JSON.stringify({ logGroupName: name }), changes);

test("of a large input no more is kept until the answer than its record says", async () => {
  const recordedInput = (
    _: unknown,
    { name }: { readonly name: string },
    { logGroupName }: object & { logGroupName?: unknown },
  ) => (name === "PutLogEvents" ? { logGroupName } : undefined);
  app = start({ recordedInput });
  const logEvents = [1, 2, 3].map((timestamp) => ({ timestamp, message: "m" }));
  const input = { logGroupName: "a", logStreamName: "s", logEvents };
  const answered = app.handle(request("PutLogEvents", JSON.stringify(input)));
  await collectGarbage();
  expect(held?.deref()).toBeUndefined();
  answer();
  expect((await answered).status).toBe(200);
  expect(recorded).toMatchObject([{ recorded: { logGroupName: "a" }, input: undefined, items: 3 }]);
});

const errorOf = ({ body }: WireResponse) => JSON.parse(body as string) as { __type: string; message: string };

test("an answer has its request id and the clock's date", async () => {
  const response = await app.handle(createLogGroup("a"));
  expect(response).toEqual({
    status: 200,
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-requestid": "request-1",
      date: "Sat, 21 Nov 2026 06:00:00 GMT",
    },
    body: "",
  });
});

test("signatures are checked over the compressed bytes, before anything is read", async () => {
  const body = gzipSync(JSON.stringify({ logGroupName: "zipped" }));
  const response = await app.handle(
    request("CreateLogGroup", body, { headers: { "content-encoding": "gzip" } }),
  );
  expect(response.status).toBe(200);
  expect(steps).toEqual([`authenticate ${body.length} bytes`, "handle zipped"]);
});

test("who fails to authenticate learns nothing else", async () => {
  app = start({
    authenticate: () => Promise.reject(new WireError("UnrecognizedClientException", "no", { status: 400 })),
  });
  const response = await app.handle(
    request("CreateLogGroup", "not json", { headers: { "content-encoding": "gzip" } }),
  );
  expect(response.status).toBe(400);
  expect(errorOf(response)).toEqual({ __type: "UnrecognizedClientException", message: "no" });
  expect(recorded[0]).not.toHaveProperty("identity");
  expect(recorded[0]).not.toHaveProperty("input");
  expect(recorded[0]?.failure?.name).toBe("UnrecognizedClientException");
});

test.each([
  ["a body over the limit", Buffer.alloc(maxBodyBytes + 1), "", 413, "RequestEntityTooLargeException"],
  [
    "a gzip bomb",
    gzipSync(Buffer.alloc(maxInflatedBytes + 1)),
    "gzip",
    413,
    "RequestEntityTooLargeException",
  ],
  ["what is not gzip", Buffer.from("{}"), "gzip", 400, "SerializationException"],
  ["an unknown encoding", Buffer.from("{}"), "br", 415, "UnsupportedMediaTypeException"],
  ["what is not JSON", Buffer.from("{"), "", 400, "SerializationException"],
  ["JSON that is no object", Buffer.from("[1]"), "", 400, "SerializationException"],
  ["null", Buffer.from("null"), "", 400, "SerializationException"],
  ["invalid UTF-8", Buffer.from([0x22, 0xff, 0x22]), "", 400, "SerializationException"],
  ["deep nesting", Buffer.from(`{"a":${"[".repeat(maxBodyBytes - 5)}`), "", 400, "SerializationException"],
  ["a wrong type", Buffer.from(`{"logGroupName":5}`), "", 400, "SerializationException"],
  ["an invalid member", Buffer.from(`{"logGroupName":""}`), "identity", 400, "InvalidParameterException"],
])("%s is refused, and the next request is served", async (_, body, encoding, status, name) => {
  const response = await app.handle(
    request("CreateLogGroup", body, { headers: { "content-encoding": encoding } }),
  );
  expect({ status: response.status, name: errorOf(response).__type }).toEqual({ status, name });
  expect(recorded).toHaveLength(1);
  expect((await app.handle(createLogGroup("next"))).status).toBe(200);
  expect(unexpected).toEqual([]);
});

test("a modelled exception is answered as the model says", async () => {
  const response = await app.handle(createLogGroup("taken"));
  expect(response.status).toBe(400);
  expect(response.body).toBe(
    `{"__type":"ResourceAlreadyExistsException","message":"The specified log group already exists"}`,
  );
});

test("an unexpected error is logged whole and answered with nothing but the request id", async () => {
  const response = await app.handle(createLogGroup("broken"));
  expect(response.status).toBe(500);
  expect(errorOf(response)).toEqual({
    __type: "InternalServerException",
    message: "The request request-1 failed because of an error of the server.",
  });
  expect(unexpected).toEqual([new TypeError("the password is hunter2")]);
});

test("an error that cannot be encoded is an unexpected one", async () => {
  const response = await app.handle(createLogGroup("confused"));
  expect(response.status).toBe(500);
  expect(errorOf(response).__type).toBe("InternalServerException");
  expect(unexpected).toEqual([new Error("an error has members that its model has not")]);
});

test("errors from below can be given a meaning", async () => {
  app = start({
    translateError: (error) =>
      error instanceof TypeError
        ? modelled(logs.ServiceUnavailableException, "The disk is full.")
        : undefined,
  });
  const response = await app.handle(createLogGroup("broken"));
  expect(response.status).toBe(500);
  expect(errorOf(response)).toEqual({ __type: "ServiceUnavailableException", message: "The disk is full." });
  expect(unexpected).toEqual([]);
});

test("an operation without a handler is refused by name", async () => {
  const response = await app.handle(request("GetLogRecord", `{"logRecordPointer":"p"}`));
  expect(response.status).toBe(501);
  expect(errorOf(response)).toEqual({
    __type: "NotImplementedException",
    message: "Groundwatch does not support the operation GetLogRecord of cloudwatch-logs.",
  });
  expect(recorded.at(-1)).toMatchObject({ input: { logRecordPointer: "p" }, status: 501 });
});

test.each(["{}", "{", '{"logRecordPointer":1}'])(
  "an operation without a handler is refused by name, whatever its input: %s",
  async (body) => {
    const response = await app.handle(request("GetLogRecord", body));
    expect(response.status).toBe(501);
    expect(errorOf(response).__type).toBe("NotImplementedException");
    expect(recorded.at(-1)).toMatchObject({ operation: { name: "GetLogRecord" }, status: 501 });
    expect(recorded.at(-1)?.input).toBeUndefined();
  },
);

test("an output member that the model has not fails only where tests ask for it", async () => {
  const describe = request("DescribeLogGroups", "{}");
  expect((await app.handle(describe)).status).toBe(200);
  app = start({ strictOutputs: true });
  expect((await app.handle(describe)).status).toBe(500);
  expect(String(unexpected[0])).toContain("DescribeLogGroupsResponse has no member surprise");
});

test("the handler's context comes from request, clock and identity", async () => {
  let close: () => void = () => undefined;
  await app.handle(createLogGroup("a", { onClose: (listener) => (close = listener) }));
  const { signal, ...rest } = context;
  expect(rest).toEqual({
    operation: "CreateLogGroup",
    account: "1",
    region: "eu-west-1",
    principal,
    now: Date.UTC(2026, 10, 21, 6, 0, 0, 250),
    requestId: "request-1",
    sourceAddress: "10.0.0.1",
    userAgent: "test/1",
    isSecure: false,
  });
  expect(signal.aborted).toBe(false);
  close();
  expect(context.signal.aborted).toBe(true);
});

test.each([
  ["https", true],
  ["HTTPS , http", true],
  ["http, https", false],
  ["httpsx", false],
])("a call that a proxy says came over %s is secure: %s", async (scheme, isSecure) => {
  const { headers, ...request } = createLogGroup("a");
  const forwarded = { ...request, headers: { ...headers, "x-forwarded-proto": scheme } };
  await app.handle({ ...forwarded, isFromProxy: true });
  expect(context.isSecure).toBe(isSecure);
  await app.handle(forwarded);
  expect(context.isSecure).toBe(false);
});

test("everything about a call is recorded", async () => {
  await app.handle(createLogGroup("taken"));
  expect(recorded).toHaveLength(1);
  expect(recorded[0]).toMatchObject({
    requestId: "request-1",
    receivedAt: Date.UTC(2026, 10, 21, 6, 0, 0, 250),
    durationMs: 5,
    status: 400,
    responseBytes: 94,
    identity: { region: "eu-west-1", principal },
    input: { logGroupName: "taken" },
    failure: { name: "ResourceAlreadyExistsException", fault: "client" },
    request: { sourceAddress: "10.0.0.1" },
  });
  expect(recorded[0]?.operation?.name).toBe("CreateLogGroup");
  expect(recorded[0]?.service?.model.signingName).toBe("logs");
});

test.each([
  [{ "x-amz-target": "Logs_20140328.MakeCoffee" }, "/", 400, "application/x-amz-json-1.1"],
  [{ "x-amz-target": "Kettle.PutLogEvents" }, "/", 400, "application/x-amz-json-1.1"],
  [
    { "x-amz-target": "Nothing", "content-type": "application/x-amz-json-1.0" },
    "/",
    400,
    "application/x-amz-json-1.0",
  ],
  [{ "smithy-protocol": "rpc-v2-cbor" }, "/service/Kettle/operation/Boil", 400, "application/cbor"],
  [{ "content-type": "application/x-www-form-urlencoded" }, "/?Action=Boil", 400, "text/xml"],
  [{}, "/kettles/1", 404, "application/json"],
])(
  "what is routed nowhere is answered in the protocol it came in: %o",
  async (headers, url, status, contentType) => {
    const response = await app.handle({
      method: "POST",
      url,
      headers,
      body: new Uint8Array(),
      sourceAddress: "",
    });
    expect(response.status).toBe(status);
    expect(response.headers["content-type"]).toBe(contentType);
    expect(recorded[0]?.failure?.name).toBe("UnknownOperationException");
  },
);

// Event streams: their bytes, what the official codec reads of them, and how they end.
import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { EventStreamCodec } from "@smithy/core/event-streams";
import { fromUtf8, toUtf8 } from "@smithy/core/serde";
import { describe, expect, test } from "vitest";
import { encodeFrame } from "./event-frame.ts";
import { encodeEventStream } from "./event-stream.ts";
import { loadModel } from "./model.ts";
import type { Values } from "./protocol.ts";
import { factsOf } from "./service-facts.ts";

const model = loadModel(sdk, factsOf("cloudwatch-logs"), new Map());
const { output } = model.operations.get("StartLiveTail")!;
const codec = {
  contentType: "application/x-amz-json-1.1",
  encode: (_: unknown, values: Values) => JSON.stringify(values),
};
const officialCodec = new EventStreamCodec(toUtf8, fromUtf8);

interface Message {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

function read(frame: Uint8Array): Message {
  const { headers, body } = officialCodec.decode(frame);
  const plain = Object.entries(headers).map(([name, header]) => [name, header.value]);
  return {
    headers: Object.fromEntries(plain) as Message["headers"],
    body: body.length === 0 ? undefined : JSON.parse(toUtf8(body)),
  };
}

function open(events: AsyncIterable<Values>) {
  return encodeEventStream(model, output, { responseStream: events }, codec)[Symbol.asyncIterator]();
}

/** The messages of a stream, without the first. */
async function messagesOf(events: AsyncIterable<Values>): Promise<Message[]> {
  const stream = encodeEventStream(model, output, { responseStream: events }, codec);
  const messages: Message[] = [];
  for await (const frame of stream) messages.push(read(frame));
  expect(messages.shift()).toEqual({
    headers: {
      ":event-type": "initial-response",
      ":message-type": "event",
      ":content-type": "application/x-amz-json-1.1",
    },
    body: {},
  });
  return messages;
}

describe("frames", () => {
  test("have the bytes of the specification", () => {
    const frame = encodeFrame({ ":message-type": "event" }, "{}");
    expect(Buffer.from(frame).toString("hex")).toBe(
      "0000002800000016" + // 40 bytes, 22 of them headers
        "60470efd" +
        "0d3a6d6573736167652d74797065" + // :message-type
        "0700056576656e74" + // a string of five bytes: event
        "7b7d" +
        "b7184afc",
    );
  });

  test("are those of the official codec", () => {
    const headers = { ":event-type": "ü", long: "x".repeat(300) };
    const official = officialCodec.encode({
      headers: {
        ":event-type": { type: "string", value: "ü" },
        long: { type: "string", value: "x".repeat(300) },
      },
      body: Buffer.from("payload ü"),
    });
    expect(Buffer.from(encodeFrame(headers, "payload ü"))).toEqual(Buffer.from(official));
  });
});

describe("streams", () => {
  test("begin with an initial response and carry events in their order", async () => {
    const messages = await messagesOf(
      (async function* () {
        yield { sessionStart: { requestId: "r" } };
        yield { sessionUpdate: { sessionResults: [{ message: "m" }] } };
      })(),
    );
    expect(
      messages.map(({ headers, body }) => [headers[":message-type"], headers[":event-type"], body]),
    ).toEqual([
      ["event", "sessionStart", { requestId: "r" }],
      ["event", "sessionUpdate", { sessionResults: [{ message: "m" }] }],
    ]);
  });

  test("end with an exception that they may carry", async () => {
    const messages = await messagesOf(
      (async function* () {
        yield { sessionStart: {} };
        throw new sdk.SessionTimeoutException({ message: "too long", $metadata: {} });
      })(),
    );
    expect(messages.at(-1)).toEqual({
      headers: {
        ":message-type": "exception",
        ":exception-type": "SessionTimeoutException",
        ":content-type": "application/x-amz-json-1.1",
      },
      body: { message: "too long" },
    });
  });

  test("tell a client of an error, and the server what it was", async () => {
    const cause = new Error("secret");
    const stream = open(
      // oxlint-disable-next-line require-yield -- it fails before its first event
      (async function* (): AsyncGenerator<Values> {
        throw cause;
      })(),
    );
    await stream.next();
    const { value } = await stream.next();
    expect(read(value ?? new Uint8Array()).headers).toEqual({
      ":message-type": "error",
      ":error-code": "InternalFailure",
      ":error-message": "The stream failed because of an error of the server.",
    });
    await expect(stream.next()).rejects.toBe(cause);
    await expect(stream.next()).resolves.toMatchObject({ done: true });
  });

  test("fail on an event that the model has not", async () => {
    const stream = open(
      (async function* () {
        yield { sessionEnd: {} };
      })(),
    );
    await stream.next();
    await stream.next();
    await expect(stream.next()).rejects.toThrow("has no sessionEnd");
  });

  test("end at once when the consumer returns, and release their source", async () => {
    let released = 0;
    const silent: AsyncIterableIterator<Values> = {
      [Symbol.asyncIterator]: () => silent,
      next: () => new Promise(() => {}),
      return: () => {
        released++;
        return new Promise(() => {});
      },
    };
    const stream = open(silent);
    await stream.next();
    const waiting = stream.next();
    await stream.return?.();
    await expect(waiting).resolves.toMatchObject({ done: true });
    await expect(stream.next()).resolves.toMatchObject({ done: true });
    await stream.return?.();
    expect(released).toBe(1);
  });

  test("that nobody reads ask for no events", async () => {
    let asked = 0;
    const counted: AsyncIterable<Values> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          asked++;
          return { value: { sessionStart: {} } };
        },
      }),
    };
    const stream = open(counted);
    await stream.next();
    expect(asked).toBe(0);
    await stream.next();
    expect(asked).toBe(1);
  });
});

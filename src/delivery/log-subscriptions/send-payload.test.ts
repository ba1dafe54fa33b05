// What is packed ahead, or was sent in vain, is what is sent.
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodePayload } from "../../storage/log-subscriptions.ts";
import { createPayloadSender } from "./send-payload.ts";

const received: { readonly messages: readonly string[]; readonly status: number }[] = [];
let refusals = 0;
const target = createServer((request, response) => {
  void buffer(request).then((body) => {
    const { logEvents } = JSON.parse(gunzipSync(body).toString()) as { logEvents: { message: string }[] };
    response.statusCode = refusals-- > 0 ? 503 : 200;
    received.push({ messages: logEvents.map(({ message }) => message), status: response.statusCode });
    response.end();
  });
});

beforeAll(async () => {
  await once(target.listen(0, "127.0.0.1"), "listening");
});
afterAll(() => target.close());

const payloadOf = (...messages: readonly string[]) =>
  encodePayload({
    messageType: "DATA_MESSAGE",
    owner: "123456789012",
    logGroup: "/app",
    logStream: "one",
    subscriptionFilters: ["all"],
    logEvents: messages.map((message, index) => ({ id: String(index), timestamp: index, message })),
  });

test("a payload that follows is packed meanwhile, and one that was refused is packed still", async () => {
  const send = createPayloadSender({});
  const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
  const webhook = { kind: "webhook", arn: url, url } as const;
  const options = { partitionKey: "one", now: 0, signal: new AbortController().signal };
  const [first, second] = [payloadOf("a", "b"), payloadOf("c".repeat(10_000), "d")];
  refusals = 1;
  await expect(send(webhook, first, { ...options, following: second })).rejects.toThrow("503");
  await send(webhook, first, { ...options, following: second });
  expect(received).toHaveLength(2);
  second.events[0]?.fill(" "); // it is not read any more
  await send(webhook, second, options);
  expect(received).toEqual([
    { messages: ["a", "b"], status: 503 },
    { messages: ["a", "b"], status: 200 },
    { messages: ["c".repeat(10_000), "d"], status: 200 },
  ]);
});

// The context of a call, and of one that is made to look as if it had gone elsewhere.
import { expect, test } from "vitest";
import { callInRegion, contextOfCall } from "./call-context.ts";

const principal = { account: "123456789012", accessKeyId: "AK", arn: "arn", userName: undefined };

test("a call in another region is the same but for that, and ends with it", () => {
  const listeners: (() => void)[] = [];
  const request = {
    method: "POST",
    url: "/",
    headers: { host: "h:1", "user-agent": "test" },
    body: new Uint8Array(0),
    sourceAddress: "10.0.0.1",
    onClose: (listener: () => void) => void listeners.push(listener),
  };
  const identity = { principal, region: "eu-west-1" };
  const call = contextOfCall({ operation: "Get", identity, request, requestId: "r", now: 7 });
  expect(listeners).toHaveLength(0);
  const there = callInRegion(call, "us-east-1");
  const { signal, ...others } = there;
  expect(others).toEqual({
    operation: "Get",
    account: "123456789012",
    region: "us-east-1",
    principal,
    now: 7,
    requestId: "r",
    sourceAddress: "10.0.0.1",
    userAgent: "test",
    isSecure: false,
    host: "h:1",
  });
  expect(call.region).toBe("eu-west-1");
  expect([signal.aborted, listeners.length]).toEqual([false, 1]);
  for (const listener of listeners) listener();
  expect([signal.aborted, call.signal.aborted]).toEqual([true, true]);
});

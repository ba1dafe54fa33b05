// What answers at the server's own addresses, and under which authentication.
import { expect, test, vi } from "vitest";
import type { App } from "../wire/serve.ts";
import type { WireRequest, WireResponse } from "../wire/request.ts";
import { createFrontDoor } from "./front-door.ts";

const app = { handle: () => Promise.resolve({ status: 418, headers: {}, body: "" }) } as unknown as App;

function request(method: string, url: string, headers: WireRequest["headers"] = {}): WireRequest {
  return { method, url, headers, body: new Uint8Array(0), sourceAddress: "127.0.0.1" };
}

const textOf = ({ body }: WireResponse) => (typeof body === "string" ? body : "");

const certificate = () => Promise.resolve({ name: "SimpleNotificationService-0a.pem", pem: "PEM" });

function open(auth: "off" | "iam", endpoint = "http://127.0.0.1:4600", isReady = () => true) {
  const reset = vi.fn<() => Promise<void>>().mockResolvedValue(undefined);
  const onError = vi.fn<(error: unknown) => void>();
  const statusPage = () => Promise.resolve({ version: "1", endpoint, region: "r", auth, counts: [] });
  const options = {
    app,
    auth,
    publicHost: undefined,
    now: () => 0,
    isReady,
    reset,
    statusPage,
    certificate,
    onError,
  };
  const answer = createFrontDoor(options);
  return { answer, reset, onError };
}

test("the reset without a signature erases only where nothing is signed", async () => {
  const off = open("off");
  expect(await off.answer(request("POST", "/_groundwatch/reset"))).toMatchObject({ status: 200, body: "{}" });
  expect(off.reset).toHaveBeenCalledTimes(1);
  const iam = open("iam");
  const refused = await iam.answer(request("POST", "/_groundwatch/reset"));
  expect(refused).toMatchObject({ status: 403, body: expect.stringContaining("operation Reset") });
  expect(iam.reset).not.toHaveBeenCalled();
});

test("a server on all addresses calls itself as its client does", async () => {
  const bodyOf = async (endpoint: string) => {
    const { answer } = open("iam", endpoint);
    return textOf(await answer(request("GET", "/", { host: "monitor.lan:4600" })));
  };
  expect(await bodyOf("http://0.0.0.0:4600")).toContain("--endpoint-url http://monitor.lan:4600'");
  expect(await bodyOf("http://[::]:4600")).toContain("--endpoint-url http://monitor.lan:4600'");
  expect(await bodyOf("http://127.0.0.1:4600")).toContain("--endpoint-url http://127.0.0.1:4600'");
});

test("a signed request is the API's, whatever its address", async () => {
  const { answer } = open("off");
  const signed = { authorization: "AWS4-HMAC-SHA256 Credential=..." };
  expect((await answer(request("GET", "/", signed))).status).toBe(418);
  expect((await answer(request("GET", "/?Action=ListMetrics"))).status).toBe(418);
  expect((await answer(request("GET", "/"))).status).toBe(200);
});

test("an image or a link of a page from elsewhere asks the API for nothing", async () => {
  const { answer } = open("off");
  const elsewhere = { host: "127.0.0.1:4600", "sec-fetch-site": "cross-site" };
  const image = { ...elsewhere, "sec-fetch-mode": "no-cors" };
  const link = { ...elsewhere, "sec-fetch-mode": "navigate" };
  expect((await answer(request("GET", "/?Action=DeleteTopic&TopicArn=a", image))).status).toBe(403);
  expect((await answer(request("GET", "/?Action=DeleteTopic&TopicArn=a", link))).status).toBe(403);
  expect((await answer(request("POST", "/_groundwatch/reset", image))).status).toBe(403);
  const named = { host: "watch.lan:4600" };
  expect((await answer(request("GET", "/?Action=ListTopics", named))).status).toBe(403);
  expect((await answer(request("GET", "/", named))).status).toBe(403);
  expect((await answer(request("GET", "/_groundwatch/health", named))).status).toBe(200);
  const confirm = "/_groundwatch/confirm-subscription?TopicArn=a&Token=b";
  expect((await answer(request("GET", confirm, link))).status).toBe(200);
});

test("a server whose telemetry is being opened is not healthy yet, and has its page", async () => {
  let isOpen = false;
  const { answer } = open("off", undefined, () => isOpen);
  const starting = await answer(request("GET", "/_groundwatch/health"));
  expect(starting).toMatchObject({ status: 503, body: '{"status":"starting"}' });
  expect((await answer(request("GET", "/"))).status).toBe(200);
  isOpen = true;
  expect(await answer(request("HEAD", "/_groundwatch/health"))).toMatchObject({ status: 200 });
});

test("the certificate is there for everybody, under its name only", async () => {
  const { answer } = open("iam");
  const found = await answer(request("GET", "/SimpleNotificationService-0a.pem"));
  expect(found).toMatchObject({ status: 200, body: "PEM" });
  expect((await answer(request("GET", "/SimpleNotificationService-0b.pem"))).status).toBe(404);
});

test("a page that fails is told to the log, not to the client", async () => {
  const onError = vi.fn<(error: unknown) => void>();
  const statusPage = () => Promise.reject(new Error("no disk"));
  const options = {
    app,
    auth: "off",
    publicHost: undefined,
    now: () => 0,
    isReady: () => true,
    reset: undefined,
    statusPage,
    certificate,
    onError,
  } as const;
  const answered = await createFrontDoor(options)(request("GET", "/"));
  expect(answered.status).toBe(500);
  expect(textOf(answered)).not.toContain("disk");
  expect(onError).toHaveBeenCalledTimes(1);
});

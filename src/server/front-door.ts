// Tells the server's own addresses and web pages from AWS requests, which go on to the services.
import type { WireRequest, WireResponse } from "../wire/request.ts";
import type { App } from "../wire/serve.ts";
import { allowOrigin, answerPreflight, judgeOrigin } from "./cross-origin.ts";
import { renderStatusPage, type StatusPage } from "./status-page.ts";

export interface FrontDoorOptions {
  readonly app: App;
  readonly auth: "off" | "iam";
  readonly now: () => number;
  /** Undefined without `--test`. */
  readonly reset: (() => Promise<void>) | undefined;
  readonly statusPage: () => Promise<StatusPage>;
  readonly onError: (error: unknown) => void;
}

type Answer = (request: WireRequest) => Promise<WireResponse>;

/** Never rejects. */
export function createFrontDoor(options: FrontDoorOptions): Answer {
  const { app, auth } = options;
  const ownAddresses = addressesOf(options);
  return (request) => {
    const verdict = judgeOrigin(request, auth);
    if (request.method === "OPTIONS") return Promise.resolve(answerPreflight(request, verdict));
    if (verdict === "refused") return Promise.resolve(refusal());
    const answer = ownAddresses.get(addressOf(request));
    const answered = answer === undefined || isSigned(request) ? app.handle(request) : answer(request);
    return verdict === "allowed" ? answered.then((response) => allowOrigin(response, request)) : answered;
  };
}

function addressOf({ method, url }: WireRequest): string {
  const end = url.indexOf("?");
  return `${method} ${end === -1 ? url : url.slice(0, end)}`;
}

/** awsQuery requests come as GET / too; they have an action, and mostly a signature. */
function isSigned({ headers, url }: WireRequest): boolean {
  return headers["authorization"] !== undefined || /[?&](Action|X-Amz-Signature)=/.test(url);
}

function addressesOf(options: FrontDoorOptions): ReadonlyMap<string, Answer> {
  const { now, reset, statusPage, onError } = options;
  const health = () => Promise.resolve(answerOf(200, '{"status":"ok"}', now()));
  return new Map<string, Answer>([
    ["GET /_groundwatch/health", health],
    ["HEAD /_groundwatch/health", health],
    ["GET /", () => guarded(async () => answerOf(200, renderStatusPage(await statusPage()), now()))],
    ["POST /_groundwatch/reset", () => guarded(() => answerReset(reset, now))],
  ]);

  async function guarded(answer: () => Promise<WireResponse>): Promise<WireResponse> {
    try {
      return await answer();
    } catch (error) {
      onError(error);
      return answerOf(500, '{"message":"The request failed because of an error of the server."}', now());
    }
  }
}

async function answerReset(
  reset: (() => Promise<void>) | undefined,
  now: () => number,
): Promise<WireResponse> {
  if (reset === undefined) {
    const message = "Reset erases everything in every account. Start the server with --test to allow it.";
    return answerOf(403, JSON.stringify({ message }), now());
  }
  await reset();
  return answerOf(200, "{}", now());
}

function answerOf(status: number, body: string, now: number): WireResponse {
  const type = body.startsWith("<") ? "text/html; charset=utf-8" : "application/json";
  const headers = {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    date: new Date(now).toUTCString(),
  };
  return { status, headers, body };
}

function refusal(): WireResponse {
  const message = "Web pages from elsewhere may not speak to this server.";
  return {
    status: 403,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ message }),
  };
}

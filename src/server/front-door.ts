// Tells the server's own addresses and web pages from AWS requests, which go on to the services.
import type { WireRequest, WireResponse } from "../wire/request.ts";
import type { App } from "../wire/serve.ts";
import { allowOrigin, answerPreflight, isForged, judgeOrigin, type OwnPages } from "./cross-origin.ts";
import { renderStatusPage, type StatusPage } from "./status-page.ts";
import { answerSubscriptionPage, subscriptionPagePaths } from "./subscription-page.ts";

export interface FrontDoorOptions extends OwnPages {
  readonly app: App;
  readonly now: () => number;
  /** False while the telemetry is being opened, for which calls that need it wait. */
  readonly isReady: () => boolean;
  /** Undefined without `--test`. */
  readonly reset: (() => Promise<void>) | undefined;
  readonly statusPage: () => Promise<StatusPage>;
  /** Of the key that signs notifications: its name is its address. */
  readonly certificate: () => Promise<{ readonly name: string; readonly pem: string }>;
  readonly onError: (error: unknown) => void;
}

type Answer = (request: WireRequest) => Promise<WireResponse>;

/** Never rejects. */
export function createFrontDoor(options: FrontDoorOptions): Answer {
  const { app } = options;
  const ownAddresses = addressesOf(options);
  return (request) => {
    const verdict = judgeOrigin(request, options);
    if (request.method === "OPTIONS") return Promise.resolve(answerPreflight(request, verdict));
    const address = addressOf(request);
    const page = isSigned(request) ? undefined : ownAddresses(address);
    const isRefused =
      verdict === "refused" || (!isHealth(address) && isForged(request, options, page !== undefined));
    if (isRefused) return Promise.resolve(refusal());
    const answered = page === undefined ? app.handle(request) : page(request);
    return verdict === "allowed" ? answered.then((response) => allowOrigin(response, request)) : answered;
  };
}

function addressOf({ method, url }: WireRequest): string {
  const end = url.indexOf("?");
  return `${method} ${end === -1 ? url : url.slice(0, end)}`;
}

/** Told to everybody, under whatever name a check reaches the server: it says nothing else. */
function isHealth(address: string): boolean {
  return address === "GET /_groundwatch/health" || address === "HEAD /_groundwatch/health";
}

/** awsQuery requests come as GET / too; they have an action, and mostly a signature. */
function isSigned({ headers, url }: WireRequest): boolean {
  return headers["authorization"] !== undefined || /[?&](Action|X-Amz-Signature)=/.test(url);
}

const certificateAddress = /^(?:GET|HEAD) \/(SimpleNotificationService-[\da-f]+\.pem)$/;

function addressesOf(options: FrontDoorOptions): (address: string) => Answer | undefined {
  const { auth, now, isReady, reset, statusPage, certificate, onError } = options;
  const health = () =>
    Promise.resolve(
      isReady() ? answerOf(200, '{"status":"ok"}', now()) : answerOf(503, '{"status":"starting"}', now()),
    );
  const answers = new Map<string, Answer>([
    ["GET /_groundwatch/health", health],
    ["HEAD /_groundwatch/health", health],
    ...subscriptionPagePaths.map((path): [string, Answer] => [
      `GET ${path}`,
      (request) => guarded(() => Promise.resolve(answerSubscriptionPage(request, now()))),
    ]),
    ["GET /", (request) => guarded(() => answerPage(request))],
    [
      "POST /_groundwatch/reset",
      () => guarded(() => (auth === "iam" ? unsigned() : answerReset(reset, now))),
    ],
  ]);
  return (address) => {
    const name = certificateAddress.exec(address)?.[1];
    return name === undefined ? answers.get(address) : () => guarded(() => answerCertificate(name));
  };

  /** https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html */
  async function answerCertificate(asked: string): Promise<WireResponse> {
    const { name, pem } = await certificate();
    if (name !== asked) return answerOf(404, '{"message":"There is no such certificate."}', now());
    const answer = answerOf(200, pem, now());
    return { ...answer, headers: { ...answer.headers, "content-type": "application/x-pem-file" } };
  }

  async function answerPage({ headers }: WireRequest): Promise<WireResponse> {
    const page = await statusPage();
    const endpoint = reachable(page.endpoint, headers["host"]);
    return answerOf(200, renderStatusPage({ ...page, endpoint }), now());
  }

  /** Whoever reaches the port could otherwise erase what signatures protect. */
  function unsigned(): Promise<WireResponse> {
    const message = "With --auth iam this must be signed: call the operation Reset.";
    return Promise.resolve(answerOf(403, JSON.stringify({ message }), now()));
  }

  async function guarded(answer: () => Promise<WireResponse>): Promise<WireResponse> {
    try {
      return await answer();
    } catch (error) {
      onError(error);
      return answerOf(500, '{"message":"The request failed because of an error of the server."}', now());
    }
  }
}

/** A server that listens on all addresses is told by its client which of them it is reached at. */
function reachable(endpoint: string, host: string | undefined): string {
  const isEverywhere = /^http:\/\/(0\.0\.0\.0|\[::\])(:|$)/.test(endpoint);
  return isEverywhere && host !== undefined ? `http://${host}` : endpoint;
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
  const message =
    "Web pages from elsewhere may not speak to this server. With --auth off its names are those of this " +
    "machine, like localhost, and the one of --public-url.";
  return {
    status: 403,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ message }),
  };
}

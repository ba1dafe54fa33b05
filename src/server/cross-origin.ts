// Which web pages may speak to the server: its own, and those of this machine; never one from elsewhere.
import type { WireRequest, WireResponse } from "../wire/request.ts";

/** `own` is a page of this server, `allowed` one that needs to be told so, `refused` one from elsewhere. */
export type OriginVerdict = "none" | "own" | "allowed" | "refused";

/**
 * Browsers send cross-origin forms without asking first, and under `--auth off` such a form would be
 * obeyed, so
 * that pages from elsewhere are refused here. A name that is made to point at this machine by somebody's
 * DNS is
 * such a page too; only with signatures may the server be reached by names that are not this machine's.
 */
export function judgeOrigin(request: WireRequest, auth: "off" | "iam"): OriginVerdict {
  const { origin, host } = request.headers;
  if (origin === undefined) return "none";
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined) return "refused";
  const isLocal = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.host === host) return isLocal || auth === "iam" ? "own" : "refused";
  return isLocal ? "allowed" : "refused";
}

/** The answer to a browser's question before a request: https://fetch.spec.whatwg.org/#http-cors-protocol */
export function answerPreflight(request: WireRequest, verdict: OriginVerdict): WireResponse {
  if (verdict !== "own" && verdict !== "allowed") return { status: 403, headers: {}, body: "" };
  const headers = {
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "",
    "access-control-max-age": "86400",
  };
  return allowOrigin({ status: 204, headers, body: "" }, request);
}

/** SDKs in browsers read the request id and, for event streams and errors, the other headers. */
export function allowOrigin(response: WireResponse, request: WireRequest): WireResponse {
  const headers = {
    ...response.headers,
    "access-control-allow-origin": request.headers["origin"] ?? "",
    "access-control-expose-headers": "x-amzn-requestid, x-amzn-errortype, x-amzn-query-error, date",
    vary: "origin",
  };
  return { ...response, headers };
}

// Which web pages may speak to the server: its own, and those of this machine; never one from elsewhere.
import type { WireRequest, WireResponse } from "../wire/request.ts";

/** `own` is a page of this server, `allowed` one that needs to be told so, `refused` one from elsewhere. */
export type OriginVerdict = "none" | "own" | "allowed" | "refused";

/** What the server knows of the pages that are its own. */
export interface OwnPages {
  readonly auth: "off" | "iam";
  /** Host, and port if there is one, of the address under which others reach the server. */
  readonly publicHost: string | undefined;
}

/**
 * Browsers send cross-origin forms without asking first, and under `--auth off` such a form would be
 * obeyed, so that pages from elsewhere are refused here. A name that is made to point at this machine by
 * somebody's DNS is such a page too; only with signatures may the server be reached by names that are
 * neither this machine's nor its own public one.
 */
export function judgeOrigin(request: WireRequest, pages: OwnPages): OriginVerdict {
  const { origin, host } = request.headers;
  if (origin === undefined) return "none";
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined) return "refused";
  if (url.host === host) return isTrusted(url, pages) ? "own" : "refused";
  return isOfThisMachine(url) ? "allowed" : "refused";
}

/**
 * Whether a page from elsewhere may have made a browser send this, without an origin that says so: an image,
 * a link, or a page that reads under a name that somebody's DNS points at this machine. Links to pages of the
 * server do nothing, so that they may be anywhere, in mail for one; programs send no `sec-fetch-site`.
 * https://www.w3.org/TR/fetch-metadata/
 */
export function isForged(request: WireRequest, pages: OwnPages, isPage: boolean): boolean {
  const { origin, host, "sec-fetch-site": site, "sec-fetch-mode": mode } = request.headers;
  if (origin !== undefined || pages.auth === "iam") return false;
  if (site === "cross-site" && !(isPage && mode === "navigate")) return true;
  // Other methods always come with an origin.
  if (host === undefined || (request.method !== "GET" && request.method !== "HEAD")) return false;
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  return url === undefined || !isTrusted(url, pages);
}

function isTrusted(url: URL, { auth, publicHost }: OwnPages): boolean {
  return auth === "iam" || url.host === publicHost || isOfThisMachine(url);
}

const machineNames =
  /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]+\])$/;

function isOfThisMachine({ hostname }: URL): boolean {
  return machineNames.test(hostname);
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

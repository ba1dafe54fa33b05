// The canonical form of a request, over which Signature Version 4 is computed.
import { hash } from "node:crypto";
import type { WireRequest } from "./request.ts";
import { signatureMismatch } from "./sigv4-errors.ts";
import { parseQuery } from "./sigv4-request.ts";
import type { Signature } from "./sigv4-request.ts";

/**
 * Method, path, query, signed headers and the body's hash, a line each:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request
 * @throws WireError `InvalidSignatureException` when a header that was signed is not there.
 */
export function canonicalRequest(request: WireRequest, signature: Signature, payloadHash: string): string {
  const names = signature.signedHeaders;
  let headers = "";
  for (const name of names) {
    const value = request.headers[name];
    if (value === undefined) throw signatureMismatch();
    headers += `${name}:${singleSpaced(value)}\n`;
  }
  const query = canonicalQuery(request.url, signature.presigned);
  const path = canonicalPath(request.url);
  return `${request.method}\n${path}\n${query}\n${headers}\n${names.join(";")}\n${payloadHash}`;
}

function singleSpaced(value: string): string {
  if (!/\s/.test(value)) return value; // told in a third of the time
  return /^\s|\s\s|[^\S ]|\s$/.test(value) ? value.trim().replaceAll(/\s+/g, " ") : value;
}

/** Only Amazon S3 signs the path as sent; all others normalise it and encode it a second time. */
function canonicalPath(url: string): string {
  const end = url.indexOf("?");
  const path = end === -1 ? url : url.slice(0, end);
  if (path === "/") return path;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encode(segment));
  }
  return `/${segments.join("/")}${segments.length > 0 && path.endsWith("/") ? "/" : ""}`;
}

/** Sorted by name, then by value, both encoded: `a=` stands before `a-b=`, which whole pairs would not. */
function canonicalQuery(url: string, presigned: boolean): string {
  if (!url.includes("?")) return "";
  const pairs: [string, string][] = [];
  for (const [name, value] of parseQuery(url)) {
    if (!presigned || name !== "X-Amz-Signature") pairs.push([encode(name), encode(value)]);
  }
  pairs.sort(
    ([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue),
  );
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Everything but RFC 3986's unreserved characters. */
function encode(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  try {
    return encodeURIComponent(text).replaceAll(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  } catch {
    throw signatureMismatch(); // a lone surrogate, which no client can have signed
  }
}

export function sha256(data: Uint8Array | string): string {
  return hash("sha256", data, "hex");
}

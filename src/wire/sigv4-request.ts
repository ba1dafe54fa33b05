// Reads the parts of a signature from a request's Authorization header or presigned query string.
import { BoundedMap } from "./bounded-map.ts";
import type { WireRequest } from "./request.ts";
import { incompleteSignature, missingToken } from "./sigv4-errors.ts";

/** What a signature's credential says it is for: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
  /** The service's signing name: `logs`. */
  readonly service: string;
}

/** A signature as a request carries it; nothing of it is proven. */
export interface Signature {
  readonly scope: CredentialScope;
  /** Lower-case names, in the order in which they were signed. */
  readonly signedHeaders: readonly string[];
  /** Hexadecimal. */
  readonly value: string;
  readonly signedAt: number;
  /** The same instant as it was signed: `YYYYMMDDTHHMMSSZ`. */
  readonly signedAtText: string;
  readonly sessionToken: string | undefined;
  /** What the client says about the body: its SHA-256, `UNSIGNED-PAYLOAD`, or nothing. */
  readonly claimedHash: string | undefined;
  readonly presigned: boolean;
  /** Seconds for which a presigned request may be used. */
  readonly validSeconds: number | undefined;
}

export const algorithm = "AWS4-HMAC-SHA256";
const maxPresignedSeconds = 7 * 24 * 60 * 60;

/**
 * The scope that a request claims, before anything is verified, and whether or not it could be: it chooses
 * service, account and region. Undefined without a signature, or when its scope cannot be read.
 */
export function peekScope(request: WireRequest): CredentialScope | undefined {
  const { authorization } = request.headers;
  const common = authorization === undefined ? undefined : readCommonForm(authorization);
  if (common !== undefined) return common.scope;
  if (authorization !== undefined) return scopeIn(/Credential=([^,\s]+)/.exec(authorization)?.[1]);
  const inUrl = /[?&]X-Amz-Credential=([^&]+)/.exec(request.url)?.[1];
  return inUrl === undefined ? undefined : scopeIn(decodeOrKeep(inUrl));
}

/** Elements become parts of keys in storage, so they are kept short and plain. */
const scopeElement = /^[\w.@+=-]{1,128}$/;

function scopeIn(credential: string | undefined): CredentialScope | undefined {
  const [accessKeyId, date, region, service, terminator, ...rest] = credential?.split("/") ?? [];
  if (!accessKeyId || !date || !region || !service || terminator !== "aws4_request" || rest.length > 0) {
    return undefined;
  }
  if (![accessKeyId, date, region, service].every((element) => scopeElement.test(element))) return undefined;
  return { accessKeyId, date, region, service };
}

/**
 * The signature of a request: of its Authorization header, else of its query string.
 * @throws WireError `MissingAuthenticationTokenException`, `IncompleteSignatureException`.
 */
export function readSignature(request: WireRequest): Signature {
  const { authorization } = request.headers;
  if (authorization !== undefined) return readHeader(authorization, request);
  const query = parseQuery(request.url);
  if (query.some(([name]) => name === "X-Amz-Algorithm")) return readPresigned(new Map(query), request);
  throw missingToken();
}

function readHeader(authorization: string, request: WireRequest): Signature {
  const { scope, signedHeaders, value } = readCommonForm(authorization) ?? readAnyForm(authorization);
  const { signedAt, signedAtText } = readDate(request.headers["x-amz-date"] ?? request.headers["date"]);
  return {
    scope,
    signedHeaders,
    value,
    signedAt,
    signedAtText,
    sessionToken: request.headers["x-amz-security-token"],
    claimedHash: request.headers["x-amz-content-sha256"],
    presigned: false,
    validSeconds: undefined,
  };
}

type SignedPart = Pick<Signature, "scope" | "signedHeaders" | "value">;

/** What stands before the signature of a header in the form that SDKs write. */
const commonForm = /^AWS4-HMAC-SHA256 Credential=([^\s,=]+), ?SignedHeaders=([^\s,=]+), ?Signature=$/;
const hexadecimalHash = /^[\da-f]{64}$/;
const hashCharacters = 64;

/** A client's requests of a day differ only in what comes after it. Longer ones are read anew each time. */
const maxRememberedForms = 1_000;
const maxRememberedCharacters = 1_024;

const rememberedForms = new BoundedMap<Omit<SignedPart, "value">>(maxRememberedForms);

/**
 * The parts of a header in the common form, of which all but the signature itself, which is never
 * remembered, may have been read before; undefined for any other header.
 */
function readCommonForm(authorization: string): SignedPart | undefined {
  const end = authorization.length - hashCharacters;
  if (end <= 0 || end > maxRememberedCharacters) return undefined;
  const value = authorization.slice(end);
  if (!hexadecimalHash.test(value)) return undefined;
  const before = authorization.slice(0, end);
  let form = rememberedForms.get(before);
  if (form === undefined) {
    const [, credential, signedHeaders = ""] = commonForm.exec(before) ?? [];
    const scope = scopeIn(credential);
    if (scope === undefined) return undefined;
    form = { scope, signedHeaders: signedHeaders.split(";") };
    rememberedForms.set(before, form);
  }
  return { scope: form.scope, signedHeaders: form.signedHeaders, value };
}

function readAnyForm(authorization: string): SignedPart {
  const space = authorization.indexOf(" ");
  const scheme = space === -1 ? authorization : authorization.slice(0, space);
  if (scheme !== algorithm) throw unsupportedAlgorithm(scheme);
  const parts = new Map<string, string>();
  for (const part of authorization.slice(scheme.length).split(",")) {
    const equals = part.indexOf("=");
    if (equals === -1) {
      throw incompleteSignature(
        `'${part.trim()}' not a valid key=value pair (missing equal-sign) in Authorization header.`,
      );
    }
    parts.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const part = (name: string) =>
    parts.get(name) || raise(`Authorization header requires '${name}' parameter.`);
  return signedPart(part("Credential"), part("SignedHeaders"), part("Signature"));
}

function readPresigned(query: ReadonlyMap<string, string>, request: WireRequest): Signature {
  const part = (name: string) =>
    query.get(name) || raise(`AWS query-string parameters must include '${name}'.`);
  const scheme = part("X-Amz-Algorithm");
  if (scheme !== algorithm) throw unsupportedAlgorithm(scheme);
  return {
    ...signedPart(part("X-Amz-Credential"), part("X-Amz-SignedHeaders"), part("X-Amz-Signature")),
    ...readDate(part("X-Amz-Date")),
    sessionToken: query.get("X-Amz-Security-Token"),
    // Signers move headers into the query string, some of them in lower case.
    claimedHash:
      request.headers["x-amz-content-sha256"] ??
      query.get("X-Amz-Content-Sha256") ??
      query.get("x-amz-content-sha256"),
    presigned: true,
    validSeconds: readExpires(query.get("X-Amz-Expires")),
  };
}

function signedPart(credential: string, signedHeaders: string, value: string): SignedPart {
  const scope = scopeIn(credential) ?? raise(unreadableCredential(credential));
  return { scope, signedHeaders: signedHeaders.split(";"), value };
}

function unreadableCredential(credential: string): string {
  const elements = credential.split("/");
  return elements.length === 5 && elements[4] !== "aws4_request"
    ? `Credential should be scoped with a valid terminator: 'aws4_request', not '${elements[4]}'.`
    : "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, " +
        `got '${credential}'`;
}

type SigningTime = Pick<Signature, "signedAt" | "signedAtText">;

/** Of the request before: most requests of a second carry the same text. */
let latest: { readonly text: string; readonly time: SigningTime } | undefined;

function readDate(text: string | undefined): SigningTime {
  if (text === undefined) {
    throw incompleteSignature(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  }
  if (latest?.text !== text) latest = { text, time: parseDate(text) };
  return latest.time;
}

/** The date is X-Amz-Date in ISO 8601's basic format, or the Date header in that format or HTTP's own. */
function parseDate(text: string): SigningTime {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (basic === null) {
    const signedAt = text.endsWith(" GMT") ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(signedAt)) raise(`Date must be in ISO-8601 'basic format'. Got '${text}'.`);
    return { signedAt, signedAtText: basicDate(signedAt) };
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = basic.slice(1).map(Number);
  return { signedAt: Date.UTC(year, month - 1, day, hour, minute, second), signedAtText: text };
}

/** An instant in ISO 8601's basic format: `YYYYMMDDTHHMMSSZ`. */
export function basicDate(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** At most a week: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
function readExpires(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(text)) raise("X-Amz-Expires should be a number");
  const seconds = Number(text);
  if (seconds < 0) raise("X-Amz-Expires must be non-negative");
  if (seconds > maxPresignedSeconds) {
    raise(`X-Amz-Expires must be less than a week (in seconds); i.e., ${maxPresignedSeconds}`);
  }
  return seconds;
}

function raise(message: string): never {
  throw incompleteSignature(message);
}

/** Among others AWS4-ECDSA-P256-SHA256, Signature Version 4a, which only calls to several regions need. */
function unsupportedAlgorithm(scheme: string): Error {
  return incompleteSignature(`Unsupported AWS 'algorithm': '${scheme}'. Please use ${algorithm}.`);
}

/** The decoded names and values of a URL's query string, in their order. A plus sign stands for itself. */
export function parseQuery(url: string): readonly (readonly [name: string, value: string])[] {
  const start = url.indexOf("?");
  if (start === -1 || start === url.length - 1) return [];
  const pairs: [string, string][] = [];
  for (const pair of url.slice(start + 1).split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const [name, value] = equals === -1 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
    pairs.push([decodeOrKeep(name), decodeOrKeep(value)]);
  }
  return pairs;
}

function decodeOrKeep(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // what is no UTF-8 was signed by nobody, and the signature will not match
  }
}

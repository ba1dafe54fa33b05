// Operations that need no signature: links in messages, which prove by what they name that they were sent.
import type { Identity, WireRequest } from "./request.ts";

/** The decoded fields of a query string. */
type Query = Pick<URLSearchParams, "get">;

/**
 * The account and region of what a query names; undefined when it names nothing that is known by its form.
 */
export type PlaceOfUnsigned = (
  query: Query,
) => { readonly account: string; readonly region: string } | undefined;

/** Only what has no body and no signature at all, so that nothing of it can be read in two ways. */
export function mayBeUnsigned({ method, url, headers, body }: WireRequest): boolean {
  return (
    method === "GET" &&
    body.length === 0 &&
    headers["authorization"] === undefined &&
    !/[?&]X-Amz-/i.test(url)
  );
}

/** Who calls when nobody says: somebody in the account of what is named. */
export function anonymousIdentity(request: WireRequest, placeOf: PlaceOfUnsigned): Identity | undefined {
  const mark = request.url.indexOf("?");
  const place = placeOf(new URLSearchParams(mark === -1 ? "" : request.url.slice(mark + 1)));
  if (place === undefined) return undefined;
  const { account, region } = place;
  const arn = `arn:aws:iam::${account}:anonymous`;
  const principal = { account, accessKeyId: "", arn, userName: undefined, isAnonymous: true };
  return { principal, region };
}

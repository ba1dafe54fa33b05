// Page tokens: the place where a listing goes on, as opaque text.
import { invalidParameter } from "./errors.ts";

const prefix = "after:";

/** `last` is the key of the last item of the page. */
export function tokenOf(last: string): string {
  return Buffer.from(prefix + last).toString("base64url");
}

/** @throws InvalidParameterException for a token that was not made here. */
export function placeOf(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (text.startsWith(prefix)) return text.slice(prefix.length);
  throw invalidParameter("NextToken");
}

// What addresses outside the AWS protocols have in common: types of bodies, statuses, answers in JSON.
import { WireError, type Failure } from "./errors.ts";
import type { WireRequest, WireResponse } from "./request.ts";

/** @throws WireError 415 */
export function requireType({ headers }: WireRequest, types: readonly string[]): string {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (types.includes(type)) return type;
  throw new WireError("UnsupportedMediaTypeException", `The Content-Type must be ${types.join(" or ")}.`, {
    status: 415,
  });
}

/** Whoever cannot be identified is answered 401 here, and not the 403 of the protocols. */
export function statusOf({ name, status, restStatus }: Failure): number {
  if (restStatus === 403 && name !== "AccessDeniedException") return 401;
  return name === "AccessDeniedException" ? 403 : status;
}

export function jsonAnswer(status: number, body: string): WireResponse {
  return { status, headers: { "content-type": "application/json" }, body };
}

// Page tokens: a position in a listing, as opaque text.
import { modelled } from "../../wire/service.ts";
import { ValidationException } from "./errors.ts";

/** An instant in epoch milliseconds and a 64-bit number as text. */
type Position = readonly [at: number, sequence: string];

export function tokenOf(...position: Position): string {
  return Buffer.from(position.join(":")).toString("base64url");
}

/** @throws ValidationException for a token that was not made here. */
export function positionOf(token: string): Position {
  const [, at, sequence] = /^(\d{1,15}):(\d{1,20})$/.exec(Buffer.from(token, "base64url").toString()) ?? [];
  if (at === undefined || sequence === undefined) {
    throw modelled(ValidationException, "The NextToken is not valid.");
  }
  return [Number(at), sequence];
}

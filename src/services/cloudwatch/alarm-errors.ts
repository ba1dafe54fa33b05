// Errors that the operations of alarms share.
import { InvalidNextToken, ResourceNotFound, ValidationException } from "@aws-sdk/client-cloudwatch";
import { modelled } from "../../wire/service.ts";

export const validationError = (message: string) => modelled(ValidationException, message);

/** Of what compares with nothing: JSON has no such numbers, but all protocols have a way to send them. */
export function requireFinite(parameter: string, value: number | undefined): void {
  if (value === undefined || Number.isFinite(value)) return;
  throw validationError(`The value ${value} for parameter ${parameter} is not supported.`);
}

export const noSuchAlarm = (name: string) => modelled(ResourceNotFound, `Unknown alarm: ${name}`);

/** Tokens are a position as JSON; whoever reads one checks its form. */
export function printToken(position: object): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/**
 * @param refusal What the operation's page has for a bad token.
 * @throws InvalidNextToken, or the `refusal`, unless `accepts` recognizes what is in the token.
 */
export function parseToken<Position>(
  token: string | undefined,
  accepts: (value: unknown) => value is Position,
  refusal: new (options: never) => Error = InvalidNextToken,
): Position | undefined {
  if (token === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, "base64url").toString());
  } catch {
    value = undefined; // refused below, in AWS's words
  }
  if (!accepts(value)) throw modelled(refusal, "The next token specified is invalid.");
  return value;
}

/** A position behind the document with this key. */
export interface KeyPosition {
  readonly key: string;
}

export function isKeyPosition(value: unknown): value is KeyPosition {
  return typeof value === "object" && value !== null && "key" in value && typeof value.key === "string";
}

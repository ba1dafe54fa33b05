// What the HTTP endpoints for log events have in common: where events go, and how refusals look.
import type { InputLogEvent } from "../../core/logs/log-batch.ts";
import { WireError, type Failure } from "../../wire/errors.ts";
import type { Values } from "../../wire/protocol.ts";

export interface Place {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly entity?: { readonly keyAttributes: Readonly<Record<string, string>> };
}

/**
 * PutLogEvents wants its events in the order of time; those of one instant stay as they were sent. It wants
 * at least one too, which these addresses do not.
 */
export function putLogEventsInput(
  where: Place,
  events: readonly InputLogEvent[],
  validate: (input: Values) => void,
): Values {
  const logEvents = events.toSorted((one, other) => one.timestamp - other.timestamp);
  const input = { ...where, logEvents };
  if (logEvents.length > 0) validate(input);
  return input;
}

/** @throws WireError 400 */
export function requirePlace(name: string | undefined, wanted: string): string {
  if (name === undefined || name === "") throw invalidRequest(`The request must have ${wanted}.`);
  return name;
}

export const invalidRequest = (message: string) => new WireError("InvalidParameterException", message);

export function errorText({ name, message }: Failure): string {
  return JSON.stringify({ __type: name, message });
}

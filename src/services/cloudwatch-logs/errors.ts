// Errors that several resources of CloudWatch Logs answer, in AWS's words.
import {
  InvalidParameterException,
  OperationAbortedException,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import { modelled } from "../../wire/service.ts";

export const invalidParameter = (message: string) => modelled(InvalidParameterException, message);

export const groupNotFound = () =>
  modelled(ResourceNotFoundException, "The specified log group does not exist.");

export const streamNotFound = () =>
  modelled(ResourceNotFoundException, "The specified log stream does not exist.");

/** Another call changed the same resource at the same time, again and again. */
export const aborted = () =>
  modelled(
    OperationAbortedException,
    "A conflicting operation is currently in progress against this resource.",
  );

/** An opaque position in a listing. */
export function printToken(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** @throws InvalidParameterException for a text that is no token of ours. */
export function parseToken<Value>(token: string, isValue: (value: unknown) => value is Value): Value {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, "base64url").toString());
  } catch {
    throw invalidParameter("The specified nextToken is invalid.");
  }
  if (!isValue(value)) throw invalidParameter("The specified nextToken is invalid.");
  return value;
}

/** @throws InvalidParameterException unless exactly one of the two names the group. */
export function groupIdentifier(name: string | undefined, identifier: string | undefined): string {
  if (name !== undefined && identifier !== undefined) {
    throw invalidParameter("LogGroup name and LogGroup ARN are mutually exclusive parameters.");
  }
  const given = name ?? identifier;
  if (given === undefined) {
    throw invalidParameter("Either logGroupName or logGroupIdentifier must be specified.");
  }
  return given;
}

// Errors that several operations of SQS answer; those without a class have none in the SDK either.
import { InvalidAttributeName, QueueDoesNotExist } from "@aws-sdk/client-sqs";
import { WireError } from "../../wire/errors.ts";
import { modelled } from "../../wire/service.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html */
export function invalidParameterValue(message: string): WireError {
  return new WireError("InvalidParameterValueException", message, { queryCode: "InvalidParameterValue" });
}

export function missingParameter(name: string): WireError {
  return new WireError(
    "MissingRequiredParameterException",
    `The request must contain the parameter ${name}.`,
    { queryCode: "MissingParameter" },
  );
}

export function invalidParameter(name: string, value: unknown, reason: string): WireError {
  return invalidParameterValue(`Value ${String(value)} for parameter ${name} is invalid. Reason: ${reason}`);
}

export function queueDoesNotExist(): QueueDoesNotExist {
  return modelled(QueueDoesNotExist, "The specified queue does not exist.");
}

export function unknownAttribute(name: string): InvalidAttributeName {
  return modelled(InvalidAttributeName, `Unknown Attribute ${name}.`);
}

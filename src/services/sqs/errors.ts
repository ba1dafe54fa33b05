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

/** In the words of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function accessDenied(
  callerArn: string,
  action: string,
  resourceArn: string,
  refusal: "denied" | "not allowed",
): WireError {
  const reason =
    refusal === "denied"
      ? "with an explicit deny in a resource-based policy"
      : `because no resource-based policy allows the ${action} action`;
  const asked = `${action} on resource: ${resourceArn}`;
  const message = `User: ${callerArn} is not authorized to perform: ${asked} ${reason}`;
  return new WireError("AccessDeniedException", message, { queryCode: "AccessDenied", queryStatus: 403 });
}

// Errors that several operations of SNS answer, in SNS's words.
import {
  AuthorizationErrorException,
  InvalidParameterException,
  NotFoundException,
} from "@aws-sdk/client-sns";
import type { TopicRefusal } from "../../core/notifications/topic-access.ts";
import type { Principal } from "../../wire/request.ts";
import { WireError } from "../../wire/errors.ts";
import { modelled } from "../../wire/service.ts";

/** `reason` stands behind "Invalid parameter: ". */
export function invalidParameter(reason: string): InvalidParameterException {
  return modelled(InvalidParameterException, `Invalid parameter: ${reason}`);
}

/** For what the core says, which is a whole sentence already. */
export function refused(problem: string): InvalidParameterException {
  return modelled(InvalidParameterException, problem);
}

export function topicNotFound(): NotFoundException {
  return modelled(NotFoundException, "Topic does not exist");
}

export function subscriptionNotFound(): NotFoundException {
  return modelled(NotFoundException, "Subscription does not exist");
}

export function notAuthorized(
  { arn }: Principal,
  operation: string,
  resource: string,
  refusal: TopicRefusal = "not allowed",
): AuthorizationErrorException {
  const action = `SNS:${operation}`;
  const reason =
    refusal === "denied"
      ? "with an explicit deny in a resource-based policy"
      : `because no resource-based policy allows the ${action} action`;
  const message = `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
  return modelled(AuthorizationErrorException, message);
}

/** The same object is being changed by others, again and again. */
export function changedMeanwhile(): WireError {
  const message = "The resource is being changed by other calls. Please try again.";
  return new WireError("ServiceUnavailable", message, { status: 503, queryStatus: 503 });
}

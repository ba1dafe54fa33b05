// Errors that several resources of EventBridge answer.
import { ResourceNotFoundException } from "@aws-sdk/client-eventbridge";
import { WireError } from "../../wire/errors.ts";
import { modelled } from "../../wire/service.ts";

/** EventBridge answers it, and no model of an SDK has it. */
export function validationError(message: string): WireError {
  return new WireError("ValidationException", message);
}

export function busNotFound(name: string): ResourceNotFoundException {
  return modelled(ResourceNotFoundException, `Event bus ${name} does not exist.`);
}

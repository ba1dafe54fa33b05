// What the protocols' error answers have in common.
import type { Failure } from "./errors.ts";
import type { JsonEncoder } from "./json-encoder.ts";
import type { Values } from "./protocol.ts";
import type { WireRequest } from "./request.ts";
import type { ServiceModel, StructureShape } from "./shapes.ts";

/** The members of an error, its message among them under the name that the model gives it. */
export function errorMembers(failure: Failure): Values {
  return { ...failure.members, [failure.shape?.messageMember ?? "message"]: failure.message };
}

/** An error's `__type`; a few services put their namespace before the name. */
export function errorType(failure: Failure, service: ServiceModel): string {
  const qualified = service.errorNamespace !== undefined && failure.shape !== undefined;
  return qualified ? `${service.errorNamespace}#${failure.name}` : failure.name;
}

/**
 * Services that once spoke awsQuery tell its error code to clients that ask, so that old programs which match
 * on codes go on working: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait
 */
export function queryErrorHeaders(
  failure: Failure,
  service: ServiceModel,
  request: WireRequest,
): Readonly<Record<string, string>> {
  if (!service.queryCompatible || request.headers["x-amzn-query-mode"] !== "true") return {};
  const fault = failure.fault === "client" ? "Sender" : "Receiver";
  return { "x-amzn-query-error": `${failure.queryCode};${fault}` };
}

/** An error's members as a JSON object, in the forms of its model where it has one. */
export function errorJson(failure: Failure, encoderOf: (structure: StructureShape) => JsonEncoder): string {
  const members = errorMembers(failure);
  const structure = failure.shape?.structure;
  const modelled = structure?.members.some((member) => member.name === failure.shape?.messageMember);
  return structure !== undefined && modelled ? encoderOf(structure)(members) : JSON.stringify(members);
}

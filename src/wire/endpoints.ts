// Addresses of a service that speak no AWS protocol: plain HTTP in, an operation of the model inside.
import type { Failure } from "./errors.ts";
import type { Protocol, Values } from "./protocol.ts";
import type { CallContext, WireRequest, WireResponse } from "./request.ts";
import type { ServiceModel } from "./shapes.ts";
import { createValidator, type Validator } from "./validate.ts";

/** One request to such an address, between its arrival and its answer. */
export interface Exchange {
  /**
   * The input of the operation; `body` is inflated, and `validate` checks against the model.
   * @throws WireError for what cannot be read.
   */
  read(body: Uint8Array, validate: (input: Values) => void): Values;
  /** Does the work instead of the operation, whose permission and audit record it has. */
  readonly perform?: (call: CallContext) => Promise<Values>;
  answer(output: Values): WireResponse;
  refuse(failure: Failure): WireResponse;
}

export interface Endpoint {
  /** Requests are POSTed here. */
  readonly path: string;
  readonly operation: string;
  /** Called for each request. */
  readonly exchange: (request: WireRequest) => Exchange;
}

const validators = new WeakMap<ServiceModel, Validator>();

function validatorOf(model: ServiceModel): Validator {
  const known = validators.get(model) ?? createValidator(model);
  validators.set(model, known);
  return known;
}

export function endpointProtocol(model: ServiceModel, exchange: Exchange): Protocol {
  return {
    name: "restJson1",
    decode: (operation, _request, body) =>
      exchange.read(body, (input) => validatorOf(model)(operation.input, input)),
    encode: (_operation, output) => exchange.answer(output),
    encodeError: (failure) => exchange.refuse(failure),
  };
}

const bearer = /^Bearer +(\S+)$/i;

/** The token of `Authorization: Bearer TOKEN`. */
export function bearerToken({ headers }: WireRequest): string | undefined {
  return bearer.exec(headers["authorization"] ?? "")?.[1];
}

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
  /** Of requests, with one segment as `{...}` where any may stand. */
  readonly path: string;
  /** POST unless given. */
  readonly methods?: readonly ("GET" | "POST")[];
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

/** The endpoint that takes a request; `path` is that of its address. */
export function endpointAt(
  endpoints: ReadonlyMap<string, Endpoint>,
  method: string,
  path: string,
): Endpoint | undefined {
  const found = endpoints.get(path) ?? [...endpoints.values()].find((one) => fits(one.path, path));
  return found !== undefined && (found.methods ?? ["POST"]).some((one) => one === method) ? found : undefined;
}

function fits(pattern: string, path: string): boolean {
  const [before = "", behind] = pattern.split(/\{\w+\}/);
  if (behind === undefined || !path.startsWith(before) || !path.endsWith(behind)) return false;
  const segment = path.slice(before.length, path.length - behind.length);
  return segment !== "" && !segment.includes("/");
}

const bearer = /^Bearer +(\S+)$/i;

/** The token of `Authorization: Bearer TOKEN`. */
export function bearerToken({ headers }: WireRequest): string | undefined {
  return bearer.exec(headers["authorization"] ?? "")?.[1];
}

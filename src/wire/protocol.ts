// What an AWS protocol is to the request path: bytes to input, output to bytes, error to bytes.
import type { Failure } from "./errors.ts";
import type { WireRequest, WireResponse } from "./request.ts";
import type { Operation, ProtocolName, ServiceModel } from "./shapes.ts";

/** An input or output: member names of the model; absent members are undefined or not there. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * One protocol of one service. Values have JavaScript's types: blobs are `Uint8Array`, timestamps `Date`,
 * numbers `number`, maps and structures plain objects. Responses carry their content type; the request path
 * adds the request id and the date.
 */
export interface Protocol {
  readonly name: ProtocolName;
  /**
   * Reads and validates the input of an operation. `body` is inflated already.
   * @throws WireError: `SerializationException` for what cannot be read, the service's validation error
   *   for what breaks a constraint (see `createValidator`).
   */
  decode(operation: Operation, request: WireRequest, body: Uint8Array): Values;
  encode(operation: Operation, output: Values, requestId: string): WireResponse;
  encodeError(failure: Failure, request: WireRequest, requestId: string): WireResponse;
}

/** Builds a protocol for a service; called once for each of the service's protocols at boot. */
export type ProtocolFactory = (service: ServiceModel) => Protocol;

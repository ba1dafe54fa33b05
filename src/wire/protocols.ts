// The protocols that a service speaks, by name.
import { createCborProtocol } from "./cbor-protocol.ts";
import type { Protocol, ProtocolFactory } from "./protocol.ts";
import { createJsonProtocol } from "./json-protocol.ts";
import { createQueryProtocol } from "./query-protocol.ts";
import { createRestProtocol } from "./rest-protocol.ts";
import type { ProtocolName, ServiceModel } from "./shapes.ts";

const factories: Readonly<Record<ProtocolName, ProtocolFactory>> = {
  "awsJson1.0": createJsonProtocol("awsJson1.0"),
  "awsJson1.1": createJsonProtocol("awsJson1.1"),
  restJson1: createRestProtocol,
  awsQuery: createQueryProtocol,
  rpcv2Cbor: createCborProtocol,
};

export function createProtocols(service: ServiceModel): ReadonlyMap<ProtocolName, Protocol> {
  return new Map(service.protocols.map((name) => [name, factories[name](service)]));
}

/** A service without operations that speaks everything: it answers what is routed nowhere. */
export const namelessModel: ServiceModel = {
  name: "",
  signingName: "",
  target: "",
  version: "",
  xmlNamespace: "",
  errorNamespace: undefined,
  queryCompatible: false,
  validationError: "ValidationException",
  missingParameter: undefined,
  pathMember: undefined,
  protocols: ["awsJson1.0", "awsJson1.1", "restJson1", "awsQuery", "rpcv2Cbor"],
  operations: new Map(),
  errors: new Map(),
};

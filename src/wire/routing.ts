// Finds the service, protocol and operation that a request speaks to, from its head where that is possible.
import { endpointAt, endpointProtocol } from "./endpoints.ts";
import { WireError } from "./errors.ts";
import type { Protocol } from "./protocol.ts";
import type { Identity, WireRequest } from "./request.ts";
import { createPathTrie } from "./rest-paths.ts";
import type { PathTrie } from "./rest-paths.ts";
import type { BoundHandler, Service } from "./service.ts";
import type { Operation, ProtocolName } from "./shapes.ts";
import { algorithm, peekScope } from "./sigv4-request.ts";
import { anonymousIdentity, mayBeUnsigned } from "./unsigned.ts";

export interface Route {
  readonly service: Service;
  readonly protocol: Protocol;
  /** Undefined under awsQuery, where the body, perhaps compressed, may name it: see `queryOperation`. */
  readonly operation: Operation | undefined;
  /** Of an operation that needs no signature; otherwise the caller is to prove who calls. */
  readonly identity?: Identity;
  /** Of an address that does its work by itself; otherwise the service's for the operation. */
  readonly handler?: BoundHandler;
}

export interface Router {
  /** @throws WireError `UnknownOperationException` when no service has the operation. */
  route(request: WireRequest): Route;
  /** The operation that an awsQuery request names with `Action`. @throws WireError `InvalidAction`. */
  queryOperation(service: Service, request: WireRequest, body: Uint8Array): Operation;
  /** Whether a request is for an AWS API at all, rather than for a page. */
  claims(request: WireRequest): boolean;
}

/** The protocol that a request seems to speak, for errors that come before its service is known. */
export function apparentProtocol(request: WireRequest): ProtocolName {
  if (request.headers["smithy-protocol"] === "rpc-v2-cbor") return "rpcv2Cbor";
  const contentType = request.headers["content-type"] ?? "";
  if (request.headers["x-amz-target"] !== undefined) {
    return contentType.includes("json-1.0") ? "awsJson1.0" : "awsJson1.1";
  }
  return isForm(request, contentType) ? "awsQuery" : "restJson1";
}

/**
 * The rules, in their order: endpoints outside the protocols, rpcv2Cbor, awsJson, awsQuery, restJson1; each
 * knows its requests by their head.
 */
export function createRouter(services: readonly Service[]): Router {
  const byTarget = new Map(services.map((service) => [service.model.target, service]));
  const speaking = (name: ProtocolName) => services.filter((service) => service.protocols.has(name));
  const tries = new Map(speaking("restJson1").map((service) => [service, createPathTrie(service.model)]));
  const json = createJsonRouting(byTarget);
  const rules: Readonly<Record<ProtocolName, (request: WireRequest) => Route>> = {
    rpcv2Cbor: (request) => routeCbor(request, byTarget),
    "awsJson1.0": json,
    "awsJson1.1": json,
    awsQuery: (request) =>
      routeUnsigned(request, speaking("awsQuery")) ?? routeQuery(request, speaking("awsQuery")),
    restJson1: (request) => routeRest(request, tries),
  };
  return {
    route: (request) => routeEndpoint(request, services) ?? rules[apparentProtocol(request)](request),
    queryOperation(service, request, body) {
      const action = formField(request, body, "Action");
      const operation = service.model.operations.get(action ?? "");
      if (operation !== undefined) return operation;
      throw unknownQueryOperation(action, service.model.version);
    },
    claims(request) {
      if (apparentProtocol(request) !== "restJson1") return true;
      if (request.headers["authorization"]?.startsWith(algorithm) || peekScope(request) !== undefined)
        return true;
      return [...tries.values()].some((trie) => trie.find(request.method, pathOf(request)) !== undefined);
    },
  };
}

function routeEndpoint(request: WireRequest, services: readonly Service[]): Route | undefined {
  if (request.headers["x-amz-target"] !== undefined) return undefined;
  const path = pathOf(request);
  for (const service of services) {
    const endpoint = endpointAt(service.endpoints, request.method, path);
    const operation = service.model.operations.get(endpoint?.operation ?? "");
    if (endpoint === undefined || operation === undefined) continue;
    const exchange = endpoint.exchange(request);
    const { perform } = exchange;
    return {
      service,
      protocol: endpointProtocol(service.model, exchange),
      operation,
      ...(perform === undefined ? {} : { handler: (_input, call) => perform(call) }),
    };
  }
  return undefined;
}

function routeCbor(request: WireRequest, byTarget: ReadonlyMap<string, Service>): Route {
  const [, target = "", name = ""] = /\/service\/([^/]+)\/operation\/([^/]+)$/.exec(pathOf(request)) ?? [];
  return routeTo(byTarget.get(target), ["rpcv2Cbor"], name);
}

/**
 * SDKs differ in what stands before the service: boto3 sends `com.amazonaws.cloudtrail.v20131101.` first.
 * Where there is nothing, the route is kept: of such targets there are as many as operations.
 */
function createJsonRouting(byTarget: ReadonlyMap<string, Service>): (request: WireRequest) => Route {
  const known = new Map<string, Route>();
  return (request) => {
    const target = request.headers["x-amz-target"] ?? "";
    const kept = known.get(target);
    if (kept !== undefined) return kept;
    const segments = target.split(".");
    const isPlain = segments.length === 2;
    const name = segments.pop() ?? "";
    const route = routeTo(byTarget.get(segments.pop() ?? ""), ["awsJson1.0", "awsJson1.1"], name);
    if (isPlain) known.set(target, route);
    return route;
  };
}

function routeTo(service: Service | undefined, names: readonly ProtocolName[], name: string): Route {
  const operation = service?.model.operations.get(name);
  if (service === undefined || operation === undefined) throw unknownOperation();
  for (const protocolName of names) {
    const protocol = service.protocols.get(protocolName);
    if (protocol !== undefined) return { service, protocol, operation };
  }
  throw unknownOperation();
}

function routeQuery(request: WireRequest, services: readonly Service[]): Route {
  const scope = peekScope(request)?.service;
  const version = () => formField(request, request.body, "Version");
  const service =
    services.find(({ model }) => model.signingName === scope) ??
    (services.length === 1 ? services[0] : services.find(({ model }) => model.version === version()));
  const protocol = service?.protocols.get("awsQuery");
  if (service === undefined || protocol === undefined) {
    throw unknownQueryOperation(formField(request, request.body, "Action"), version() ?? "");
  }
  return { service, protocol, operation: undefined };
}

function routeUnsigned(request: WireRequest, services: readonly Service[]): Route | undefined {
  if (!mayBeUnsigned(request)) return undefined;
  const action = formField(request, request.body, "Action") ?? "";
  for (const service of services) {
    const placeOf = service.unsigned.get(action);
    const operation = service.model.operations.get(action);
    const protocol = service.protocols.get("awsQuery");
    const identity = placeOf && anonymousIdentity(request, placeOf);
    if (protocol === undefined || operation === undefined || identity === undefined) continue;
    return { service, protocol, operation, identity };
  }
  return undefined;
}

function routeRest(request: WireRequest, tries: ReadonlyMap<Service, PathTrie>): Route {
  const scope = peekScope(request)?.service;
  for (const [service, trie] of tries) {
    if (scope !== undefined && service.model.signingName !== scope) continue;
    const operation = trie.find(request.method, pathOf(request));
    const protocol = service.protocols.get("restJson1");
    if (operation !== undefined && protocol !== undefined) return { service, protocol, operation };
  }
  throw new WireError("UnknownOperationException", "The requested operation is not known.", {
    restStatus: 404,
  });
}

function unknownOperation(): WireError {
  return new WireError(
    "UnknownOperationException",
    "The requested operation is not recognized by the service.",
  );
}

function unknownQueryOperation(action: string | undefined, version: string): WireError {
  if (action === undefined)
    return new WireError("MissingAction", "The request must contain the parameter Action.");
  const message = `The action ${action} is not valid for this web service at version ${version}.`;
  return new WireError("UnknownOperationException", message, { queryCode: "InvalidAction" });
}

function isForm(request: WireRequest, contentType: string): boolean {
  if (request.method === "POST" && contentType.startsWith("application/x-www-form-urlencoded")) return true;
  return /[?&]Action=/.test(request.url);
}

/** The path as sent, still percent-encoded. */
export function pathOf(request: WireRequest): string {
  const end = request.url.indexOf("?");
  return end === -1 ? request.url : request.url.slice(0, end);
}

/**
 * A field of the query string or, first, of the form in the body; it must be one without escapes of its
 * name.
 */
function formField(request: WireRequest, body: Uint8Array, name: string): string | undefined {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const mark = `${name}=`;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) {
    if (at !== 0 && text[at - 1] !== 0x26) continue;
    const end = text.indexOf("&", at);
    return decodeField(text.toString("latin1", at + mark.length, end === -1 ? text.length : end));
  }
  const inUrl = new RegExp(`[?&]${name}=([^&]*)`).exec(request.url);
  return inUrl?.[1] === undefined ? undefined : decodeField(inUrl[1]);
}

function decodeField(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text; // no operation has such a name, and the answer will say so
  }
}

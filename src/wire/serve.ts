// The path of a request: route, authenticate, inflate, decode, handle, encode, record.
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { contextOfCall } from "./call-context.ts";
import { WireError, failureOf } from "./errors.ts";
import type { Failure } from "./errors.ts";
import type { Protocol, Values } from "./protocol.ts";
import { createProtocols, namelessModel } from "./protocols.ts";
import type { CallContext, Identity, WireRequest, WireResponse } from "./request.ts";
import { apparentProtocol, createRouter } from "./routing.ts";
import type { Router } from "./routing.ts";
import { notImplemented } from "./service.ts";
import type { BoundHandler, Service } from "./service.ts";
import type { Operation } from "./shapes.ts";
import { assertKnownMembers } from "./strict-output.ts";

/**
 * What a request may weigh as it comes, and after it is inflated; single operations have lower limits.
 */
export const maxBodyBytes = 10 * 1024 * 1024;
export const maxInflatedBytes = 16 * 1024 * 1024;

/** Everything that is known of one call, as it becomes known; complete when it is recorded. */
export interface Call {
  readonly request: WireRequest;
  readonly requestId: string;
  readonly receivedAt: number;
  service?: Service;
  protocol: Protocol;
  operation?: Operation;
  /** Of an address that does its work by itself, and answers what no operation does. */
  handler?: BoundHandler;
  identity?: Identity;
  input?: Values | undefined;
  /** What the record says of the input, which is let go where this is known. */
  recorded?: Values | undefined;
  /** How many items the lists of the input held, which is told of an input that was let go, too. */
  items?: number;
  output?: Values;
  failure?: Failure;
}

/** A call that was answered, for audit records and self-measurement. Instants are epoch milliseconds. */
export interface AnsweredCall extends Readonly<Call> {
  readonly status: number;
  /** Of the body; undefined for a stream. */
  readonly responseBytes: number | undefined;
  /** By the stopwatch, so that it is true under a manual clock as well. */
  readonly durationMs: number;
}

export interface AppOptions {
  readonly services: readonly Service[];
  /**
   * Proves who calls, on the bytes as they came; `service` is the one that the request was routed to.
   * @throws WireError with the protocol's own code for a bad signature.
   */
  readonly authenticate: (request: WireRequest, service: Service) => Identity | Promise<Identity>;
  /**
   * Whether the caller may do this, once it is known what is asked for.
   * @throws WireError `AccessDeniedException`.
   */
  readonly authorize?: (identity: Identity, service: Service, operation: Operation, input: Values) => void;
  /** Epoch milliseconds, from the injected clock. */
  readonly now: () => number;
  /** Milliseconds from any origin, never moved by a manual clock. */
  readonly stopwatch: () => number;
  readonly newRequestId: () => string;
  /**
   * Called once per request, after the answer is made and before it is sent; a promise is waited for, so that
   * what must be on disk before the answer can be. Must neither throw nor reject.
   */
  readonly record: (call: AnsweredCall) => void | Promise<void>;
  /** Gives a meaning to errors from below, such as a full disk; undefined leaves them unexpected. */
  readonly translateError: (error: unknown, service: Service | undefined) => Error | undefined;
  /** What the record of a call says of its input; undefined to be given the input itself. */
  readonly recordedInput?: (service: Service, operation: Operation, input: Values) => Values | undefined;
  /** An error that nobody expected; the client is told only the request id. */
  readonly onUnexpectedError: (error: unknown, call: Readonly<Call>) => void;
  /** Fails a call whose output has a member that the model has not; for tests, because it costs time. */
  readonly strictOutputs?: boolean;
}

export interface App {
  readonly services: readonly Service[];
  /** Never rejects: every failure is an answer. */
  handle(request: WireRequest): Promise<WireResponse>;
  /** Whether a request is for an AWS API at all, rather than for a page. */
  claims(request: WireRequest): boolean;
}

export function createApp(options: AppOptions): App {
  const router = createRouter(options.services);
  const nameless = createProtocols(namelessModel);
  return {
    services: options.services,
    claims: (request) => router.claims(request),
    handle(request) {
      const protocol = nameless.get(apparentProtocol(request));
      if (protocol === undefined) throw new Error("the nameless model speaks every protocol");
      const call: Call = { request, requestId: options.newRequestId(), receivedAt: options.now(), protocol };
      return serve(call, router, options);
    },
  };
}

async function serve(call: Call, router: Router, options: AppOptions): Promise<WireResponse> {
  const startedMs = options.stopwatch();
  let response: WireResponse;
  try {
    const service = route(call, router);
    const identity = call.identity ?? options.authenticate(call.request, service);
    call.identity = identity instanceof Promise ? await identity : identity;
    const inflated = inflate(call.request);
    const body = inflated instanceof Promise ? await inflated : inflated;
    const operation = (call.operation ??= router.queryOperation(service, call.request, body));
    const handler = call.handler ?? service.handlers.get(operation.name);
    if (handler === undefined) throw unsupported(service, operation, call, body);
    if (call.handler === undefined) {
      requireSize(call.request.body.length, service.requestBytes.get(operation.name));
    }
    const output = perform({ handler, service, operation, identity: call.identity, body }, call, options);
    call.output = output instanceof Promise ? await output : output;
    if (options.strictOutputs && call.handler === undefined) assertKnownMembers(operation, call.output);
    response = call.protocol.encode(operation, call.output, call.requestId);
  } catch (error) {
    response = refuse(error, call, options);
  }
  response = withCommonHeaders(response, call.requestId, options.now());
  const recorded = options.record(answered(call, response, options.stopwatch() - startedMs));
  if (recorded instanceof Promise) await recorded;
  return response;
}

interface Step {
  readonly handler: BoundHandler;
  readonly service: Service;
  readonly operation: Operation;
  readonly identity: Identity;
  readonly body: Uint8Array;
}

/**
 * Not a part of the async function, which would hold on to the input: thousands of large batches wait for
 * the disk, and the garbage collector would copy each of them.
 */
function perform(
  { handler, service, operation, identity, body }: Step,
  call: Call,
  options: AppOptions,
): Values | Promise<Values> {
  const input = call.protocol.decode(operation, call.request, body);
  call.input = input;
  call.items = itemsIn(input);
  options.authorize?.(identity, service, operation, input);
  const output = handler(input, contextOf(call, identity, operation, options));
  call.recorded = options.recordedInput?.(service, operation, input);
  if (call.recorded !== undefined) call.input = undefined;
  return output;
}

function itemsIn(input: Values): number {
  let items = 0;
  for (const value of Object.values(input)) if (Array.isArray(value)) items += value.length;
  return items;
}

/** An error that cannot be encoded is an unexpected one, and that always can. */
function refuse(error: unknown, call: Call, options: AppOptions): WireResponse {
  call.failure = explain(error, call, options);
  try {
    return call.protocol.encodeError(call.failure, call.request, call.requestId);
  } catch (cause) {
    call.failure = explain(
      new Error("an error has members that its model has not", { cause }),
      call,
      options,
    );
    return call.protocol.encodeError(call.failure, call.request, call.requestId);
  }
}

function route(call: Call, router: Router): Service {
  const { body, bodyTooLarge } = call.request;
  if (bodyTooLarge || body.length > maxBodyBytes) throw tooLarge(maxBodyBytes);
  const { service, protocol, operation, identity, handler } = router.route(call.request);
  call.service = service;
  call.protocol = protocol;
  if (operation !== undefined) call.operation = operation;
  if (identity !== undefined) call.identity = identity;
  if (handler !== undefined) call.handler = handler;
  return service;
}

const inflateBytes = promisify(gunzip);

/**
 * Both SDKs compress large PutMetricData bodies:
 * https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
 */
function inflate(request: WireRequest): Uint8Array | Promise<Uint8Array> {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity") return request.body;
  if (encoding !== "gzip") {
    throw new WireError("UnsupportedMediaTypeException", `Content-Encoding ${encoding} is not supported.`, {
      status: 415,
    });
  }
  return inflateBytes(request.body, { maxOutputLength: maxInflatedBytes }).catch((cause: unknown) => {
    const tooMuch = cause instanceof Error && Reflect.get(cause, "code") === "ERR_BUFFER_TOO_LARGE";
    if (tooMuch) throw tooLarge(maxInflatedBytes);
    throw new WireError("SerializationException", "The request body is not valid gzip.", { cause });
  });
}

function tooLarge(limitBytes: number): WireError {
  return new WireError("RequestEntityTooLargeException", `Request body exceeds ${limitBytes} bytes.`, {
    status: 413,
  });
}

/** AWS's limits per operation are of what is sent: compression makes room for more. */
function requireSize(bytes: number, limitBytes: number | undefined): void {
  if (limitBytes === undefined || bytes <= limitBytes) return;
  const message = `Request size ${bytes} exceeded ${limitBytes} bytes`;
  throw new WireError("RequestEntityTooLargeException", message, {
    status: 413,
    queryCode: "RequestEntityTooLarge",
  });
}

/** Told before what is wrong with the input: nobody should mend a request that is refused in any form. */
function unsupported(service: Service, operation: Operation, call: Call, body: Uint8Array): WireError {
  try {
    call.input = call.protocol.decode(operation, call.request, body); // for the record of the call
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  const refusal = `Groundwatch does not support the operation ${operation.name} of ${service.model.name}`;
  const reason = service.refusals.get(operation.name);
  return notImplemented(reason === undefined ? `${refusal}.` : `${refusal}: ${reason}.`);
}

function contextOf(call: Call, identity: Identity, operation: Operation, options: AppOptions): CallContext {
  const { request, requestId } = call;
  return contextOfCall({ operation: operation.name, identity, request, requestId, now: options.now() });
}

/** What the client is told of an error: never more than the name of what it did not cause. */
function explain(error: unknown, call: Call, options: AppOptions): Failure {
  const model = call.service?.model;
  const known = failureOf(error, model) ?? failureOf(options.translateError(error, call.service), model);
  if (known !== undefined) return known;
  options.onUnexpectedError(error, call);
  return failureOf(internalError(call), model) ?? unreachable();
}

/**
 * Some services model this error, each under a name of its own: `InternalServiceFault`, `InternalException`,
 * ...
 */
function internalError(call: Call): WireError {
  const modelled = [...(call.service?.model.errors.values() ?? [])].find(
    ({ name, fault }) => fault === "server" && name.startsWith("Internal"),
  );
  const message = `The request ${call.requestId} failed because of an error of the server.`;
  return new WireError(modelled?.name ?? "InternalFailure", message, { status: 500 });
}

function unreachable(): never {
  throw new Error("a wire error always has a meaning");
}

function withCommonHeaders(response: WireResponse, requestId: string, now: number): WireResponse {
  // A spread with members behind it takes ten times as long as this.
  const headers = Object.assign({}, response.headers, { "x-amzn-requestid": requestId, date: httpDate(now) });
  return { status: response.status, headers, body: response.body };
}

const dateCache = { second: -1, text: "" };

/**
 * Clients repair their clocks from this header, so it must be the clock that signatures are checked against.
 */
function httpDate(now: number): string {
  const second = Math.floor(now / 1000);
  if (dateCache.second !== second) {
    dateCache.second = second;
    dateCache.text = new Date(second * 1000).toUTCString();
  }
  return dateCache.text;
}

function answered(call: Call, response: WireResponse, durationMs: number): AnsweredCall {
  const { body } = response;
  const responseBytes =
    typeof body === "string" ? Buffer.byteLength(body) : body instanceof Uint8Array ? body.length : undefined;
  // Added to the call, which nobody needs without it: a copy costs more than all that it holds.
  return Object.assign(call, { status: response.status, responseBytes, durationMs });
}

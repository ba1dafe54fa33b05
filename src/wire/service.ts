// Joins a service's model to its handlers, and checks at boot that each handler has an operation.
import type { Endpoint } from "./endpoints.ts";
import { WireError } from "./errors.ts";
import type { Handlers, OperationNames } from "./handlers.ts";
import type { Limits } from "./limits.ts";
import { loadModel } from "./model.ts";
import type { ServiceFacts } from "./service-facts.ts";
import { factsOf } from "./service-facts.ts";
import type { CallContext } from "./request.ts";
import type { Protocol, Values } from "./protocol.ts";
import { createProtocols } from "./protocols.ts";
import type { PlaceOfUnsigned } from "./unsigned.ts";
import type { ProtocolName, ServiceModel } from "./shapes.ts";

/** A handler with its service's dependencies bound to it. */
export type BoundHandler = (input: Values, call: CallContext) => Values | Promise<Values>;

export interface Service {
  readonly model: ServiceModel;
  readonly protocols: ReadonlyMap<ProtocolName, Protocol>;
  readonly handlers: ReadonlyMap<string, BoundHandler>;
  /** The operations of the model that have no handler, sorted; they answer 501. */
  readonly unhandled: readonly string[];
  readonly limitations: ReadonlyMap<string, readonly string[]>;
  /** Why operations are not handled, where there is more to say than that. */
  readonly refusals: ReadonlyMap<string, string>;
  readonly requestBytes: ReadonlyMap<string, number>;
  /** By path. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** By operation. */
  readonly unsigned: ReadonlyMap<string, PlaceOfUnsigned>;
}

/** By operation, the most that the body of a request may weigh as it comes. */
export type RequestBytes<Sdk> = { readonly [Name in OperationNames<Sdk> & string]?: number };

/** By operation, what of it is refused or does not what AWS does; in Markdown, for docs/operations.md. */
export type Limitations<Sdk> = { readonly [Name in OperationNames<Sdk> & string]?: readonly string[] };

/** By operation that is not handled, why: a sentence. */
export type Refusals<Sdk> = { readonly [Name in OperationNames<Sdk> & string]?: string };

/** By operation, where what a link without a signature names is. */
export type Unsigned<Sdk> = { readonly [Name in OperationNames<Sdk> & string]?: PlaceOfUnsigned };

export interface ServiceDefinition<Sdk extends object, Context> {
  /** The SDK package's suffix: `cloudwatch-logs`. */
  readonly name: string;
  /** The imported module namespace: `import * as sdk from "@aws-sdk/client-cloudwatch-logs"`. */
  readonly sdk: Sdk;
  readonly limits: Limits;
  readonly handlers: Handlers<Sdk, Context>;
  readonly limitations?: Limitations<Sdk>;
  readonly refusals?: Refusals<Sdk>;
  /** For operations with a limit of their own, which is lower than that of all requests. */
  readonly requestBytes?: RequestBytes<Sdk>;
  /** Addresses that take requests outside the AWS protocols. */
  readonly endpoints?: readonly Endpoint[];
  /** For operations of awsQuery that a link may ask for, without a signature. */
  readonly unsigned?: Unsigned<Sdk>;
  /** Adds the service's dependencies to a call. Runs on every call, so it must be cheap. */
  readonly contextOf: (call: CallContext) => Context;
  /** For a service that is not AWS's; the facts of AWS's are known. */
  readonly facts?: ServiceFacts;
}

/**
 * @throws Error when a handler names no operation of the model, a limitation none that is handled, or a
 * refusal one that is, which the compiler could not see.
 */
export function defineService<Sdk extends object, Context>(
  definition: ServiceDefinition<Sdk, Context>,
): Service {
  const facts = definition.facts ?? factsOf(definition.name);
  const model = loadModel(definition.sdk, facts, definition.limits);
  const handlers = new Map<string, BoundHandler>();
  for (const [name, handler] of Object.entries(definition.handlers)) {
    if (!model.operations.has(name)) throw new Error(`${model.name} has a handler but no operation ${name}`);
    const typed = handler as (input: Values, context: Context) => Values | Promise<Values>;
    handlers.set(name, (input, call) => typed(input, definition.contextOf(call)));
  }
  const limitations = new Map<string, readonly string[]>(Object.entries(definition.limitations ?? {}));
  for (const name of limitations.keys()) {
    if (!handlers.has(name)) throw new Error(`${model.name} has a limitation but no handler of ${name}`);
  }
  const refusals = new Map(Object.entries<string | undefined>(definition.refusals ?? {}).flatMap(pairOf));
  for (const name of refusals.keys()) {
    if (handlers.has(name)) throw new Error(`${model.name} has a handler and a refusal of ${name}`);
  }
  return {
    model,
    protocols: createProtocols(model),
    handlers,
    unhandled: [...model.operations.keys()].filter((name) => !handlers.has(name)).sort(),
    limitations,
    refusals,
    requestBytes: new Map(Object.entries<number | undefined>(definition.requestBytes ?? {}).flatMap(pairOf)),
    endpoints: new Map(definition.endpoints?.map((endpoint) => [endpoint.path, endpoint])),
    unsigned: new Map(Object.entries<PlaceOfUnsigned | undefined>(definition.unsigned ?? {}).flatMap(pairOf)),
  };
}

const pairOf = <Value>([name, value]: [string, Value | undefined]): [string, Value][] =>
  value === undefined ? [] : [[name, value]];

/** The further members of an exception, besides those that every exception has. */
export type ExceptionMembers<Exception> = Partial<
  Omit<Exception, keyof Error | "$metadata" | "$fault" | "$service" | "$response" | "$retryable">
>;

/**
 * An SDK exception, to be thrown by a handler: `throw modelled(ResourceNotFoundException, "The ...")`.
 */
export function modelled<Exception extends Error>(
  errorClass: new (options: never) => Exception,
  message: string,
  members: ExceptionMembers<Exception> = {},
): Exception {
  return new errorClass({ message, $metadata: {}, ...members } as never);
}

/**
 * For an operation, or a way to use it, that is known and not supported; the answer's status is 501, which
 * no SDK repeats.
 */
export function notImplemented(message: string): WireError {
  return new WireError("NotImplementedException", message, { status: 501 });
}

/** An operation of a service and whether it is handled, for the generated list of operations. */
export interface OperationSummary {
  readonly service: string;
  readonly operation: string;
  readonly handled: boolean;
  /** What of a handled operation is not as AWS has it, or why one is not handled, in Markdown. */
  readonly limitations: readonly string[];
}

/** All operations of the services, sorted by service, then name. */
export function describeOperations(services: readonly Service[]): readonly OperationSummary[] {
  return services
    .toSorted((left, right) => (left.model.name < right.model.name ? -1 : 1))
    .flatMap((service) =>
      [...service.model.operations.keys()].sort().map((operation) => ({
        service: service.model.name,
        operation,
        handled: service.handlers.has(operation),
        limitations: service.limitations.get(operation) ?? reasonOf(service, operation),
      })),
    );
}

function reasonOf({ refusals }: Service, operation: string): readonly string[] {
  const reason = refusals.get(operation);
  return reason === undefined ? [] : [reason];
}

// Errors that the wire itself answers, and the one form in which every protocol encodes an error.
import type { ErrorShape, ServiceModel } from "./shapes.ts";

export interface WireErrorOptions {
  /** The status under awsJson and rpcv2Cbor; 400 when absent. */
  readonly status?: number;
  /** The status under restJson1 where it differs: AWS answers 403 to a bad signature there. */
  readonly restStatus?: number;
  /** The code and status under awsQuery where they differ, as with `SignatureDoesNotMatch`. */
  readonly queryCode?: string;
  readonly queryStatus?: number;
  readonly cause?: unknown;
}

/** An error that every AWS service may answer although no service models it: `SerializationException`, ... */
export class WireError extends Error {
  override readonly name: string;
  readonly options: WireErrorOptions;

  constructor(name: string, message: string, options: WireErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = name;
    this.options = options;
  }
}

/** An error as the protocols encode it. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly fault: "client" | "server";
  /** Present when the service models the error. */
  readonly shape: ErrorShape | undefined;
  /** The members of a modelled error besides its message, by member name. */
  readonly members: Readonly<Record<string, unknown>>;
  /** By protocol, because AWS's answers differ: the HTTP status, and awsQuery's code. */
  readonly status: number;
  readonly restStatus: number;
  readonly queryCode: string;
  readonly queryStatus: number;
}

/**
 * The `SerializationException` with which AWS answers a body that it cannot read or whose types are wrong.
 */
export function serializationError(message: string, cause?: unknown): WireError {
  return new WireError("SerializationException", message, {
    queryCode: "MalformedInput",
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * What an error means on the wire: wire errors and the service's modelled exceptions as they are.
 * Undefined for anything else, which the caller must not show to the client.
 */
export function failureOf(error: unknown, service: ServiceModel | undefined): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const shape = service?.errors.get(error.name);
  if (error instanceof WireError) return wireFailure(error, shape);
  if (shape === undefined || !("$fault" in error)) return undefined;
  const members: Record<string, unknown> = {};
  for (const member of shape.structure.members) {
    const value: unknown = Reflect.get(error, member.name);
    if (member.name !== shape.messageMember && value !== undefined) members[member.name] = value;
  }
  return { ...wireFailure(new WireError(error.name, error.message), shape), members };
}

function wireFailure(error: WireError, shape: ErrorShape | undefined): Failure {
  const { status = shape?.status ?? 400, restStatus = status } = error.options;
  return {
    name: error.name,
    message: error.message,
    fault: shape?.fault ?? (status >= 500 ? "server" : "client"),
    shape,
    members: {},
    status,
    restStatus,
    queryCode: error.options.queryCode ?? shape?.queryCode ?? error.name,
    queryStatus: error.options.queryStatus ?? shape?.queryStatus ?? status,
  };
}

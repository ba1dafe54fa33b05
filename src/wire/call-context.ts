// What a handler is told of its call, made of what the request path knows.
import type { CallContext, Identity, Principal, WireRequest } from "./request.ts";

export interface CallFacts {
  readonly operation: string;
  readonly identity: Identity;
  readonly request: WireRequest;
  readonly requestId: string;
  readonly now: number;
}

export function contextOfCall(facts: CallFacts): CallContext {
  return new RequestContext(facts);
}

/** The same call, as if it had been made to another region. A plain copy would not have the signal. */
export function callInRegion(call: CallContext, region: string): CallContext {
  return { ...call, region, signal: call.signal };
}

/** A class, because an object with a getter of its own takes 30 times as long to make. */
class RequestContext implements CallContext {
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  readonly principal: Principal;
  readonly now: number;
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
  readonly isSecure: boolean;
  readonly host: string | undefined;
  readonly #onClose: WireRequest["onClose"];
  #controller: AbortController | undefined;

  constructor({ operation, identity, request, requestId, now }: CallFacts) {
    const { headers, sourceAddress, onClose } = request;
    this.operation = operation;
    this.account = identity.principal.account;
    this.region = identity.region;
    this.principal = identity.principal;
    this.now = now;
    this.requestId = requestId;
    this.sourceAddress = sourceAddress;
    this.userAgent = headers["user-agent"] ?? "";
    this.isSecure = cameEncrypted(request);
    this.host = headers["host"];
    this.#onClose = onClose;
  }

  /** An abort when the client goes away costs 25 us of its own, so only who asks for it pays. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const made = (this.#controller = new AbortController());
      this.#onClose?.(() => made.abort());
    }
    return this.#controller.signal;
  }
}

/**
 * The listener speaks plain HTTP: encryption ends at a trusted proxy in front of it, which says so, the
 * scheme that the client spoke first when there are several. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-Proto
 */
function cameEncrypted({ headers, isFromProxy = false }: WireRequest): boolean {
  const forwarded = headers["x-forwarded-proto"];
  if (!isFromProxy || forwarded === undefined) return false;
  const [scheme = ""] = forwarded.split(",");
  return scheme.trim().toLowerCase() === "https";
}

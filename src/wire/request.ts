// What reaches a service from HTTP and what goes back, free of any server framework.

/** A whole HTTP request. Header names are lower case; `body` is as it came, perhaps compressed. */
export interface WireRequest {
  readonly method: string;
  /** Path and query string exactly as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Set, with an empty body, when the listener refused to take the whole body. */
  readonly bodyTooLarge?: boolean;
  readonly sourceAddress: string;
  /** Whether that is a proxy which is believed when it says how the request came to it. */
  readonly isFromProxy?: boolean;
  /** Calls back once if the client goes away before its answer is complete. */
  readonly onClose?: (listener: () => void) => void;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream for event streams; the server stops reading it when the client goes away. */
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array>;
}

/** Who calls, as proven (or, with authentication off, as claimed). */
export interface Principal {
  readonly account: string;
  readonly accessKeyId: string;
  /** `arn:aws:iam::123456789012:root`, or `...:user/NAME` */
  readonly arn: string;
  readonly userName: string | undefined;
  /** Nobody: whoever has the link of an operation that needs no signature. */
  readonly isAnonymous?: boolean;
  /** Proven by a bearer token instead of a signature. */
  readonly hasBearerToken?: boolean;
}

/** Who calls, and the region that the signature names: together they choose the world that is spoken to. */
export interface Identity {
  readonly principal: Principal;
  readonly region: string;
}

/** What every handler knows of its call besides the input. Instants are epoch milliseconds. */
export interface CallContext {
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  readonly principal: Principal;
  readonly now: number;
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
  /** Whether it came encrypted, or never left the process. */
  readonly isSecure: boolean;
  /** The host and port under which the caller reached the server. */
  readonly host?: string | undefined;
  /** Aborted when the client goes away. Lazy: costs nothing until it is read. */
  readonly signal: AbortSignal;
}

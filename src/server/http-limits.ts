// What one client, and all of them together, may cost the HTTP server.

export interface HttpLimits {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** Connections beyond this are closed as they come. */
  readonly connections: number;
  /** A request must have arrived as a whole within this time, its head within the shorter one. */
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** How often the two are looked at. */
  readonly timeoutCheckMs: number;
  /** Longer than the idle time of the SDKs' connection pools, so that the client is the one who closes. */
  readonly keepAliveMs: number;
  /** What is read and thrown away of a refused body, so that its sender gets to read the answer. */
  readonly refusedBodyMs: number;
  /** After this, `close` no longer waits for answers in flight. */
  readonly closeMs: number;
}

export const httpLimits: HttpLimits = {
  bodyBytes: 10 * 1024 * 1024,
  headerBytes: 32 * 1024,
  connections: 2_000,
  requestTimeoutMs: 30_000,
  headersTimeoutMs: 15_000,
  timeoutCheckMs: 5_000,
  keepAliveMs: 65_000,
  refusedBodyMs: 2_000,
  closeMs: 10_000,
};

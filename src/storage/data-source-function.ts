// The port to the functions that connect other data sources.

export interface DataSourceCall {
  /** With a version or an alias after a colon, if it has one. */
  readonly functionName: string;
  readonly region: string;
  /** JSON */
  readonly event: string;
  /** How long the function may take. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * What the function answered, or why there is no answer: `unconfigured` when nobody said where functions are;
 * the code is `Forbidden` when this server may not call it.
 */
export type DataSourceReply =
  | { readonly kind: "answered"; readonly body: string }
  | { readonly kind: "failed"; readonly code: string; readonly problem: string }
  | { readonly kind: "unconfigured" };

/** Rejects only when the signal of the call is aborted. */
export type CallDataSource = (call: DataSourceCall) => Promise<DataSourceReply>;

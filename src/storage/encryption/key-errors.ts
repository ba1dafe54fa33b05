// Why a key cannot be used.

/** The key of log events, or of query results, is disabled, waits for its deletion, or is no more. */
export class KeyUnavailableError extends Error {
  readonly keyArn: string;
  constructor(keyArn: string, reason: string, options?: { cause?: unknown }) {
    super(
      `The specified KMS key does not exist or is not allowed to be used: the key ${keyArn} ${reason}.`,
      options,
    );
    this.name = "KeyUnavailableError";
    this.keyArn = keyArn;
  }
}

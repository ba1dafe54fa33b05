// Why a key cannot be used.

/** The file of the master key is missing, or holds none; the message names it. */
export class MasterKeyError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "MasterKeyError";
  }
}

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

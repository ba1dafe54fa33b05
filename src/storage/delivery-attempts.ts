// Attempts to deliver: every one, with what came of it, for two weeks.
import { arrivalKey } from "./arrival-key.ts";
import type { State } from "./state.ts";

export type AttemptOutcome = "Succeeded" | "Failed" | "GivenUp";

/** Instants are epoch milliseconds. */
export interface DeliveryAttempt {
  readonly account: string;
  readonly region: string;
  /** What asked for it: the ARN of a topic or of an alarm. */
  readonly sourceArn: string;
  /** What it was for: the ARN of a subscription or of an action. */
  readonly targetArn: string;
  /** Where it went: an address, an e-mail address, an ARN, a command. */
  readonly endpoint: string;
  /** Of the message; attempts to deliver one message to one target have the same. */
  readonly messageId: string;
  /** From 1 on. */
  readonly attempt: number;
  readonly attemptedAt: number;
  readonly outcome: AttemptOutcome;
  /** What the target answered, or why it could not be reached. */
  readonly detail: string;
  /** After a failure that is tried again. */
  readonly nextAttemptAt?: number;
  /** The queue to which it went when it was given up. */
  readonly deadLetterArn?: string;
}

export interface StoredAttempt extends DeliveryAttempt {
  readonly key: string;
}

export interface DeliveryAttempts {
  record(attempt: DeliveryAttempt): Promise<void>;
  /** Newest first, strictly older than `before`. */
  list(
    place: { readonly account: string; readonly region: string },
    page: { readonly before?: string; readonly limit: number },
  ): Promise<readonly StoredAttempt[]>;
  /** Forgets what is older than two weeks. */
  expire(now: number): Promise<void>;
}

const retentionMs = 14 * 86_400_000;
const expiredPerRead = 500;
const detailCharacters = 1_000;

/**
 * One for all accounts, so that what is old is found in a single place; keys begin with account and region.
 */
const scope = "";

export function createDeliveryAttempts(state: State): DeliveryAttempts {
  const attempts = state.collection<DeliveryAttempt>("delivery-attempts");
  return {
    async record(attempt) {
      const { account, region, attemptedAt, detail } = attempt;
      const key = `${account}/${region}/${arrivalKey(attemptedAt)}`;
      await attempts.put(scope, key, { ...attempt, detail: detail.slice(0, detailCharacters) }, attemptedAt);
    },
    async list({ account, region }, { before, limit }) {
      const prefix = `${account}/${region}/`;
      const found = await attempts.list(scope, {
        prefix,
        descending: true,
        limit,
        ...(before === undefined ? {} : { after: { key: prefix + before } }),
      });
      return found.map(({ key, value }) => ({ ...value, key: key.slice(prefix.length) }));
    },
    async expire(now) {
      for (;;) {
        const maxRank = now - retentionMs;
        const old = await attempts.list(scope, { order: "rank", maxRank, limit: expiredPerRead });
        await Promise.all(old.map(({ key }) => attempts.delete(scope, key)));
        if (old.length < expiredPerRead) return;
      }
    },
  };
}

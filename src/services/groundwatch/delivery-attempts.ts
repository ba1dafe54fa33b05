// ListDeliveryAttempts: what was delivered or not, and why.
import type { StoredAttempt } from "../../storage/delivery-attempts.ts";
import { modelled } from "../../wire/service.ts";
import { ValidationException } from "./errors.ts";
import type { GroundwatchHandler } from "./handlers.ts";
import { defaultPageSize } from "./limits.ts";
import type { OperationInput, OperationOutput } from "./schema-types.ts";

type Filter = Pick<
  OperationInput<"ListDeliveryAttempts">,
  "SourceArn" | "TargetArn" | "MessageId" | "Outcome"
>;
type Shown = OperationOutput<"ListDeliveryAttempts">["DeliveryAttempts"][number];

/** Newest first. A page holds what of so many attempts is wanted, so it may be shorter than asked for. */
export const listDeliveryAttempts: GroundwatchHandler<"ListDeliveryAttempts"> = async (
  input,
  { call: { account, region }, dependencies },
) => {
  const limit = input.MaxResults ?? defaultPageSize;
  const page = { limit, ...(input.NextToken === undefined ? {} : { before: placeOf(input.NextToken) }) };
  const attempts = await dependencies.deliveryAttempts.list({ account, region }, page);
  const last = attempts.length < limit ? undefined : attempts.at(-1)?.key;
  return {
    DeliveryAttempts: attempts.filter((one) => isWanted(one, input)).map(shownOf),
    NextToken: last && Buffer.from(last).toString("base64url"),
  };
};

function isWanted(attempt: StoredAttempt, filter: Filter): boolean {
  return (
    (filter.SourceArn ?? attempt.sourceArn) === attempt.sourceArn &&
    (filter.TargetArn ?? attempt.targetArn) === attempt.targetArn &&
    (filter.MessageId ?? attempt.messageId) === attempt.messageId &&
    (filter.Outcome ?? attempt.outcome) === attempt.outcome
  );
}

function shownOf(attempt: StoredAttempt): Shown {
  return {
    SourceArn: attempt.sourceArn,
    TargetArn: attempt.targetArn,
    Endpoint: attempt.endpoint,
    MessageId: attempt.messageId,
    Attempt: attempt.attempt,
    AttemptedAt: attempt.attemptedAt,
    Outcome: attempt.outcome,
    Detail: attempt.detail,
    NextAttemptAt: attempt.nextAttemptAt,
    DeadLetterArn: attempt.deadLetterArn,
  };
}

/** The key of an attempt (`storage/arrival-key.ts`). */
function placeOf(token: string): string {
  const key = Buffer.from(token, "base64url").toString();
  if (/^\d{15}-\d{9}-[\da-f]{8}$/.test(key)) return key;
  throw modelled(ValidationException, "The NextToken is not valid.");
}

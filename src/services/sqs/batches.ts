// What the batch operations have in common: entries with ids, each of which succeeds or fails by itself.
import {
  BatchEntryIdsNotDistinct,
  EmptyBatchRequest,
  InvalidBatchEntryId,
  TooManyEntriesInBatchRequest,
  type BatchResultErrorEntry,
} from "@aws-sdk/client-sqs";
import { queueLimits } from "../../core/queues/limits.ts";
import { failureOf } from "../../wire/errors.ts";
import { modelled } from "../../wire/service.ts";

/**
 * @throws EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct for
 * a batch that is refused as a whole.
 */
export function checkBatch(entries: readonly { readonly Id: string }[], entryName: string): void {
  if (entries.length === 0) {
    throw modelled(EmptyBatchRequest, `There should be at least one ${entryName} in the request.`);
  }
  if (entries.length > queueLimits.batchEntries) {
    const message = `Maximum number of entries per request are 10. You have sent ${entries.length}.`;
    throw modelled(TooManyEntriesInBatchRequest, message);
  }
  const seen = new Set<string>();
  for (const { Id: id } of entries) {
    if (!/^[\w-]{1,80}$/.test(id)) {
      throw modelled(
        InvalidBatchEntryId,
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. " +
          "It can be at most 80 letters long.",
      );
    }
    if (seen.has(id)) throw modelled(BatchEntryIdsNotDistinct, `Id ${id} repeated.`);
    seen.add(id);
  }
}

export type Outcome<Result> =
  | { readonly kind: "done"; readonly id: string; readonly result: Result }
  | { readonly kind: "failed"; readonly failure: BatchResultErrorEntry };

/** An error that is the sender's fails only its entry; any other fails the call. */
export async function attempt<Result>(
  id: string,
  act: () => Result | Promise<Result>,
): Promise<Outcome<Result>> {
  try {
    return { kind: "done", id, result: await act() };
  } catch (error) {
    const failure = failureOf(error, undefined) ?? modelledFailure(error);
    if (failure === undefined || failure.fault === "server") throw error;
    const { queryCode: code, message } = failure;
    return { kind: "failed", failure: { Id: id, SenderFault: true, Code: code, Message: message } };
  }
}

function modelledFailure(error: unknown) {
  if (!(error instanceof Error) || !("$fault" in error) || error.$fault !== "client") return undefined;
  return { fault: "client", queryCode: error.name, message: error.message } as const;
}

export function failuresOf(outcomes: readonly Outcome<unknown>[]): BatchResultErrorEntry[] {
  return outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome.failure] : []));
}

export function doneOf<Result>(outcomes: readonly Outcome<Result>[]) {
  return outcomes.flatMap((outcome) => (outcome.kind === "done" ? [outcome] : []));
}

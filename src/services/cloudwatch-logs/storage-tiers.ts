// The storage tier of an account: there is one, and policies that ask for it are kept.
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { scopeOf } from "./stored-groups.ts";

interface StoredTierPolicy {
  /** Epoch milliseconds. */
  readonly updatedAt: number;
}

const policyKey = "policy";

const policiesIn = ({ dependencies }: LogsContext) =>
  dependencies.state.collection<StoredTierPolicy>("log-storage-tier-policies");

/**
 * What is rarely read lies with all the rest, so that nothing would be moved.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutStorageTierPolicy.html
 */
export async function putStorageTierPolicy(
  { storageTier }: Input<"PutStorageTierPolicy">,
  context: LogsContext,
): Promise<Output<"PutStorageTierPolicy">> {
  if (storageTier !== "STANDARD") {
    throw invalidParameter(`The storage tier ${storageTier} is not supported here: there is one.`);
  }
  const updatedAt = context.call.now;
  await policiesIn(context).put(scopeOf(context), policyKey, { updatedAt });
  return { storageTier, lastUpdatedTime: updatedAt };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetStorageTierPolicy.html */
export async function getStorageTierPolicy(
  _input: Input<"GetStorageTierPolicy">,
  context: LogsContext,
): Promise<Output<"GetStorageTierPolicy">> {
  const stored = await policiesIn(context).get(scopeOf(context), policyKey);
  return {
    storageTier: "STANDARD",
    ...(stored === undefined ? {} : { lastUpdatedTime: stored.value.updatedAt }),
  };
}

// Data protection policies of log groups: put, got and deleted.
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { readProtectionPolicy } from "./data-protection-rules.ts";
import { invalidParameter } from "./errors.ts";
import { policyKey, protectionPoliciesIn } from "./group-policies.ts";
import { groupsIn, requireGroup, scopeOf } from "./stored-groups.ts";

/**
 * Events that come from now on are masked; those that are there already are not.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDataProtectionPolicy.html
 */
export async function putDataProtectionPolicy(
  input: Input<"PutDataProtectionPolicy">,
  context: LogsContext,
): Promise<Output<"PutDataProtectionPolicy">> {
  const { key, value } = await requireGroup(context, input.logGroupIdentifier);
  if (value.logGroupClass === "DELIVERY") {
    throw invalidParameter("Data protection is not supported for log groups in the Delivery log class.");
  }
  await checkProtectionPolicy(input.policyDocument, context, key);
  const stored = { document: input.policyDocument, updatedAt: context.call.now };
  await protectionPoliciesIn(context.dependencies.state).put("", policyKey(value.id), stored);
  context.ingestRules.forget(value.id);
  return describe(context, key, stored);
}

/**
 * `logGroupName` is the group that the policy is for, which cannot have its own findings.
 * @throws InvalidParameterException
 */
export async function checkProtectionPolicy(
  document: string,
  context: LogsContext,
  logGroupName: string | undefined,
): Promise<void> {
  const policy = readProtectionPolicy(document);
  if (typeof policy === "string") throw invalidParameter(policy);
  const { logGroup, deliveryStream } = policy.destinations;
  if (deliveryStream !== undefined && context.dependencies.sendRecords === undefined) {
    throw invalidParameter(
      `The delivery stream ${deliveryStream} for audit findings cannot be reached: no endpoint of Firehose ` +
        "is configured (--service-endpoints).",
    );
  }
  if (logGroup === undefined) return;
  if (logGroup === logGroupName) {
    throw invalidParameter("The findings of a log group cannot be sent to the log group itself.");
  }
  const found = await groupsIn(context.dependencies.state).get(scopeOf(context), logGroup);
  if (found === undefined) {
    throw invalidParameter(`The log group ${logGroup} for audit findings does not exist.`);
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDataProtectionPolicy.html */
export async function getDataProtectionPolicy(
  input: Input<"GetDataProtectionPolicy">,
  context: LogsContext,
): Promise<Output<"GetDataProtectionPolicy">> {
  const { key, value } = await requireGroup(context, input.logGroupIdentifier);
  const found = await protectionPoliciesIn(context.dependencies.state).get("", policyKey(value.id));
  const { document, updatedAt } = found?.value ?? {};
  return document === undefined ? {} : describe(context, key, { document, updatedAt });
}

function describe(
  { call }: LogsContext,
  logGroupName: string,
  { document, updatedAt }: { readonly document: string; readonly updatedAt: number | undefined },
) {
  return {
    logGroupIdentifier: logGroupArn(call.account, call.region, logGroupName),
    policyDocument: document,
    ...(updatedAt === undefined ? {} : { lastUpdatedTime: updatedAt }),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDataProtectionPolicy.html */
export async function deleteDataProtectionPolicy(
  input: Input<"DeleteDataProtectionPolicy">,
  context: LogsContext,
): Promise<Output<"DeleteDataProtectionPolicy">> {
  const { value } = await requireGroup(context, input.logGroupIdentifier);
  const policies = protectionPoliciesIn(context.dependencies.state);
  const found = await policies.get("", policyKey(value.id));
  if (found === undefined) return {};
  // DescribeLogGroups tells of groups that had one.
  await policies.put("", policyKey(value.id), { updatedAt: context.call.now });
  context.ingestRules.forget(value.id);
  return {};
}

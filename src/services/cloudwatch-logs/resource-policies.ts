// Resource policies: who else may do what with the log groups of an account, kept and shown.
import { createHash } from "node:crypto";
import {
  LimitExceededException,
  OperationAbortedException,
  ResourceNotFoundException,
  type ResourcePolicy,
} from "@aws-sdk/client-cloudwatch-logs";
import { parseDestinationPolicy } from "../../core/logs/destination-policy.ts";
import { logLimits } from "../../core/logs/limits.ts";
import type { Document, State } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter, parseToken, printToken } from "./errors.ts";
import { requireGroup, scopeOf } from "./stored-groups.ts";

interface StoredPolicy {
  readonly policyName?: string;
  readonly policyDocument: string;
  /** Epoch milliseconds. */
  readonly updatedAt: number;
  /** Of a policy of one group. */
  readonly resourceArn?: string;
  readonly revisionId?: string;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const policiesPerAccount = 10;
const accountPolicyCharacters = 5_120;

/** Keys begin with the scope of the policy: `ACCOUNT:name`, `RESOURCE:group`. */
const policiesIn = (state: State) => state.collection<StoredPolicy>("log-resource-policies");

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html */
export async function putResourcePolicy(
  input: Input<"PutResourcePolicy">,
  context: LogsContext,
): Promise<Output<"PutResourcePolicy">> {
  const { policyName, policyDocument = "", resourceArn } = input;
  if (parseDestinationPolicy(policyDocument) === undefined) {
    throw invalidParameter("The policy document is not valid.");
  }
  return resourceArn === undefined
    ? putAccountPolicy(context, policyName, policyDocument)
    : putGroupPolicy(context, input, resourceArn, policyDocument);
}

async function putAccountPolicy(
  context: LogsContext,
  policyName: string | undefined,
  policyDocument: string,
): Promise<Output<"PutResourcePolicy">> {
  if (policyName === undefined) throw invalidParameter("policyName is required.");
  if (policyDocument.length > accountPolicyCharacters) {
    throw modelled(LimitExceededException, "Resource limit exceeded: a policy has at most 5120 characters.");
  }
  const policies = policiesIn(context.dependencies.state);
  const scope = scopeOf(context);
  const key = `ACCOUNT:${policyName}`;
  const known = await policies.list(scope, { prefix: "ACCOUNT:", limit: policiesPerAccount });
  if (known.length >= policiesPerAccount && known.every((policy) => policy.key !== key)) {
    throw modelled(LimitExceededException, "Resource limit exceeded.");
  }
  const value = { policyName, policyDocument, updatedAt: context.call.now };
  await policies.put(scope, key, value);
  return { resourcePolicy: describe(value) };
}

async function putGroupPolicy(
  context: LogsContext,
  { policyName, expectedRevisionId }: Input<"PutResourcePolicy">,
  resourceArn: string,
  policyDocument: string,
): Promise<Output<"PutResourcePolicy">> {
  const group = await requireGroup(context, resourceArn);
  const policies = policiesIn(context.dependencies.state);
  const key = `RESOURCE:${group.key}`;
  const before = await policies.get(group.scope, key);
  checkRevision(before, expectedRevisionId);
  const { now } = context.call;
  const revisionId = createHash("sha256").update(`${now} ${policyDocument}`).digest("hex").slice(0, 32);
  const named = policyName === undefined ? {} : { policyName };
  const value = { ...named, policyDocument, updatedAt: now, resourceArn, revisionId };
  const written =
    before === undefined
      ? await policies.create(group.scope, key, value)
      : await policies.replace(group.scope, key, value, before.version);
  if (!written) throw conflict();
  return { resourcePolicy: describe(value), revisionId };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteResourcePolicy.html */
export async function deleteResourcePolicy(
  input: Input<"DeleteResourcePolicy">,
  context: LogsContext,
): Promise<Output<"DeleteResourcePolicy">> {
  const { policyName, resourceArn, expectedRevisionId } = input;
  if (policyName === undefined && resourceArn === undefined) {
    throw invalidParameter("Either policyName or resourceArn must be specified.");
  }
  const policies = policiesIn(context.dependencies.state);
  const key =
    resourceArn === undefined
      ? `ACCOUNT:${policyName ?? ""}`
      : `RESOURCE:${(await requireGroup(context, resourceArn)).key}`;
  const found = await policies.get(scopeOf(context), key);
  if (found === undefined) {
    throw modelled(ResourceNotFoundException, "The specified resource policy does not exist.");
  }
  if (resourceArn !== undefined) checkRevision(found, expectedRevisionId);
  if (!(await policies.delete(found.scope, found.key, found.version))) throw conflict();
  return {};
}

const isKey = (value: unknown): value is string => typeof value === "string";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html */
export async function describeResourcePolicies(
  input: Input<"DescribeResourcePolicies">,
  context: LogsContext,
): Promise<Output<"DescribeResourcePolicies">> {
  const { resourceArn, policyScope } = input;
  const policies = policiesIn(context.dependencies.state);
  if (resourceArn !== undefined) {
    const { scope, key } = await requireGroup(context, resourceArn);
    const found = await policies.get(scope, `RESOURCE:${key}`);
    return { resourcePolicies: found === undefined ? [] : [describe(found.value)] };
  }
  const limit = input.limit ?? logLimits.describePage;
  const after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isKey);
  const found = await policies.list(scopeOf(context), {
    prefix: `${policyScope ?? "ACCOUNT"}:`,
    limit: limit + 1,
    ...(after === undefined ? {} : { after: { key: after } }),
  });
  const page = found.slice(0, limit);
  return {
    resourcePolicies: page.map(({ value }) => describe(value)),
    ...(found.length > limit ? { nextToken: printToken(page.at(-1)?.key) } : {}),
  };
}

/** Policies of a group are changed only by who knows their last revision. */
function checkRevision(
  policy: Document<StoredPolicy> | undefined,
  expectedRevisionId: string | undefined,
): void {
  if (policy?.value.revisionId !== expectedRevisionId) throw conflict();
}

const conflict = () =>
  modelled(
    OperationAbortedException,
    "The expected revision ID does not match the current revision of the resource policy.",
  );

function describe({ policyName, policyDocument, updatedAt, resourceArn, revisionId }: StoredPolicy) {
  return {
    ...(policyName === undefined ? {} : { policyName }),
    policyDocument,
    lastUpdatedTime: updatedAt,
    policyScope: resourceArn === undefined ? "ACCOUNT" : "RESOURCE",
    ...(resourceArn === undefined ? {} : { resourceArn }),
    ...(revisionId === undefined ? {} : { revisionId }),
  } satisfies ResourcePolicy;
}

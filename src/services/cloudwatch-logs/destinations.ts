// Destinations: names for streams, which other accounts may subscribe to as far as the access policy allows.
import { ResourceNotFoundException, type Destination } from "@aws-sdk/client-cloudwatch-logs";
import { parseDestinationPolicy } from "../../core/logs/destination-policy.ts";
import { logLimits } from "../../core/logs/limits.ts";
import { destinationArn, parseSubscriptionTarget } from "../../core/logs/subscription-target.ts";
import { destinationsIn, type StoredDestination } from "../../storage/log-subscriptions.ts";
import type { Document } from "../../storage/state.ts";
import { untilWritten } from "../../storage/until-written.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { aborted, invalidParameter, parseToken, printToken } from "./errors.ts";
import { scopeOf } from "./stored-groups.ts";
import { tryTarget } from "./subscription-destinations.ts";
import { checkTags } from "./tags.ts";

/** Of an access policy. */
const policyBytes = 5_120;

/**
 * A destination of the same name is changed and keeps its policy.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDestination.html
 */
export async function putDestination(
  input: Input<"PutDestination">,
  context: LogsContext,
): Promise<Output<"PutDestination">> {
  const { targetArn, roleArn } = input;
  const target = parseSubscriptionTarget(targetArn);
  if (target?.kind !== "kinesis" && target?.kind !== "firehose") {
    throw invalidParameter("targetArn must be the ARN of a Kinesis stream or of a Firehose stream.");
  }
  await tryTarget(context, target);
  const tags = input.tags === undefined ? undefined : checkTags(input.tags);
  const destinations = destinationsIn(context.dependencies.state);
  return untilWritten(async () => {
    const before = await destinations.get(scopeOf(context), input.destinationName);
    const value: StoredDestination = {
      createdAt: context.call.now,
      ...before?.value,
      targetArn,
      roleArn,
      tags: tags ?? before?.value.tags ?? {},
    };
    const written =
      before === undefined
        ? await destinations.create(scopeOf(context), input.destinationName, value)
        : await destinations.replace(before.scope, before.key, value, before.version);
    return written ? { destination: describe(context, input.destinationName, value) } : undefined;
  }, aborted);
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDestinationPolicy.html */
export async function putDestinationPolicy(
  input: Input<"PutDestinationPolicy">,
  context: LogsContext,
): Promise<Output<"PutDestinationPolicy">> {
  const { accessPolicy } = input;
  const isPolicy = parseDestinationPolicy(accessPolicy) !== undefined;
  if (!isPolicy || Buffer.byteLength(accessPolicy) > policyBytes) {
    throw invalidParameter("The access policy is no valid policy document of at most 5120 bytes.");
  }
  return untilWritten(async () => {
    const { scope, key, value, version } = await requireDestination(context, input.destinationName);
    const destinations = destinationsIn(context.dependencies.state);
    const isWritten = await destinations.replace(scope, key, { ...value, accessPolicy }, version);
    return isWritten ? {} : undefined;
  }, aborted);
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDestination.html */
export async function deleteDestination(
  input: Input<"DeleteDestination">,
  context: LogsContext,
): Promise<Output<"DeleteDestination">> {
  const { scope, key } = await requireDestination(context, input.destinationName);
  await destinationsIn(context.dependencies.state).delete(scope, key);
  return {};
}

const isName = (value: unknown): value is string => typeof value === "string";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDestinations.html */
export async function describeDestinations(
  input: Input<"DescribeDestinations">,
  context: LogsContext,
): Promise<Output<"DescribeDestinations">> {
  const limit = input.limit ?? logLimits.describePage;
  const after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isName);
  const found = await destinationsIn(context.dependencies.state).list(scopeOf(context), {
    limit: limit + 1,
    ...(input.DestinationNamePrefix === undefined ? {} : { prefix: input.DestinationNamePrefix }),
    ...(after === undefined ? {} : { after: { key: after } }),
  });
  const page = found.slice(0, limit);
  return {
    destinations: page.map(({ key, value }) => describe(context, key, value)),
    ...(found.length > limit ? { nextToken: printToken(page.at(-1)?.key) } : {}),
  };
}

/** @throws ResourceNotFoundException */
async function requireDestination(context: LogsContext, name: string): Promise<Document<StoredDestination>> {
  const found = await destinationsIn(context.dependencies.state).get(scopeOf(context), name);
  if (found !== undefined) return found;
  throw modelled(ResourceNotFoundException, "The specified destination does not exist.");
}

function describe({ call }: LogsContext, destinationName: string, value: StoredDestination): Destination {
  const { targetArn, roleArn, accessPolicy, createdAt } = value;
  return {
    destinationName,
    targetArn,
    roleArn,
    ...(accessPolicy === undefined ? {} : { accessPolicy }),
    arn: destinationArn(call.account, call.region, destinationName),
    creationTime: createdAt,
  };
}

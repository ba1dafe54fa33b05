// Where subscriptions may deliver: checks of what a filter or a policy names, with a message to try it.
import { AccessDeniedException } from "@aws-sdk/client-cloudwatch-logs";
import {
  allows,
  asksForOrganization,
  parseDestinationPolicy,
  type DestinationAction,
} from "../../core/logs/destination-policy.ts";
import { controlMessage } from "../../core/logs/subscription-payload.ts";
import {
  parseSubscriptionTarget,
  problemOfTarget,
  type LogicalDestination,
  type SubscriptionTarget,
} from "../../core/logs/subscription-target.ts";
import { destinationsIn, encodePayload } from "../../storage/log-subscriptions.ts";
import { modelled } from "../../wire/service.ts";
import type { LogsContext } from "./context.ts";
import { invalidParameter } from "./errors.ts";

/** How AWS says that a test message did not arrive. */
const failures: Readonly<Record<SubscriptionTarget["kind"], string>> = {
  kinesis:
    "Could not deliver test message to specified Kinesis stream. " +
    "Check if the given kinesis stream is in ACTIVE state.",
  firehose:
    "Could not deliver test message to specified Firehose stream. " +
    "Check if the given Firehose stream is in ACTIVE state.",
  lambda:
    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute " +
    "your function.",
  opensearch: "Could not deliver test message to the specified domain.",
  webhook: "Could not deliver test message to the specified address.",
};

/** What a filter or a policy names. */
interface NamedDestination {
  readonly destinationArn: string;
  readonly roleArn?: string | undefined;
}

/**
 * Sends a CONTROL_MESSAGE to what the ARN stands for.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 * @throws InvalidParameterException when there is no such destination, or not with or without this role, or
 * when the message does not arrive; AccessDeniedException when it does not allow the account.
 */
export async function tryDestination(
  context: LogsContext,
  named: NamedDestination,
  action: DestinationAction,
): Promise<void> {
  const { destinationArn, roleArn } = named;
  const problem = problemOfTarget(action.slice("logs:".length), destinationArn, roleArn);
  const target = parseSubscriptionTarget(destinationArn);
  if (problem !== undefined || target === undefined) throw invalidParameter(problem ?? destinationArn);
  await tryTarget(
    context,
    target.kind === "destination" ? await targetBehind(context, target, roleArn, action) : target,
  );
}

/** @throws InvalidParameterException */
export async function tryTarget(context: LogsContext, target: SubscriptionTarget): Promise<void> {
  const { now, signal } = context.call;
  const partitionKey = context.call.requestId;
  try {
    const payload = encodePayload(controlMessage(now, target.kind));
    await context.dependencies.sendLogs(target, payload, { partitionKey, now, signal });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidParameter(`${failures[target.kind]} (${reason})`);
  }
}

/**
 * The log groups and the destination must be in the same region, the stream behind it need not.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateSubscriptionFilter.html
 */
async function targetBehind(
  { call, dependencies }: LogsContext,
  { arn, account, region, name }: LogicalDestination,
  roleArn: string | undefined,
  action: DestinationAction,
): Promise<SubscriptionTarget> {
  const stored =
    region === call.region
      ? await destinationsIn(dependencies.state).get(`${account}/${region}`, name)
      : undefined;
  const target = parseSubscriptionTarget(stored?.value.targetArn ?? "");
  if (target === undefined || target.kind === "destination") {
    throw invalidParameter(
      "Could not deliver test message to specified destination. Check if the destination is valid.",
    );
  }
  const policy = parseDestinationPolicy(stored?.value.accessPolicy ?? "");
  const isAllowed =
    account === call.account || (policy !== undefined && allows(policy, call.account, action, arn));
  if (isAllowed) return target;
  if (roleArn === undefined && policy !== undefined && asksForOrganization(policy)) {
    throw invalidParameter(
      "Role ARN is required when creating subscription filter against destination with Organization access " +
        "policy.",
    );
  }
  throw modelled(
    AccessDeniedException,
    `User with accountId: ${call.account} is not authorized to perform: ${action} on resource: ${arn}`,
  );
}

// Where subscriptions may deliver: checks of what a filter or a policy names, with a message to try it.
import {
  allows,
  parseDestinationPolicy,
  type DestinationAction,
} from "../../core/logs/destination-policy.ts";
import { controlMessage } from "../../core/logs/subscription-payload.ts";
import { parseSubscriptionTarget, type SubscriptionTarget } from "../../core/logs/subscription-target.ts";
import { destinationsIn, encodePayload } from "../../storage/log-subscriptions.ts";
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

/**
 * Sends a CONTROL_MESSAGE to what the ARN stands for.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 * @throws InvalidParameterException when there is no such destination, when it does not allow the account, or
 * when the message does not arrive.
 */
export async function tryDestination(
  context: LogsContext,
  destinationArn: string,
  action: DestinationAction,
): Promise<void> {
  const target = parseSubscriptionTarget(destinationArn);
  if (target === undefined) {
    throw invalidParameter(
      `Invalid destination: ${destinationArn} is no stream, function, domain or destination that can be ` +
        "delivered to.",
    );
  }
  await tryTarget(
    context,
    target.kind === "destination" ? await targetBehind(context, destinationArn, action) : target,
  );
}

/** @throws InvalidParameterException */
export async function tryTarget(context: LogsContext, target: SubscriptionTarget): Promise<void> {
  const { now, signal } = context.call;
  const partitionKey = context.call.requestId;
  try {
    const payload = encodePayload(controlMessage(now));
    await context.dependencies.sendLogs(target, payload, { partitionKey, now, signal });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidParameter(`${failures[target.kind]} (${reason})`);
  }
}

async function targetBehind(
  context: LogsContext,
  arn: string,
  action: DestinationAction,
): Promise<SubscriptionTarget> {
  const named = parseSubscriptionTarget(arn);
  if (named?.kind !== "destination") throw invalidParameter(`Invalid destination: ${arn}`);
  const stored = await destinationsIn(context.dependencies.state).get(
    `${named.account}/${named.region}`,
    named.name,
  );
  const policy = parseDestinationPolicy(stored?.value.accessPolicy ?? "");
  const { account } = context.call;
  const isAllowed =
    named.account === account || (policy !== undefined && allows(policy, account, action, arn));
  const target = parseSubscriptionTarget(stored?.value.targetArn ?? "");
  if (!isAllowed || target === undefined || target.kind === "destination") {
    throw invalidParameter(
      "Could not deliver test message to specified destination. Check if the destination is valid.",
    );
  }
  return target;
}

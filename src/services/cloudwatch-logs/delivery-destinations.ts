// Delivery destinations: where vended logs are to go, and which accounts may deliver there.
import {
  ConflictException,
  ResourceNotFoundException,
  ValidationException,
  type DeliveryDestination,
  type DeliveryDestinationType,
} from "@aws-sdk/client-cloudwatch-logs";
import { parseDestinationPolicy } from "../../core/logs/destination-policy.ts";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import {
  deliveryArn,
  deliveryDestinationsIn,
  deliveryPage,
  deliveryUsesIn,
  untilWritten,
  type StoredDeliveryDestination,
} from "./delivery-parts.ts";
import { scopeOf } from "./stored-groups.ts";
import { checkTags } from "./tags.ts";

/** What the resources of each type are called. */
const resources: readonly (readonly [DeliveryDestinationType, RegExp])[] = [
  ["S3", /^arn:[\w-]+:s3:::[a-z0-9]/],
  ["CWL", /^arn:[\w-]+:logs:[\w-]+:\d{12}:log-group:./],
  ["FH", /^arn:[\w-]+:firehose:[\w-]+:\d{12}:deliverystream\/./],
  ["XRAY", /^arn:[\w-]+:xray:/],
];

/**
 * A destination of the same name is changed; its resource may become another one of the same type.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html
 */
export async function putDeliveryDestination(
  input: Input<"PutDeliveryDestination">,
  context: LogsContext,
): Promise<Output<"PutDeliveryDestination">> {
  const { name, outputFormat, roleArn, tags } = input;
  const resourceArn = input.deliveryDestinationConfiguration?.destinationResourceArn;
  const type = destinationType(input.deliveryDestinationType, resourceArn);
  if (roleArn !== undefined && type !== "XRAY") {
    throw modelled(ValidationException, "roleArn is supported for X-Ray delivery destinations only.");
  }
  const destinations = deliveryDestinationsIn(context.dependencies.state);
  const scope = scopeOf(context);
  return untilWritten(async () => {
    const before = await destinations.get(scope, name);
    if (before !== undefined) requireSameKind(before.value, { ...input, type });
    const value: StoredDeliveryDestination = {
      ...before?.value,
      type,
      tags: before?.value.tags ?? checkTags(tags ?? {}),
      ...(outputFormat === undefined ? {} : { outputFormat }),
      ...(resourceArn === undefined ? {} : { resourceArn }),
      ...(roleArn === undefined ? {} : { roleArn }),
    };
    const isWritten =
      before === undefined
        ? await destinations.create(scope, name, value)
        : await destinations.replace(scope, name, value, before.version);
    return isWritten ? { deliveryDestination: describe(context, { key: name, value }) } : undefined;
  });
}

/**
 * Tags are changed by TagResource: https://github.com/hashicorp/terraform-provider-aws/issues/43572
 * @throws ConflictException
 */
function requireSameKind(
  before: StoredDeliveryDestination,
  { type, outputFormat, tags }: Input<"PutDeliveryDestination"> & { readonly type: DeliveryDestinationType },
): void {
  if (before.type !== type) {
    throw modelled(ConflictException, "The type of a delivery destination cannot be changed.");
  }
  if ((outputFormat ?? before.outputFormat) !== (before.outputFormat ?? outputFormat)) {
    throw modelled(ConflictException, "The output format of a delivery destination cannot be changed.");
  }
  if (tags !== undefined) {
    throw modelled(
      ConflictException,
      "Tags can only be provided when a resource is being created, not updated.",
    );
  }
}

/** By the ARN of the resource; X-Ray has none. */
function destinationType(
  given: DeliveryDestinationType | undefined,
  resourceArn: string | undefined,
): DeliveryDestinationType {
  if (resourceArn === undefined) {
    if (given === "XRAY") return given;
    throw modelled(ValidationException, "destinationResourceArn is required for destinations of this type.");
  }
  const [type] = resources.find(([, pattern]) => pattern.test(resourceArn)) ?? [];
  if (type === undefined || (given !== undefined && given !== type)) {
    throw modelled(
      ValidationException,
      "destinationResourceArn must be the ARN of a log group, a bucket or a Firehose stream, " +
        "as the type says.",
    );
  }
  return type;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDeliveryDestination.html */
export async function getDeliveryDestination(
  input: Input<"GetDeliveryDestination">,
  context: LogsContext,
): Promise<Output<"GetDeliveryDestination">> {
  return { deliveryDestination: describe(context, await requireDestination(context, input.name)) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliveryDestinations.html */
export async function describeDeliveryDestinations(
  input: Input<"DescribeDeliveryDestinations">,
  context: LogsContext,
): Promise<Output<"DescribeDeliveryDestinations">> {
  const destinations = deliveryDestinationsIn(context.dependencies.state);
  const { page, nextToken } = await deliveryPage(context, destinations, input, ({ key }) =>
    input.names === undefined ? true : input.names.includes(key),
  );
  const deliveryDestinations = page.map((destination) => describe(context, destination));
  return nextToken === undefined ? { deliveryDestinations } : { deliveryDestinations, nextToken };
}

/**
 * Deliveries of other accounts count, too.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliveryDestination.html
 */
export async function deleteDeliveryDestination(
  input: Input<"DeleteDeliveryDestination">,
  context: LogsContext,
): Promise<Output<"DeleteDeliveryDestination">> {
  const { state } = context.dependencies;
  return untilWritten(async () => {
    const { scope, key, version } = await requireDestination(context, input.name);
    if ((await deliveryUsesIn(state).count(deliveryArn(context, "delivery-destination", key))) > 0) {
      throw modelled(
        ConflictException,
        "The delivery destination is used by a delivery. Delete the delivery first.",
      );
    }
    return (await deliveryDestinationsIn(state).delete(scope, key, version)) ? {} : undefined;
  });
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestinationPolicy.html */
export async function putDeliveryDestinationPolicy(
  input: Input<"PutDeliveryDestinationPolicy">,
  context: LogsContext,
): Promise<Output<"PutDeliveryDestinationPolicy">> {
  const { deliveryDestinationName, deliveryDestinationPolicy: policy } = input;
  if (parseDestinationPolicy(policy) === undefined) {
    // AWS's words: https://github.com/hashicorp/terraform-provider-aws/issues/40885
    throw modelled(ValidationException, "Invalid Delivery Destination resource Policy is provided.");
  }
  await changeDestination(context, deliveryDestinationName, (before) => ({ ...before, policy }));
  return { policy: { deliveryDestinationPolicy: policy } };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDeliveryDestinationPolicy.html */
export async function getDeliveryDestinationPolicy(
  input: Input<"GetDeliveryDestinationPolicy">,
  context: LogsContext,
): Promise<Output<"GetDeliveryDestinationPolicy">> {
  const { policy } = (await requireDestination(context, input.deliveryDestinationName)).value;
  return policy === undefined ? {} : { policy: { deliveryDestinationPolicy: policy } };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliveryDestinationPolicy.html */
export async function deleteDeliveryDestinationPolicy(
  input: Input<"DeleteDeliveryDestinationPolicy">,
  context: LogsContext,
): Promise<Output<"DeleteDeliveryDestinationPolicy">> {
  await changeDestination(context, input.deliveryDestinationName, ({ policy: _policy, ...left }) => left);
  return {};
}

/** @throws ResourceNotFoundException, ConflictException */
function changeDestination(
  context: LogsContext,
  name: string,
  change: (before: StoredDeliveryDestination) => StoredDeliveryDestination,
): Promise<true> {
  return untilWritten(async () => {
    const { scope, key, value, version } = await requireDestination(context, name);
    const destinations = deliveryDestinationsIn(context.dependencies.state);
    return (await destinations.replace(scope, key, change(value), version)) ? true : undefined;
  });
}

/** @throws ResourceNotFoundException */
async function requireDestination(
  context: LogsContext,
  name: string,
): Promise<Document<StoredDeliveryDestination>> {
  const found = await deliveryDestinationsIn(context.dependencies.state).get(scopeOf(context), name);
  if (found !== undefined) return found;
  throw modelled(ResourceNotFoundException, `Delivery destination ${name} does not exist.`);
}

function describe(
  context: LogsContext,
  { key, value }: Pick<Document<StoredDeliveryDestination>, "key" | "value">,
): DeliveryDestination {
  const { type, outputFormat, resourceArn, roleArn, tags } = value;
  return {
    name: key,
    arn: deliveryArn(context, "delivery-destination", key),
    deliveryDestinationType: type,
    tags: { ...tags },
    ...(outputFormat === undefined ? {} : { outputFormat }),
    ...(resourceArn === undefined
      ? {}
      : { deliveryDestinationConfiguration: { destinationResourceArn: resourceArn } }),
    ...(roleArn === undefined ? {} : { roleArn }),
  };
}

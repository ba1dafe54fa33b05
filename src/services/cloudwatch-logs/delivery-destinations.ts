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
  deliveriesIn,
  deliveryArn,
  deliveryDestinationsIn,
  deliveryPage,
  type StoredDeliveryDestination,
} from "./delivery-parts.ts";
import { scopeOf } from "./stored-groups.ts";
import { checkTags } from "./tags.ts";

const typeOfService: Readonly<Record<string, DeliveryDestinationType>> = {
  s3: "S3",
  logs: "CWL",
  firehose: "FH",
  xray: "XRAY",
};

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
  const destinations = deliveryDestinationsIn(context.dependencies.state);
  const before = (await destinations.get(scopeOf(context), name))?.value;
  if (before !== undefined && before.type !== type) {
    throw modelled(ConflictException, "The type of a delivery destination cannot be changed.");
  }
  if (
    before?.outputFormat !== undefined &&
    outputFormat !== undefined &&
    before.outputFormat !== outputFormat
  ) {
    throw modelled(ConflictException, "The output format of a delivery destination cannot be changed.");
  }
  const value: StoredDeliveryDestination = {
    ...before,
    type,
    tags: tags === undefined ? (before?.tags ?? {}) : checkTags(tags),
    ...(outputFormat === undefined ? {} : { outputFormat }),
    ...(resourceArn === undefined ? {} : { resourceArn }),
    ...(roleArn === undefined ? {} : { roleArn }),
  };
  await destinations.put(scopeOf(context), name, value);
  return { deliveryDestination: describe(context, { key: name, value }) };
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
  const type = typeOfService[/^arn:[\w-]+:([\w-]+):/.exec(resourceArn)?.[1] ?? ""];
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

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliveryDestination.html */
export async function deleteDeliveryDestination(
  input: Input<"DeleteDeliveryDestination">,
  context: LogsContext,
): Promise<Output<"DeleteDeliveryDestination">> {
  const { scope, key } = await requireDestination(context, input.name);
  const { state } = context.dependencies;
  const arn = deliveryArn(context, "delivery-destination", key);
  const uses = await deliveryPage(context, deliveriesIn(state), { limit: 1 }, ({ value }) => {
    return value.destinationArn === arn;
  });
  if (uses.page.length > 0) {
    throw modelled(
      ConflictException,
      "The delivery destination is used by a delivery. Delete the delivery first.",
    );
  }
  await deliveryDestinationsIn(state).delete(scope, key);
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestinationPolicy.html */
export async function putDeliveryDestinationPolicy(
  input: Input<"PutDeliveryDestinationPolicy">,
  context: LogsContext,
): Promise<Output<"PutDeliveryDestinationPolicy">> {
  const { deliveryDestinationName, deliveryDestinationPolicy: policy } = input;
  if (parseDestinationPolicy(policy) === undefined) {
    throw modelled(ValidationException, "The delivery destination policy is not a valid policy document.");
  }
  const { scope, key, value } = await requireDestination(context, deliveryDestinationName);
  await deliveryDestinationsIn(context.dependencies.state).put(scope, key, { ...value, policy });
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
  const { scope, key, value } = await requireDestination(context, input.deliveryDestinationName);
  const { policy: _policy, ...left } = value;
  await deliveryDestinationsIn(context.dependencies.state).put(scope, key, left);
  return {};
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

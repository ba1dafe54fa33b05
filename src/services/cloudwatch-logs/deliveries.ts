// Deliveries: what joins a delivery source with a delivery destination. They are kept and shown.
import { randomBytes } from "node:crypto";
import { ConflictException, ResourceNotFoundException, type Delivery } from "@aws-sdk/client-cloudwatch-logs";
import { allows, parseDestinationPolicy } from "../../core/logs/destination-policy.ts";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import {
  deliveriesIn,
  deliveryArn,
  deliveryDestinationsIn,
  deliveryPage,
  type DeliveryConfiguration,
  type StoredDelivery,
  type StoredDeliveryDestination,
} from "./delivery-parts.ts";
import { requireSource } from "./delivery-sources.ts";
import { scopeOf } from "./stored-groups.ts";
import { checkTags } from "./tags.ts";

/**
 * A source has at most one delivery to a destination. A destination of another account must allow it.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html
 */
export async function createDelivery(
  input: Input<"CreateDelivery">,
  context: LogsContext,
): Promise<Output<"CreateDelivery">> {
  const { deliverySourceName: sourceName, deliveryDestinationArn: destinationArn } = input;
  await requireSource(context, sourceName);
  const destination = await destinationOf(context, destinationArn);
  const deliveries = deliveriesIn(context.dependencies.state);
  const same = await deliveryPage(context, deliveries, { limit: 1 }, ({ value }) => {
    return value.sourceName === sourceName && value.destinationArn === destinationArn;
  });
  if (same.page.length > 0) {
    throw modelled(ConflictException, "A delivery from this source to this destination exists already.");
  }
  const key = randomBytes(8).toString("hex");
  const value: StoredDelivery = {
    ...configurationOf(input),
    sourceName,
    destinationArn,
    destinationType: destination.type,
    tags: checkTags(input.tags ?? {}),
  };
  await deliveries.create(scopeOf(context), key, value);
  return { delivery: describe(context, { key, value }) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDelivery.html */
export async function getDelivery(
  input: Input<"GetDelivery">,
  context: LogsContext,
): Promise<Output<"GetDelivery">> {
  return { delivery: describe(context, await requireDelivery(context, input.id)) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliveries.html */
export async function describeDeliveries(
  input: Input<"DescribeDeliveries">,
  context: LogsContext,
): Promise<Output<"DescribeDeliveries">> {
  const { deliverySourceNames } = input;
  const stored = deliveriesIn(context.dependencies.state);
  const { page, nextToken } = await deliveryPage(context, stored, input, ({ value }) =>
    deliverySourceNames === undefined ? true : deliverySourceNames.includes(value.sourceName),
  );
  const deliveries = page.map((delivery) => describe(context, delivery));
  return nextToken === undefined ? { deliveries } : { deliveries, nextToken };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UpdateDeliveryConfiguration.html */
export async function updateDeliveryConfiguration(
  input: Input<"UpdateDeliveryConfiguration">,
  context: LogsContext,
): Promise<Output<"UpdateDeliveryConfiguration">> {
  const { scope, key, value } = await requireDelivery(context, input.id);
  const changed = { ...value, ...configurationOf(input) };
  await deliveriesIn(context.dependencies.state).put(scope, key, changed);
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDelivery.html */
export async function deleteDelivery(
  input: Input<"DeleteDelivery">,
  context: LogsContext,
): Promise<Output<"DeleteDelivery">> {
  const { scope, key } = await requireDelivery(context, input.id);
  await deliveriesIn(context.dependencies.state).delete(scope, key);
  return {};
}

/**
 * There is a template for each kind of log that a resource of AWS has; no such resource is here.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeConfigurationTemplates.html
 */
export function describeConfigurationTemplates(): Output<"DescribeConfigurationTemplates"> {
  return { configurationTemplates: [] };
}

/** @throws ResourceNotFoundException also for a destination that does not let the account in. */
async function destinationOf(context: LogsContext, arn: string): Promise<StoredDeliveryDestination> {
  const [, , , region = "", account = "", kind, name = ""] = arn.split(":");
  const found =
    kind === "delivery-destination"
      ? await deliveryDestinationsIn(context.dependencies.state).get(`${account}/${region}`, name)
      : undefined;
  const policy = parseDestinationPolicy(found?.value.policy ?? "");
  const caller = context.call.account;
  const isAllowed =
    account === caller || (policy !== undefined && allows(policy, caller, "logs:CreateDelivery", arn));
  if (found !== undefined && isAllowed) return found.value;
  throw modelled(ResourceNotFoundException, `Delivery destination ${arn} does not exist.`);
}

/** @throws ResourceNotFoundException */
async function requireDelivery(context: LogsContext, id: string): Promise<Document<StoredDelivery>> {
  const found = await deliveriesIn(context.dependencies.state).get(scopeOf(context), id);
  if (found !== undefined) return found;
  throw modelled(ResourceNotFoundException, `Delivery ${id} does not exist.`);
}

type ConfigurationInput = Input<"UpdateDeliveryConfiguration"> | Input<"CreateDelivery">;

function configurationOf(input: ConfigurationInput): DeliveryConfiguration {
  const { recordFields, fieldDelimiter, s3DeliveryConfiguration } = input;
  return {
    ...(recordFields === undefined ? {} : { recordFields }),
    ...(fieldDelimiter === undefined ? {} : { fieldDelimiter }),
    ...(s3DeliveryConfiguration === undefined ? {} : { s3DeliveryConfiguration }),
  };
}

function describe(
  context: LogsContext,
  { key, value }: Pick<Document<StoredDelivery>, "key" | "value">,
): Delivery {
  const { recordFields, fieldDelimiter, s3DeliveryConfiguration } = value;
  return {
    id: key,
    arn: deliveryArn(context, "delivery", key),
    deliverySourceName: value.sourceName,
    deliveryDestinationArn: value.destinationArn,
    deliveryDestinationType: value.destinationType,
    tags: { ...value.tags },
    ...(recordFields === undefined ? {} : { recordFields: [...recordFields] }),
    ...(fieldDelimiter === undefined ? {} : { fieldDelimiter }),
    ...(s3DeliveryConfiguration === undefined ? {} : { s3DeliveryConfiguration }),
  };
}

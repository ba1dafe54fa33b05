// Deliveries: what joins a delivery source with a delivery destination. They are kept and shown.
import { randomBytes } from "node:crypto";
import {
  ConflictException,
  ResourceNotFoundException,
  ValidationException,
  type Delivery,
  type DeliveryDestinationType,
} from "@aws-sdk/client-cloudwatch-logs";
import { deliveryProblem } from "../../core/logs/delivery-configuration.ts";
import { allows, parseDestinationPolicy } from "../../core/logs/destination-policy.ts";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import {
  deliveriesIn,
  deliveryArn,
  deliveryCollections,
  deliveryDestinationsIn,
  deliveryPage,
  deliveryUsesIn,
  untilWritten,
  type DeliveryConfiguration,
  type StoredDelivery,
  type StoredDeliveryDestination,
} from "./delivery-parts.ts";
import { requireSource } from "./delivery-sources.ts";
import { scopeOf } from "./stored-groups.ts";
import { checkTags } from "./tags.ts";

/**
 * A source has at most one delivery to a destination. A destination of another account must allow it. Source
 * and destination are written as they are, so that neither is changed or deleted at the same moment.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html
 */
export async function createDelivery(
  input: Input<"CreateDelivery">,
  context: LogsContext,
): Promise<Output<"CreateDelivery">> {
  const { deliverySourceName: sourceName, deliveryDestinationArn: destinationArn } = input;
  const { state } = context.dependencies;
  const scope = scopeOf(context);
  const tags = checkTags(input.tags ?? {});
  return untilWritten(async () => {
    const source = await requireSource(context, sourceName);
    const destination = await destinationOf(context, destinationArn);
    const destinationType = destination.value.type;
    const configuration = checked(configurationOf(input), destinationType);
    const use = useOf(scope, { sourceName, destinationArn });
    if ((await deliveryUsesIn(state).get(use.scope, use.key)) !== undefined) {
      throw modelled(ConflictException, "A delivery from this source to this destination exists already.");
    }
    const key = randomBytes(8).toString("hex");
    const value: StoredDelivery = { ...configuration, sourceName, destinationArn, destinationType, tags };
    const { deliveries, sources, destinations } = deliveryCollections;
    const written = await state.write([
      { kind: "create", ...use, value: { name: key } },
      { kind: "create", collection: deliveries, scope, key, value },
      { kind: "replace", collection: sources, ...source },
      { kind: "replace", collection: destinations, ...destination },
    ]);
    return written ? { delivery: describe(context, { key, value }) } : undefined;
  });
}

const useOf = (
  scope: string,
  { sourceName, destinationArn }: Pick<StoredDelivery, "sourceName" | "destinationArn">,
) =>
  ({ collection: deliveryCollections.uses, scope: destinationArn, key: `${scope}/${sourceName}` }) as const;

/** @throws ValidationException */
function checked(configuration: DeliveryConfiguration, type: DeliveryDestinationType): DeliveryConfiguration {
  const problem = deliveryProblem(type === "S3", configuration.s3DeliveryConfiguration);
  if (problem !== undefined) throw modelled(ValidationException, problem);
  return configuration;
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
  const deliveries = deliveriesIn(context.dependencies.state);
  return untilWritten(async () => {
    const { scope, key, value, version } = await requireDelivery(context, input.id);
    const configuration = checked(configurationOf(input), value.destinationType);
    const isWritten = await deliveries.replace(scope, key, { ...value, ...configuration }, version);
    return isWritten ? {} : undefined;
  });
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDelivery.html */
export async function deleteDelivery(
  input: Input<"DeleteDelivery">,
  context: LogsContext,
): Promise<Output<"DeleteDelivery">> {
  return untilWritten(async () => {
    const { scope, key, value, version } = await requireDelivery(context, input.id);
    const isDeleted = await context.dependencies.state.write([
      { kind: "delete", collection: deliveryCollections.deliveries, scope, key, version },
      { kind: "delete", ...useOf(scope, value) },
    ]);
    return isDeleted ? {} : undefined;
  });
}

/**
 * There is a template for each kind of log that a resource of AWS has; no such resource is here.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeConfigurationTemplates.html
 */
export function describeConfigurationTemplates(): Output<"DescribeConfigurationTemplates"> {
  return { configurationTemplates: [] };
}

/** @throws ResourceNotFoundException also for a destination that does not let the account in. */
async function destinationOf(
  context: LogsContext,
  arn: string,
): Promise<Document<StoredDeliveryDestination>> {
  const [, , , region = "", account = "", kind, name = ""] = arn.split(":");
  const found =
    kind === "delivery-destination"
      ? await deliveryDestinationsIn(context.dependencies.state).get(`${account}/${region}`, name)
      : undefined;
  const policy = parseDestinationPolicy(found?.value.policy ?? "");
  const caller = context.call.account;
  const isAllowed =
    account === caller || (policy !== undefined && allows(policy, caller, "logs:CreateDelivery", arn));
  if (found !== undefined && isAllowed) return found;
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

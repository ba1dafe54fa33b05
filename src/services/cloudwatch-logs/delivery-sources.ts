// Delivery sources: resources whose logs are to be delivered. They are kept and shown; nothing here has
// such logs.
import {
  ConflictException,
  ResourceNotFoundException,
  ValidationException,
  type DeliverySource,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import {
  deliveriesIn,
  deliveryArn,
  deliveryPage,
  deliverySourcesIn,
  type StoredDeliverySource,
} from "./delivery-parts.ts";
import { scopeOf } from "./stored-groups.ts";
import { checkTags } from "./tags.ts";

/**
 * A source of the same name may change its configuration and its tags alone.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html
 */
export async function putDeliverySource(
  input: Input<"PutDeliverySource">,
  context: LogsContext,
): Promise<Output<"PutDeliverySource">> {
  const { name, resourceArn, logType, deliverySourceConfiguration } = input;
  const service = /^arn:[\w-]+:([\w-]+):/.exec(resourceArn)?.[1];
  if (service === undefined) throw modelled(ValidationException, "resourceArn is not a valid ARN.");
  const sources = deliverySourcesIn(context.dependencies.state);
  const before = await sources.get(scopeOf(context), name);
  const isOther =
    before !== undefined && (before.value.resourceArn !== resourceArn || before.value.logType !== logType);
  if (isOther)
    throw modelled(ConflictException, "A delivery source of this name exists for another resource.");
  const value: StoredDeliverySource = {
    resourceArn,
    service,
    logType,
    tags: input.tags === undefined ? (before?.value.tags ?? {}) : checkTags(input.tags),
    ...(deliverySourceConfiguration === undefined ? {} : { configuration: deliverySourceConfiguration }),
  };
  await sources.put(scopeOf(context), name, value);
  return { deliverySource: describe(context, { key: name, value }) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDeliverySource.html */
export async function getDeliverySource(
  input: Input<"GetDeliverySource">,
  context: LogsContext,
): Promise<Output<"GetDeliverySource">> {
  return { deliverySource: describe(context, await requireSource(context, input.name)) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliverySources.html */
export async function describeDeliverySources(
  input: Input<"DescribeDeliverySources">,
  context: LogsContext,
): Promise<Output<"DescribeDeliverySources">> {
  const sources = deliverySourcesIn(context.dependencies.state);
  const { page, nextToken } = await deliveryPage(context, sources, input, ({ value }) =>
    input.resourceArns === undefined ? true : input.resourceArns.includes(value.resourceArn),
  );
  const deliverySources = page.map((source) => describe(context, source));
  return nextToken === undefined ? { deliverySources } : { deliverySources, nextToken };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliverySource.html */
export async function deleteDeliverySource(
  input: Input<"DeleteDeliverySource">,
  context: LogsContext,
): Promise<Output<"DeleteDeliverySource">> {
  const { scope, key } = await requireSource(context, input.name);
  const { state } = context.dependencies;
  const uses = await deliveryPage(context, deliveriesIn(state), { limit: 1 }, ({ value }) => {
    return value.sourceName === key;
  });
  if (uses.page.length > 0) {
    throw modelled(
      ConflictException,
      "The delivery source is used by a delivery. Delete the delivery first.",
    );
  }
  await deliverySourcesIn(state).delete(scope, key);
  return {};
}

/** @throws ResourceNotFoundException */
export async function requireSource(
  context: LogsContext,
  name: string,
): Promise<Document<StoredDeliverySource>> {
  const found = await deliverySourcesIn(context.dependencies.state).get(scopeOf(context), name);
  if (found !== undefined) return found;
  throw modelled(ResourceNotFoundException, `Delivery source ${name} does not exist.`);
}

function describe(
  context: LogsContext,
  { key, value }: Pick<Document<StoredDeliverySource>, "key" | "value">,
): DeliverySource {
  const { resourceArn, service, logType, configuration, tags } = value;
  return {
    name: key,
    arn: deliveryArn(context, "delivery-source", key),
    resourceArns: [resourceArn],
    service,
    logType,
    tags: { ...tags },
    ...(configuration === undefined ? {} : { deliverySourceConfiguration: { ...configuration } }),
  };
}

// Delivery sources: resources whose logs are to be delivered. They are kept and shown; nothing here has
// such logs.
import { createHash } from "node:crypto";
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
  deliveryCollections,
  deliveryPage,
  deliveryResourcesIn,
  deliverySourcesIn,
  untilWritten,
  type StoredDeliverySource,
} from "./delivery-parts.ts";
import { scopeOf } from "./stored-groups.ts";
import { checkTags } from "./tags.ts";

/**
 * A source of the same name may change its configuration and its tags alone. There is one for a resource and
 * a type of its logs: https://github.com/hashicorp/terraform-provider-aws/issues/40885,
 * https://github.com/aws/aws-cdk/pull/36314
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html
 */
export async function putDeliverySource(
  input: Input<"PutDeliverySource">,
  context: LogsContext,
): Promise<Output<"PutDeliverySource">> {
  const { name, resourceArn, logType, deliverySourceConfiguration } = input;
  const service = /^arn:[\w-]+:([\w-]+):/.exec(resourceArn)?.[1];
  if (service === undefined) throw modelled(ValidationException, "resourceArn is not a valid ARN.");
  const { state } = context.dependencies;
  const sources = deliverySourcesIn(state);
  const scope = scopeOf(context);
  return untilWritten(async () => {
    const before = await sources.get(scope, name);
    if (before !== undefined) requireSameResource(before.value, input);
    const value: StoredDeliverySource = {
      resourceArn,
      service,
      logType,
      tags: input.tags === undefined ? (before?.value.tags ?? {}) : checkTags(input.tags),
      ...(deliverySourceConfiguration === undefined ? {} : { configuration: deliverySourceConfiguration }),
    };
    const written = { deliverySource: describe(context, { key: name, value }) };
    if (before !== undefined) {
      return (await sources.replace(scope, name, value, before.version)) ? written : undefined;
    }
    const resource = resourceOf(scope, value);
    if ((await deliveryResourcesIn(state).get(scope, resource.key)) !== undefined) {
      throw modelled(
        ConflictException,
        "This ResourceId has already been used in another Delivery Source in this account.",
      );
    }
    const isCreated = await state.write([
      { kind: "create", ...resource, value: { name } },
      { kind: "create", collection: deliveryCollections.sources, scope, key: name, value },
    ]);
    return isCreated ? written : undefined;
  });
}

type LogsOfResource = Pick<StoredDeliverySource, "resourceArn" | "logType">;

/**
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2513
 * @throws ConflictException
 */
function requireSameResource(before: StoredDeliverySource, { resourceArn, logType }: LogsOfResource): void {
  if (before.resourceArn !== resourceArn) {
    throw modelled(
      ConflictException,
      "Update to existing Delivery Source with new ResourceId is not allowed. " +
        "Please create a new Delivery Source instead.",
    );
  }
  if (before.logType !== logType) {
    throw modelled(ConflictException, "The log type of a delivery source cannot be changed.");
  }
}

/** ARNs may be longer than keys. */
function resourceOf(scope: string, { resourceArn, logType }: LogsOfResource) {
  const key = createHash("sha256").update(`${logType} ${resourceArn}`).digest("hex");
  return { collection: deliveryCollections.resources, scope, key } as const;
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
  const { state } = context.dependencies;
  return untilWritten(async () => {
    const { scope, key, value: source, version } = await requireSource(context, input.name);
    const uses = await deliveryPage(context, deliveriesIn(state), { limit: 1 }, ({ value }) => {
      return value.sourceName === key;
    });
    if (uses.page.length > 0) {
      throw modelled(
        ConflictException,
        "The delivery source is used by a delivery. Delete the delivery first.",
      );
    }
    const isDeleted = await state.write([
      { kind: "delete", collection: deliveryCollections.sources, scope, key, version },
      { kind: "delete", ...resourceOf(scope, source) },
    ]);
    return isDeleted ? {} : undefined;
  });
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

// Deliveries of vended logs in state: sources, destinations and what joins them.
import type {
  DeliveryDestinationType,
  OutputFormat,
  S3DeliveryConfiguration,
} from "@aws-sdk/client-cloudwatch-logs";
import { ConflictException } from "@aws-sdk/client-cloudwatch-logs";
import { logLimits } from "../../core/logs/limits.ts";
import type { Collection, Document, State } from "../../storage/state.ts";
import { untilWritten as repeated } from "../../storage/until-written.ts";
import { modelled } from "../../wire/service.ts";
import type { LogsContext } from "./context.ts";
import { parseToken, printToken } from "./errors.ts";
import { scopeOf } from "./stored-groups.ts";

type Tags = Readonly<Record<string, string>>;

export interface StoredDeliverySource {
  readonly resourceArn: string;
  readonly service: string;
  readonly logType: string;
  readonly configuration?: Readonly<Record<string, string>>;
  readonly tags: Tags;
}

export interface StoredDeliveryDestination {
  readonly type: DeliveryDestinationType;
  readonly outputFormat?: OutputFormat;
  readonly resourceArn?: string;
  readonly roleArn?: string;
  readonly policy?: string;
  readonly tags: Tags;
}

/** What of a delivery can be changed. */
export interface DeliveryConfiguration {
  readonly recordFields?: readonly string[];
  readonly fieldDelimiter?: string;
  readonly s3DeliveryConfiguration?: S3DeliveryConfiguration;
}

export interface StoredDelivery extends DeliveryConfiguration {
  readonly sourceName: string;
  readonly destinationArn: string;
  readonly destinationType: DeliveryDestinationType;
  readonly tags: Tags;
}

/** A delivery to a destination, or the source of a resource's logs. */
interface DeliveryUse {
  readonly name: string;
}

export const deliveryCollections = {
  deliveries: "log-deliveries",
  sources: "log-delivery-sources",
  destinations: "log-delivery-destinations",
  uses: "log-delivery-uses",
  resources: "log-delivery-resources",
} as const;

/** The scope is the ARN of the destination, the key `account/region/source`: one delivery for each. */
export const deliveryUsesIn = (state: State): Collection<DeliveryUse> =>
  state.collection<DeliveryUse>(deliveryCollections.uses);
/** The scope is `account/region`, the key a hash of resource and type of log: one source for each. */
export const deliveryResourcesIn = (state: State): Collection<DeliveryUse> =>
  state.collection<DeliveryUse>(deliveryCollections.resources);

/** The scope of all of them is `account/region`, the key the name or id. */
export const deliverySourcesIn = (state: State): Collection<StoredDeliverySource> =>
  state.collection<StoredDeliverySource>(deliveryCollections.sources);
export const deliveryDestinationsIn = (state: State): Collection<StoredDeliveryDestination> =>
  state.collection<StoredDeliveryDestination>(deliveryCollections.destinations);
export const deliveriesIn = (state: State): Collection<StoredDelivery> =>
  state.collection<StoredDelivery>(deliveryCollections.deliveries);

/** `kind` as in the ARNs: `delivery-source`, `delivery-destination`, `delivery`. */
export function deliveryArn({ call }: LogsContext, kind: string, name: string): string {
  return `arn:aws:logs:${call.region}:${call.account}:${kind}:${name}`;
}

/**
 * Does something again when others have changed the same things meanwhile. `attempt` gives undefined then.
 * @throws ConflictException in AWS's words (https://github.com/hashicorp/terraform-provider-aws/issues/42194)
 */
export function untilWritten<Result>(attempt: () => Promise<Result | undefined>): Promise<Result> {
  const text = "Requested resource is currently being updated. Please try again later.";
  return repeated(attempt, () => modelled(ConflictException, text));
}

const isKey = (value: unknown): value is string => typeof value === "string";

interface PageInput {
  readonly nextToken?: string | undefined;
  readonly limit?: number | undefined;
}

/** A page of those that are wanted, in the order of their keys. */
export async function deliveryPage<Value>(
  context: LogsContext,
  collection: Collection<Value>,
  input: PageInput,
  wanted: (document: Document<Value>) => boolean,
): Promise<{ readonly page: readonly Document<Value>[]; readonly nextToken: string | undefined }> {
  const { nextToken, limit = logLimits.describePage } = input;
  const found: Document<Value>[] = [];
  let after = nextToken === undefined ? undefined : parseToken(nextToken, isKey);
  for (;;) {
    const read = await collection.list(scopeOf(context), {
      limit: logLimits.listedGroups,
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    found.push(...read.filter(wanted));
    after = read.at(-1)?.key;
    if (read.length < logLimits.listedGroups || found.length > limit) break;
  }
  const page = found.slice(0, limit);
  return { page, nextToken: found.length > limit ? printToken(page.at(-1)?.key) : undefined };
}

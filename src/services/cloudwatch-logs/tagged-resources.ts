// Tags of what has a document of its own with tags in it: all that has some but log groups.
import { ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";
import { detectorsIn } from "../../storage/log-anomalies.ts";
import { destinationsIn } from "../../storage/log-subscriptions.ts";
import type { Collection, State } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { LogsContext } from "./context.ts";
import { deliveriesIn, deliveryDestinationsIn, deliverySourcesIn } from "./delivery-parts.ts";
import { aborted } from "./errors.ts";
import { scopeOf } from "./stored-groups.ts";
import { lookupTablesIn } from "./stored-lookup-tables.ts";
import { scheduledQueriesIn } from "./stored-scheduled-queries.ts";

type Tags = Readonly<Record<string, string>>;

interface Tagged {
  /** None when undefined. */
  readonly tags?: Tags;
}

/** By the part of the ARN that says what it is. */
const collections: Readonly<Record<string, (state: State) => Collection<Tagged>>> = {
  destination: taggedIn(destinationsIn),
  delivery: taggedIn(deliveriesIn),
  "delivery-source": taggedIn(deliverySourcesIn),
  "delivery-destination": taggedIn(deliveryDestinationsIn),
  "anomaly-detector": taggedIn(detectorsIn),
  "lookup-table": taggedIn(lookupTablesIn),
  "scheduled-query": taggedIn(scheduledQueriesIn),
};

/** The members that are not tags are carried over as they are. */
function taggedIn<Value extends Tagged>(
  collectionIn: (state: State) => Collection<Value>,
): (state: State) => Collection<Tagged> {
  return (state) => state.collection<Tagged>(collectionIn(state).name);
}

const attempts = 10;

/** @throws ResourceNotFoundException */
export async function tagsOfResource(context: LogsContext, resourceArn: string): Promise<Tags> {
  return (await requireTagged(context, resourceArn)).document.value.tags ?? {};
}

/** @throws ResourceNotFoundException, OperationAbortedException */
export async function changeTagsOfResource(
  context: LogsContext,
  resourceArn: string,
  change: (tags: Tags) => Tags,
): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const { collection, document } = await requireTagged(context, resourceArn);
    const { scope, key, value, version } = document;
    if (await collection.replace(scope, key, { ...value, tags: change(value.tags ?? {}) }, version)) return;
  }
  throw aborted();
}

async function requireTagged(context: LogsContext, resourceArn: string) {
  const [, , service, region, account, kind = "", name = ""] = resourceArn.split(":");
  const scope = `${account}/${region}`;
  const collection = collections[kind]?.(context.dependencies.state);
  const isHere = service === "logs" && scope === scopeOf(context);
  const document = isHere ? await collection?.get(scope, name) : undefined;
  if (collection !== undefined && document !== undefined) return { collection, document };
  throw modelled(ResourceNotFoundException, "The specified resource does not exist.");
}

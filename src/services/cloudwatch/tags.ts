// Tags of CloudWatch's resources, whatever their kind.
import { InvalidParameterValueException, ResourceNotFoundException } from "@aws-sdk/client-cloudwatch";
import { muteRulesOf } from "../../storage/alarm-mute-rules.ts";
import { alarmScope, alarmsOf } from "../../storage/alarms.ts";
import { dashboardsOf } from "../../storage/dashboards.ts";
import { insightRulesOf } from "../../storage/insight-rules.ts";
import { streamKey, streamScope, streamsOf } from "../../storage/metric-streams.ts";
import type { Collection, State } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import { withTags } from "./alarm-input.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { untilWritten } from "./stored-alarms.ts";

type Tags = Readonly<Record<string, string>>;
interface Tagged {
  readonly tags: Tags;
}

interface Resource {
  readonly collection: Collection<Tagged>;
  readonly scope: string;
  readonly key: string;
}

/** Where a resource is kept, by its name. */
type Find = (context: CloudWatchContext, name: string) => Resource;

const regional =
  (collectionOf: (state: State) => Collection<Tagged>): Find =>
  ({ call, dependencies }, name) => {
    return { collection: collectionOf(dependencies.state), scope: alarmScope(call), key: name };
  };

/** By the kind of resource in an ARN. One entry makes a resource taggable. */
const kinds: ReadonlyMap<string, Find> = new Map<string, Find>([
  ["alarm", regional(alarmsOf)],
  ["alarm-mute-rule", regional(muteRulesOf)],
  ["insight-rule", regional(insightRulesOf)],
  [
    "dashboard",
    ({ call, dependencies }, key) => {
      return { collection: dashboardsOf(dependencies.state), scope: call.account, key };
    },
  ],
  [
    "metric-stream",
    ({ call, dependencies }, name) => {
      return { collection: streamsOf(dependencies.state), scope: streamScope, key: streamKey(call, name) };
    },
  ],
]);

/** Kinds that belong to an account: their ARNs name no region. */
const globalKinds: ReadonlySet<string> = new Set(["dashboard"]);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html */
export async function tagResource(input: Input<"TagResource">, context: CloudWatchContext): Promise<object> {
  await changeTags(context, input.ResourceARN, (tags) => withTags(tags, input.Tags));
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_UntagResource.html */
export async function untagResource(
  input: Input<"UntagResource">,
  context: CloudWatchContext,
): Promise<object> {
  const removed = new Set(input.TagKeys);
  await changeTags(context, input.ResourceARN, (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
  );
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListTagsForResource.html */
export async function listTagsForResource(
  input: Input<"ListTagsForResource">,
  context: CloudWatchContext,
): Promise<Output<"ListTagsForResource">> {
  const { collection, scope, key } = resourceOf(context, input.ResourceARN);
  const found = await collection.get(scope, key);
  if (found === undefined) throw notFound(input.ResourceARN);
  return { Tags: Object.entries(found.value.tags).map(([Key, Value]) => ({ Key, Value })) };
}

async function changeTags(
  context: CloudWatchContext,
  arn: string,
  change: (tags: Tags) => Tags,
): Promise<void> {
  const { collection, scope, key } = resourceOf(context, arn);
  await untilWritten(async () => {
    const found = await collection.get(scope, key);
    if (found === undefined) throw notFound(arn);
    const { value, version, rank } = found;
    return collection.replace(scope, key, { ...value, tags: change(value.tags) }, version, rank);
  });
}

function resourceOf(context: CloudWatchContext, arn: string): Resource {
  const { account, region } = context.call;
  const [, ofRegion, ofAccount, kind = "", name = ""] =
    /^arn:[\w-]+:cloudwatch:([\w-]*):(\d{12}):([\w-]+)[:/](.+)$/s.exec(arn) ?? [];
  if (ofAccount === undefined) {
    throw modelled(InvalidParameterValueException, `The value ${arn} for parameter ResourceARN is invalid.`);
  }
  const find = kinds.get(kind);
  const isHere = ofAccount === account && ofRegion === (globalKinds.has(kind) ? "" : region);
  if (find === undefined || !isHere) throw notFound(arn);
  return find(context, name);
}

const notFound = (arn: string) => modelled(ResourceNotFoundException, `The resource ${arn} does not exist.`);

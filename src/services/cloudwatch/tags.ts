// Tags of CloudWatch's resources, whatever their kind.
import { InvalidParameterValueException, ResourceNotFoundException } from "@aws-sdk/client-cloudwatch";
import { muteRulesOf } from "../../storage/alarm-mute-rules.ts";
import { alarmScope, alarmsOf } from "../../storage/alarms.ts";
import { dashboardsOf } from "../../storage/dashboards.ts";
import type { Collection } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import { withTags } from "./alarm-input.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { untilWritten } from "./stored-alarms.ts";

type Tags = Readonly<Record<string, string>>;
interface Tagged {
  readonly tags: Tags;
}

/** By the kind of resource in an ARN: where it is kept. One entry makes a resource taggable. */
const collections: ReadonlyMap<string, (context: CloudWatchContext) => Collection<Tagged>> = new Map<
  string,
  (context: CloudWatchContext) => Collection<Tagged>
>([
  ["alarm", ({ dependencies }) => alarmsOf(dependencies.state)],
  ["alarm-mute-rule", ({ dependencies }) => muteRulesOf(dependencies.state)],
  ["dashboard", ({ dependencies }) => dashboardsOf(dependencies.state)],
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
  const { collection, scope, name } = resourceOf(context, input.ResourceARN);
  const found = await collection.get(scope, name);
  if (found === undefined) throw notFound(input.ResourceARN);
  return { Tags: Object.entries(found.value.tags).map(([Key, Value]) => ({ Key, Value })) };
}

async function changeTags(
  context: CloudWatchContext,
  arn: string,
  change: (tags: Tags) => Tags,
): Promise<void> {
  const { collection, scope, name } = resourceOf(context, arn);
  await untilWritten(async () => {
    const found = await collection.get(scope, name);
    if (found === undefined) throw notFound(arn);
    const { value, version, rank } = found;
    return collection.replace(scope, name, { ...value, tags: change(value.tags) }, version, rank);
  });
}

interface Resource {
  readonly collection: Collection<Tagged>;
  readonly scope: string;
  readonly name: string;
}

function resourceOf(context: CloudWatchContext, arn: string): Resource {
  const { account, region } = context.call;
  const [, ofRegion, ofAccount, kind = "", name = ""] =
    /^arn:[\w-]+:cloudwatch:([\w-]*):(\d{12}):([\w-]+)[:/](.+)$/s.exec(arn) ?? [];
  if (ofAccount === undefined) {
    throw modelled(InvalidParameterValueException, `The value ${arn} for parameter ResourceARN is invalid.`);
  }
  const collection = collections.get(kind)?.(context);
  const isGlobal = globalKinds.has(kind);
  const isHere = ofAccount === account && ofRegion === (isGlobal ? "" : region);
  if (collection === undefined || !isHere) throw notFound(arn);
  return { collection, scope: isGlobal ? account : alarmScope(context.call), name };
}

const notFound = (arn: string) => modelled(ResourceNotFoundException, `The resource ${arn} does not exist.`);

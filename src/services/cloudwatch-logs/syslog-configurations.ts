// Which log groups take the syslog messages that come to this server.
import { ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import type { Collection, State } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter, parseToken, printToken } from "./errors.ts";
import { groupName, requireGroup, scopeOf } from "./stored-groups.ts";

/** Its key is the name of the group. */
interface StoredSyslogConfiguration {
  readonly vpcEndpointId?: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

const collectionName = "syslog-configurations";
const maximumConfigurations = 100;
const defaultPage = 50;

function configurationsIn(state: State): Collection<StoredSyslogConfiguration> {
  return state.collection<StoredSyslogConfiguration>(collectionName);
}

/** The step that takes a group out, to be written with its deletion. */
export function syslogConfigurationDeletion(scope: string, groupName: string) {
  return { kind: "delete", collection: collectionName, scope, key: groupName } as const;
}

/** The names of the groups that take messages now. */
export async function syslogGroups(
  state: State,
  { account, region }: { readonly account: string; readonly region: string },
): Promise<readonly string[]> {
  const limit = maximumConfigurations;
  const found = await configurationsIn(state).list(`${account}/${region}`, { limit });
  return found.map(({ key }) => key);
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSyslogConfiguration.html */
export async function putSyslogConfiguration(
  { logGroupIdentifier, vpcEndpointId }: Input<"PutSyslogConfiguration">,
  context: LogsContext,
): Promise<Output<"PutSyslogConfiguration">> {
  const { scope, key } = await requireGroup(context, logGroupIdentifier);
  const configurations = configurationsIn(context.dependencies.state);
  const known = await configurations.get(scope, key);
  if (known === undefined && (await configurations.count(scope)) >= maximumConfigurations) {
    throw invalidParameter(`There can be at most ${maximumConfigurations} syslog configurations.`);
  }
  const createdAt = known?.value.createdAt ?? context.call.now;
  await configurations.put(scope, key, {
    createdAt,
    ...(vpcEndpointId === undefined ? {} : { vpcEndpointId }),
  });
  return {};
}

const isName = (value: unknown): value is string => typeof value === "string";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListSyslogConfigurations.html */
export async function listSyslogConfigurations(
  input: Input<"ListSyslogConfigurations">,
  context: LogsContext,
): Promise<Output<"ListSyslogConfigurations">> {
  const { logGroupIdentifier, vpcEndpointId, maxResults = defaultPage, nextToken } = input;
  const { account, region } = context.call;
  const only = logGroupIdentifier === undefined ? undefined : groupName(context, logGroupIdentifier);
  const after = nextToken === undefined ? "" : parseToken(nextToken, isName);
  const limit = maximumConfigurations;
  const all = await configurationsIn(context.dependencies.state).list(scopeOf(context), { limit });
  const wanted = all.filter(
    ({ key, value }) =>
      key > after &&
      (only === undefined || key === only) &&
      (vpcEndpointId === undefined || value.vpcEndpointId === vpcEndpointId),
  );
  const page = wanted.slice(0, maxResults);
  const last = page.at(-1);
  return {
    syslogConfigurations: page.map(({ key, value }) => ({
      logGroupArn: logGroupArn(account, region, key),
      createdAt: value.createdAt,
      ...(value.vpcEndpointId === undefined
        ? {}
        : { vpcEndpointId: value.vpcEndpointId, sourceType: "VPCE" as const }),
    })),
    ...(last !== undefined && page.length < wanted.length ? { nextToken: printToken(last.key) } : {}),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteSyslogConfiguration.html */
export async function deleteSyslogConfiguration(
  { logGroupIdentifier, vpcEndpointId }: Input<"DeleteSyslogConfiguration">,
  context: LogsContext,
): Promise<Output<"DeleteSyslogConfiguration">> {
  const { scope, key } = await requireGroup(context, logGroupIdentifier);
  const configurations = configurationsIn(context.dependencies.state);
  const known = await configurations.get(scope, key);
  const isMeant = vpcEndpointId === undefined || known?.value.vpcEndpointId === vpcEndpointId;
  if (known === undefined || !isMeant) {
    throw modelled(ResourceNotFoundException, "The specified syslog configuration does not exist.");
  }
  await configurations.delete(scope, key, known.version);
  return {};
}

// DescribeAlarms, DescribeAlarmsForMetric and DescribeAlarmContributors: alarms by their names, states and
// metrics.
import type {
  CompositeAlarm as WireCompositeAlarm,
  LogAlarm as WireLogAlarm,
  MetricAlarm as WireMetricAlarm,
} from "@aws-sdk/client-cloudwatch";
import { ResourceNotFoundException } from "@aws-sdk/client-cloudwatch";
import { alarmTypeOf, type Alarm } from "../../core/alarms/alarm.ts";
import { childNames } from "../../storage/alarm-parents.ts";
import { alarmsOnMetric, alarmsReferringTo } from "../../storage/alarm-relations.ts";
import { alarmScope, alarmsOf } from "../../storage/alarms.ts";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import { isKeyPosition, noSuchAlarm, parseToken, printToken, validationError } from "./alarm-errors.ts";
import { wireCompositeAlarm, wireLogAlarm, wireMetricAlarm } from "./alarm-output.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { metricIdentity } from "./metric-series.ts";
import { findAlarm, findAlarms } from "./stored-alarms.ts";

type DescribeInput = Input<"DescribeAlarms">;

const defaultRecords = 50;
const pageSize = 500;
/** More than the quota lets there be. */
const maximumParents = 200;

/**
 * In the order of names. Only metric alarms are described unless other types are asked for.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
export async function describeAlarms(
  input: DescribeInput,
  context: CloudWatchContext,
): Promise<Output<"DescribeAlarms">> {
  const position = parseToken(input.NextToken, isKeyPosition);
  const limit = input.MaxRecords ?? defaultRecords;
  const related = await relatedAlarms(input, context);
  if (related !== undefined) {
    const behind = related.filter(({ name }) => position === undefined || name > position.key);
    return answer(
      behind.slice(0, limit),
      behind.length > limit,
      input.ParentsOfAlarmName === undefined ? "state" : "name",
    );
  }
  if (input.AlarmNames !== undefined && input.AlarmNamePrefix !== undefined) {
    throw validationError("AlarmNamePrefix and AlarmNames cannot be specified together");
  }
  const accepts = filterOf(input);
  if (input.AlarmNames !== undefined) {
    const named = await findAlarms(context, [...new Set(input.AlarmNames)].sort());
    const found = named.map(({ value }) => value).filter(accepts);
    const behind = found.filter(({ name }) => position === undefined || name > position.key);
    return answer(behind.slice(0, limit), behind.length > limit);
  }
  const found = await search(context, input.AlarmNamePrefix ?? "", position, accepts, limit + 1);
  return answer(found.slice(0, limit), found.length > limit);
}

async function search(
  { call, dependencies }: CloudWatchContext,
  prefix: string,
  position: { readonly key: string } | undefined,
  accepts: (alarm: Alarm) => boolean,
  limit: number,
): Promise<readonly Alarm[]> {
  const alarms = alarmsOf(dependencies.state);
  const found: Alarm[] = [];
  let after = position;
  for (;;) {
    const page: readonly Document<Alarm>[] = await alarms.list(alarmScope(call), {
      prefix,
      ...(after === undefined ? {} : { after: { key: after.key } }),
      limit: pageSize,
    });
    for (const { value } of page) {
      if (accepts(value)) found.push(value);
      if (found.length >= limit) return found;
    }
    after = page.at(-1);
    if (page.length < pageSize) return found;
  }
}

function filterOf({ AlarmTypes, StateValue, ActionPrefix }: DescribeInput): (alarm: Alarm) => boolean {
  const types: readonly string[] = AlarmTypes ?? ["MetricAlarm"];
  return (alarm) =>
    types.includes(alarmTypeOf(alarm)) &&
    (StateValue === undefined || alarm.state.value === StateValue) &&
    (ActionPrefix === undefined ||
      [...alarm.okActions, ...alarm.alarmActions, ...alarm.insufficientDataActions].some((arn) =>
        arn.startsWith(ActionPrefix),
      ));
}

/**
 * The alarms that a composite alarm refers to, or those that refer to an alarm; undefined when not asked
 * for.
 */
async function relatedAlarms(
  input: DescribeInput,
  context: CloudWatchContext,
): Promise<readonly Alarm[] | undefined> {
  const { ChildrenOfAlarmName: childrenOfName, ParentsOfAlarmName: parentsOf } = input;
  if (childrenOfName === undefined && parentsOf === undefined) return undefined;
  const { AlarmNames, AlarmNamePrefix, AlarmTypes, StateValue, ActionPrefix } = input;
  const others = [AlarmNames, AlarmNamePrefix, AlarmTypes, StateValue, ActionPrefix];
  const further = others.some((value) => value !== undefined);
  if (further || (childrenOfName !== undefined && parentsOf !== undefined)) {
    throw validationError(
      "ChildrenOfAlarmName and ParentsOfAlarmName can only be specified with MaxRecords and NextToken",
    );
  }
  const byName = (one: Alarm, other: Alarm) => (one.name < other.name ? -1 : 1);
  if (childrenOfName !== undefined) {
    const alarm = (await findAlarm(context, childrenOfName))?.value;
    if (alarm === undefined) throw noSuchAlarm(childrenOfName);
    const found = await findAlarms(context, childNames(alarm));
    return found.map(({ value }) => value).toSorted(byName);
  }
  const { call, dependencies } = context;
  const all = { kind: "rule", limit: maximumParents } as const;
  return parentsOf === undefined ? [] : alarmsReferringTo(dependencies.state, call, parentsOf, all);
}

/** With `members` only what AWS tells of children (`state`) and parents (`name`). */
function answer(
  alarms: readonly Alarm[],
  hasMore: boolean,
  members?: "state" | "name",
): Output<"DescribeAlarms"> {
  const metricAlarms: WireMetricAlarm[] = [];
  const compositeAlarms: WireCompositeAlarm[] = [];
  const logAlarms: WireLogAlarm[] = [];
  for (const alarm of alarms) {
    const brief = members === undefined ? undefined : briefly(alarm, members);
    if (alarm.type === "CompositeAlarm") compositeAlarms.push(brief ?? wireCompositeAlarm(alarm));
    else if (alarm.logs === undefined) metricAlarms.push(brief ?? wireMetricAlarm(alarm));
    else logAlarms.push(brief ?? wireLogAlarm(alarm, alarm.logs));
  }
  const last = alarms.at(-1);
  return {
    MetricAlarms: metricAlarms,
    CompositeAlarms: compositeAlarms,
    LogAlarms: logAlarms,
    ...(hasMore && last !== undefined ? { NextToken: printToken({ key: last.name }) } : {}),
  };
}

function briefly({ name, arn, state }: Alarm, members: "state" | "name") {
  const named = { AlarmName: name, AlarmArn: arn };
  if (members === "name") return named;
  return { ...named, StateValue: state.value, StateUpdatedTimestamp: new Date(state.updatedAt) };
}

/**
 * Neither alarms on expressions nor those on metrics of other accounts, as AWS has it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmsForMetric.html
 */
export async function describeAlarmsForMetric(
  input: Input<"DescribeAlarmsForMetric">,
  context: CloudWatchContext,
): Promise<Output<"DescribeAlarmsForMetric">> {
  const identity = metricIdentity(input.Namespace, input.MetricName, input.Dimensions);
  const statistic = input.Statistic ?? input.ExtendedStatistic;
  const alarms = await alarmsOnMetric(context.dependencies.state, context.call, identity);
  const found = alarms.filter(
    ({ metric }) =>
      metric !== undefined &&
      (statistic === undefined || metric.statistic === statistic) &&
      (input.Period === undefined || metric.periodSeconds === input.Period) &&
      (input.Unit === undefined || metric.unit === input.Unit),
  );
  return { MetricAlarms: found.map(wireMetricAlarm) };
}

/**
 * The time series in ALARM of an alarm on many, in the order of their ids.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmContributors.html
 */
export async function describeAlarmContributors(
  input: Input<"DescribeAlarmContributors">,
  context: CloudWatchContext,
): Promise<Output<"DescribeAlarmContributors">> {
  const position = parseToken(input.NextToken, isKeyPosition);
  const alarm = (await findAlarm(context, input.AlarmName))?.value;
  if (alarm === undefined) {
    throw modelled(ResourceNotFoundException, `Unknown alarm: ${input.AlarmName}`);
  }
  const contributors = alarm.type === "MetricAlarm" ? (alarm.contributors ?? []) : [];
  const behind = contributors
    .filter(({ id }) => position === undefined || id > position.key)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const page = behind.slice(0, contributorsPerPage);
  const last = page.at(-1);
  return {
    AlarmContributors: page.map(({ id, attributes, reason, transitionedAt }) => ({
      ContributorId: id,
      ContributorAttributes: attributes,
      StateReason: reason,
      StateTransitionedTimestamp: new Date(transitionedAt),
    })),
    ...(behind.length > page.length && last !== undefined ? { NextToken: printToken({ key: last.id }) } : {}),
  };
}

const contributorsPerPage = 50;

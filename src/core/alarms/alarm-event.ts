// The events of alarms on the default bus.
import { eventJson } from "../events/event-entry.ts";
import { propagatedTags, type Alarm, type HeldActions } from "./alarm.ts";
import type { ActiveMute, AlarmChange, ContributorChange } from "./alarm-change.ts";
import {
  configurationJson,
  stateJson,
  type Json,
  type JsonObject,
  type SuppressionNote,
} from "./alarm-json.ts";
import { instantText } from "./aws-text.ts";

/** An event as it goes to a bus: the parts that are indexed, and the whole as JSON. */
export interface AlarmEvent {
  readonly eventId: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly source: "aws.cloudwatch";
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly event: string;
}

export interface EventPlace {
  readonly eventId: string;
  readonly account: string;
  readonly region: string;
  readonly now: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
export function stateChangeEvent({ before, after, mutedBy }: AlarmChange, place: EventPlace): AlarmEvent {
  const tags = propagatedTags(after);
  const evaluationState = after.type === "MetricAlarm" ? after.evaluationState : undefined;
  return eventOf("CloudWatch Alarm State Change", after, place, {
    alarmName: after.name,
    configuration: configurationJson(after),
    previousState: stateJson(before.state),
    state: {
      ...stateJson(after.state, suppressionNote(after)),
      ...(evaluationState === undefined ? {} : { evaluationState }),
    },
    ...muteDetail(mutedBy),
    ...(tags === undefined ? {} : { tags }),
  });
}

/** Of a time series of an alarm on many: without the state before. */
export function contributorEvent(change: ContributorChange, place: EventPlace): AlarmEvent {
  const { contributor, after, mutedBy } = change;
  const { id, attributes } = contributor;
  const tags = propagatedTags(after);
  return eventOf("CloudWatch Alarm Contributor State Change", after, place, {
    alarmName: after.name,
    alarmContributor: { id, attributes },
    state: stateJson(after.state),
    configuration: configurationJson(after),
    ...muteDetail(mutedBy),
    ...(tags === undefined ? {} : { tags }),
  });
}

function muteDetail(mute: ActiveMute | undefined): JsonObject {
  if (mute === undefined) return {};
  const { ruleArn, from, until } = mute;
  const span = { muteWindowStart: instantText(from), muteWindowEnd: instantText(until) };
  return { muteDetail: { mutedByArn: ruleArn, ...span } };
}

/** `configuration` is the definition in the camel case of events. */
export function configurationChangeEvent(
  operation: "create" | "update" | "delete",
  alarm: Alarm,
  place: EventPlace,
  previous?: Alarm,
): AlarmEvent {
  const note = suppressionNote(alarm);
  return eventOf("CloudWatch Alarm Configuration Change", alarm, place, {
    alarmName: alarm.name,
    operation,
    state: {
      ...(note === undefined ? {} : { actionsSuppressedBy: note.by }),
      value: alarm.state.value,
      timestamp: instantText(alarm.state.updatedAt),
    },
    configuration: wholeConfiguration(alarm),
    ...(previous === undefined ? {} : { previousConfiguration: wholeConfiguration(previous) }),
  });
}

function eventOf(detailType: string, alarm: Alarm, place: EventPlace, detail: Json): AlarmEvent {
  const { eventId, account, region, now } = place;
  const source = "aws.cloudwatch";
  const entry = { timeAt: now, source, detailType, detail: JSON.stringify(detail), resources: [alarm.arn] };
  const event = eventJson(entry, { id: eventId, account, region, receivedAt: now });
  return { eventId, timestamp: now, source, detailType, resources: [alarm.arn], event };
}

function wholeConfiguration(alarm: Alarm): Json {
  const common = {
    alarmName: alarm.name,
    ...(alarm.description === undefined ? {} : { description: alarm.description }),
    actionsEnabled: alarm.actionsEnabled,
    okActions: alarm.okActions,
    alarmActions: alarm.alarmActions,
    insufficientDataActions: alarm.insufficientDataActions,
    timestamp: instantText(alarm.configuredAt),
  };
  const own = configurationJson(alarm);
  if (alarm.type === "CompositeAlarm" || alarm.promql !== undefined) return { ...own, ...common };
  return {
    evaluationPeriods: alarm.evaluationPeriods,
    ...(alarm.datapointsToAlarm === undefined ? {} : { datapointsToAlarm: alarm.datapointsToAlarm }),
    ...(alarm.threshold === undefined ? {} : { threshold: alarm.threshold }),
    ...(alarm.thresholdMetricId === undefined ? {} : { thresholdMetricId: alarm.thresholdMetricId }),
    comparisonOperator: alarm.comparisonOperator,
    treatMissingData: alarm.treatMissingData ?? "missing",
    ...own,
    ...common,
  };
}

/** Why the actions of a composite alarm wait, for those who read its state. */
export function suppressionNote({ held }: { readonly held?: HeldActions }): SuppressionNote | undefined {
  if (held === undefined || held.by === "Mute") return undefined;
  return {
    by: held.by,
    reason: held.by === "Alarm" ? "Actions suppressed by Alarm" : `Actions suppressed by ${held.by}`,
  };
}

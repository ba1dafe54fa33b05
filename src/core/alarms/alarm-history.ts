// The items of an alarm's history, in CloudWatch's words.
import {
  alarmTypeOf,
  type Alarm,
  type AlarmStateRecord,
  type AlarmType,
  type ContributorIdentity,
  type LogQuery,
} from "./alarm.ts";
import type { Json } from "./alarm-json.ts";

export type HistoryItemType =
  | "ConfigurationUpdate"
  | "StateUpdate"
  | "Action"
  | "AlarmContributorStateUpdate"
  | "AlarmContributorAction";

export interface AlarmHistoryItem {
  readonly alarmName: string;
  readonly alarmType: AlarmType;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly itemType: HistoryItemType;
  readonly summary: string;
  /** JSON */
  readonly data: string;
  /** Of an alarm on many time series: the one that the item is about. */
  readonly contributor?: ContributorIdentity;
  /** Of a definition that was written: the alarm as it was from then on. Callers are not told it. */
  readonly definition?: Alarm;
}

type NamedAlarm = Pick<Alarm, "name" | "type"> & { readonly logs?: LogQuery };

const itemOf = (alarm: NamedAlarm, at: number) => ({
  alarmName: alarm.name,
  alarmType: alarmTypeOf(alarm),
  at,
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html */
export function stateUpdateItem(before: Alarm, after: Alarm, at: number): AlarmHistoryItem {
  return {
    ...itemOf(after, at),
    itemType: "StateUpdate",
    summary: `Alarm updated from ${before.state.value} to ${after.state.value}`,
    data: `{"version":"1.0","oldState":${stateText(before.state)},"newState":${stateText(after.state)}}`,
  };
}

/** A time series of an alarm on many changed its state. */
export function contributorItem(
  after: Alarm,
  contributor: ContributorIdentity,
  at: number,
): AlarmHistoryItem {
  return {
    ...itemOf(after, at),
    itemType: "AlarmContributorStateUpdate",
    summary: `Contributor state updated to ${after.state.value}`,
    data: `{"version":"1.0","newState":${stateText(after.state)}}`,
    contributor,
  };
}

/** The data of the reason is JSON, and goes in as it is, so that its numbers keep their form. */
function stateText({ value, reason, reasonData }: AlarmStateRecord): string {
  const data = reasonData === undefined ? "" : `,"stateReasonData":${reasonData}`;
  return `{"stateValue":${JSON.stringify(value)},"stateReason":${JSON.stringify(reason)}${data}}`;
}

const verbs = { Create: "created", Update: "updated", Delete: "deleted" } as const;

/** `described` is the alarm as DescribeAlarms answers it. */
export function configurationItem(
  type: keyof typeof verbs,
  alarm: Alarm,
  described: Json,
  at: number,
): AlarmHistoryItem {
  return {
    ...itemOf(alarm, at),
    itemType: "ConfigurationUpdate",
    summary: `Alarm "${alarm.name}" ${verbs[type]}`,
    data: JSON.stringify({ version: "1.0", type, [`${verbs[type]}Alarm`]: described }),
    ...(type === "Delete" ? {} : { definition: alarm }),
  };
}

/** What became of an action. `message` is the JSON that was sent; `error` why nothing was. */
export interface ActionOutcome {
  readonly actionArn: string;
  readonly stateUpdatedAt: number;
  readonly message?: string;
  readonly error?: string;
  /** The time series that it was performed for, of an alarm on many. */
  readonly contributor?: ContributorIdentity;
}

export function actionItem(
  { name, type }: { readonly name: string; readonly type: AlarmType },
  { actionArn, stateUpdatedAt, message, error, contributor }: ActionOutcome,
  at: number,
): AlarmHistoryItem {
  const failed = error !== undefined;
  const state = JSON.stringify({
    actionState: failed ? "Failed" : "Succeeded",
    stateUpdateTimestamp: stateUpdatedAt,
    notificationResource: actionArn,
    ...(failed ? { error } : {}),
  });
  const published = message === undefined || failed ? "" : `,"publishedMessage":${message}`;
  return {
    alarmName: name,
    alarmType: type,
    at,
    itemType: contributor === undefined ? "Action" : "AlarmContributorAction",
    ...(contributor === undefined ? {} : { contributor }),
    summary: failed
      ? `Failed to execute action ${actionArn}. Received error: "${error}"`
      : `Successfully executed action ${actionArn}`,
    data: `${state.slice(0, -1)}${published}}`,
  };
}

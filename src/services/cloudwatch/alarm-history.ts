// DescribeAlarmHistory: what happened to alarms in the last thirty days.
import { alarmLimits } from "../../core/alarms/alarm.ts";
import { readHistory, type HistoryPosition } from "../../storage/alarm-history.ts";
import { alarmScope } from "../../storage/alarms.ts";
import { parseToken, printToken, validationError } from "./alarm-errors.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";

const defaultRecords = 100;

/**
 * The history of alarms that were deleted is there too. Only that of metric alarms is answered unless other
 * types are asked for, and what happened to single time series only when one, or its type, is asked for.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
 */
export async function describeAlarmHistory(
  input: Input<"DescribeAlarmHistory">,
  context: CloudWatchContext,
): Promise<Output<"DescribeAlarmHistory">> {
  const { call, dependencies } = context;
  const { AlarmName, AlarmContributorId, HistoryItemType, StartDate, EndDate } = input;
  if (StartDate !== undefined && EndDate !== undefined && StartDate.getTime() > EndDate.getTime()) {
    throw validationError("StartDate must not be after EndDate");
  }
  const types: readonly string[] = input.AlarmTypes ?? ["MetricAlarm"];
  const limit = input.MaxRecords ?? defaultRecords;
  const oldest = call.now - alarmLimits.historyMs;
  const found = await readHistory(dependencies.state, {
    scope: alarmScope(call),
    alarmName: AlarmName,
    from: Math.max(oldest, StartDate?.getTime() ?? oldest),
    to: EndDate?.getTime() ?? call.now,
    descending: input.ScanBy !== "TimestampAscending",
    after: parseToken(input.NextToken, isHistoryPosition),
    accepts: ({ alarmType, itemType, contributor }) =>
      (AlarmContributorId === undefined
        ? contributor === undefined || HistoryItemType !== undefined
        : contributor?.id === AlarmContributorId) &&
      types.includes(alarmType) &&
      (HistoryItemType === undefined || HistoryItemType === itemType),
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    AlarmHistoryItems: page.map(({ item }) => ({
      AlarmName: item.alarmName,
      AlarmType: item.alarmType,
      Timestamp: new Date(item.at),
      HistoryItemType: item.itemType,
      HistorySummary: item.summary,
      HistoryData: item.data,
      AlarmContributorId: item.contributor?.id,
      AlarmContributorAttributes:
        item.contributor === undefined ? undefined : { ...item.contributor.attributes },
    })),
    ...(found.length > limit && last !== undefined
      ? { NextToken: printToken({ key: last.key, at: last.at }) }
      : {}),
  };
}

function isHistoryPosition(value: unknown): value is HistoryPosition {
  return (
    typeof value === "object" &&
    value !== null &&
    "key" in value &&
    typeof value.key === "string" &&
    "at" in value &&
    typeof value.at === "number"
  );
}

// PutLogAlarm: an alarm on the results of a query of logs is made, or replaced with its state kept.
import { randomUUID } from "node:crypto";
import { ResourceConflict } from "@aws-sdk/client-cloudwatch";
import type { Alarm, LogQuery, MetricAlarm } from "../../core/alarms/alarm.ts";
import { isBandOperator } from "../../core/alarms/alarm-state.ts";
import { parseAggregation, parseRate, queryOfLogAlarm } from "../../core/alarms/log-alarm.ts";
import { parseInsightsQuery } from "../../core/insights/parse-query.ts";
import { explainQueryError, InsightsQueryError } from "../../core/insights/query-error.ts";
import { refuseMisplacedActions } from "./alarm-action-input.ts";
import { requireFinite, validationError } from "./alarm-errors.ts";
import { requireRoomForLogs } from "./alarm-quotas.ts";
import { commonAlarm, withTags } from "./alarm-input.ts";
import { putState } from "./alarm-states.ts";
import type { CloudWatchContext, Input } from "./context.ts";
import { treatments, windows } from "./metric-alarm-input.ts";
import { keptOf, newAlarm, otherType } from "./put-metric-alarm.ts";
import { defineAlarm } from "./stored-alarms.ts";

type PutInput = Input<"PutLogAlarm">;

const limits = {
  results: 100,
  logGroups: 50,
  queryCharacters: 10_000,
  aggregationCharacters: 2_048,
} as const;

/**
 * The query is run on its schedule from now on, by the alarm's own evaluation.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutLogAlarm.html
 */
export async function putLogAlarm(input: PutInput, context: CloudWatchContext): Promise<object> {
  const common = commonAlarm(input, context);
  refuseMisplacedActions("log", input);
  const { ComparisonOperator: comparisonOperator, Threshold: threshold } = input;
  const { QueryResultsToEvaluate: evaluationPeriods, QueryResultsToAlarm: datapointsToAlarm } = input;
  if (isBandOperator(comparisonOperator)) {
    throw validationError(`${comparisonOperator} cannot be used with log alarms.`);
  }
  requireFinite("Threshold", threshold);
  if (evaluationPeriods < 1 || evaluationPeriods > limits.results) {
    throw validationError(`QueryResultsToEvaluate must be between 1 and ${limits.results}`);
  }
  if (datapointsToAlarm < 1 || datapointsToAlarm > evaluationPeriods) {
    throw validationError("QueryResultsToAlarm must be less than or equal to QueryResultsToEvaluate");
  }
  const part = {
    comparisonOperator,
    threshold,
    evaluationPeriods,
    datapointsToAlarm,
    ...treatments(input),
    ...windows(input),
  };
  const { now } = context.call;
  await requireRoomForLogs(context, input.AlarmName);
  let isOtherQuery = false;
  await defineAlarm(
    context,
    input.AlarmName,
    (before): MetricAlarm => {
      if (before !== undefined && !isLogAlarm(before)) throw otherType(before);
      const queryArn = before?.logs?.queryArn ?? newQueryArn(context);
      const logs = { ...logQueryOf(input.ScheduledQueryConfiguration, queryArn), ...linesOf(input) };
      const definition = { ...common, ...part, type: "MetricAlarm", configuredAt: now } as const;
      if (before?.logs === undefined) {
        const made = { ...newAlarm(now), tags: withTags({}, input.Tags), metricId: randomUUID() };
        return { ...made, ...definition, logs };
      }
      const { contributors, logs: old } = before;
      isOtherQuery = essenceOf(old) !== essenceOf(logs);
      if (isOtherQuery) return { ...keptOf(before), ...definition, logs: { ...logs, since: now } };
      return {
        ...keptOf(before),
        ...definition,
        ...(contributors === undefined ? {} : { contributors }),
        logs: { ...logs, ...(old.since === undefined ? {} : { since: old.since }) },
      };
    },
    ResourceConflict,
  );
  if (isOtherQuery) await putState(context, input.AlarmName, unchecked);
  return {};
}

/** Until there are results of the query as it is now. */
const unchecked = { value: "INSUFFICIENT_DATA", reason: "Unchecked: The query was changed" } as const;

/**
 * What of a query makes its results others; a new threshold, say, does not.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-log.html
 */
function essenceOf({ queryString, aggregation, logGroupIdentifiers, ...schedule }: LogQuery): string {
  const { scheduleExpression, startOffsetSeconds, endOffsetSeconds } = schedule;
  const times = [scheduleExpression, startOffsetSeconds, endOffsetSeconds];
  return JSON.stringify([queryString, aggregation, logGroupIdentifiers, times]);
}

const isLogAlarm = (alarm: Alarm): alarm is MetricAlarm =>
  alarm.type === "MetricAlarm" && alarm.logs !== undefined;

const newQueryArn = ({ call }: CloudWatchContext) =>
  `arn:aws:logs:${call.region}:${call.account}:scheduled-query:${randomUUID()}`;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-log.html */
function linesOf(input: PutInput): Pick<LogQuery, "lines"> {
  const { ActionLogLineCount: count = 0, ActionLogLineRoleArn: roleArn } = input;
  if (count === 0) return {};
  if (roleArn === undefined) {
    throw validationError("ActionLogLineRoleArn is required when ActionLogLineCount is greater than 0");
  }
  if (unmasks(input.ScheduledQueryConfiguration.QueryString)) {
    throw validationError("Log lines of queries that use unmask cannot be included in notifications");
  }
  return { lines: { count, roleArn } };
}

/** Wherever in the query: no text in it can look like a member of its tree. */
const unmasks = (query: string) =>
  query.trim() !== "" && JSON.stringify(parseInsightsQuery(query)).includes('"kind":"unmask"');

function logQueryOf(configuration: PutInput["ScheduledQueryConfiguration"], queryArn: string): LogQuery {
  const { QueryString: queryString, AggregationExpression: aggregation } = configuration;
  const { LogGroupIdentifiers: logGroupIdentifiers = [], ScheduledQueryRoleARN: roleArn } = configuration;
  const { ScheduleExpression: scheduleExpression, ...offsets } = configuration.ScheduleConfiguration;
  const { StartTimeOffset: startOffsetSeconds, EndTimeOffset: endOffsetSeconds = 0 } = offsets;
  const rateSeconds = parseRate(scheduleExpression);
  if (rateSeconds === undefined) {
    throw validationError("ScheduleExpression must be of the form rate(5 minutes), from a minute to a week");
  }
  if (endOffsetSeconds < 0 || startOffsetSeconds <= endOffsetSeconds) {
    throw validationError("EndTimeOffset must be non-negative and less than StartTimeOffset");
  }
  if (logGroupIdentifiers.length < 1 || logGroupIdentifiers.length > limits.logGroups) {
    throw validationError(`LogGroupIdentifiers must have between 1 and ${limits.logGroups} entries`);
  }
  if (queryString.length > limits.queryCharacters) {
    throw validationError(`QueryString must have at most ${limits.queryCharacters} characters`);
  }
  if (aggregation.length > limits.aggregationCharacters || parseAggregation(aggregation) === undefined) {
    throw validationError(
      "AggregationExpression must be an aggregation like count(*) or avg(latency) by host | sort desc",
    );
  }
  const schedule = { scheduleExpression, rateSeconds, startOffsetSeconds, endOffsetSeconds };
  const tags = Object.entries(withTags({}, configuration.Tags)).map(([key, value]) => ({ key, value }));
  const query = { queryString, logGroupIdentifiers, queryArn, roleArn, aggregation, ...schedule };
  const logs = tags.length === 0 ? query : { ...query, tags };
  refuseWrongQuery(queryOfLogAlarm(logs));
  return logs;
}

function refuseWrongQuery(query: string): void {
  try {
    parseInsightsQuery(query);
  } catch (error) {
    if (!(error instanceof InsightsQueryError)) throw error;
    throw validationError(`QueryString: ${explainQueryError(error, query)}`);
  }
}

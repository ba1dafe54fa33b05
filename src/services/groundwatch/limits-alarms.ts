// Constraints of the operations on alarms of the own service.

/** A month of minutes; of expressions, which are computed for each window, somewhat more than a day. */
export const maximumEvaluations = { metrics: 45_000, expressions: 1_500 } as const;

/** The first so many changes of state are answered. */
export const maximumTransitions = 1_000;

export const alarmLimitLines = `
ExplainAlarmRequest.AlarmName 1..255
ExplainAlarmRequest.At long 0..
ExplainAlarmResponse.EvaluatedAt long
ExplainAlarmResponse.StateSince long
ExplainAlarmResponse.WindowFrom long
ExplainAlarmResponse.WindowTo long
ExplainAlarmResponse.PeriodSeconds integer
ExplainedDatapoint.StartAt long
ExplainedDatapoint.Value double
ExplainedDatapoint.SampleCount double
ExplainedDatapoint.LowerBound double
ExplainedDatapoint.UpperBound double
ExplainedRulePart.Depth integer
ExplainedAction.At long
ExplainedAction.Attempts integer
BacktestAlarmRequest.AlarmName 1..255
BacktestAlarmRequest.From long 0..
BacktestAlarmRequest.To long 0..
AlarmDefinition.EvaluationPeriods integer 1..
AlarmDefinition.Period integer 1..
AlarmDefinition.DatapointsToAlarm integer 1..
AlarmDefinition.Threshold double
DefinedMetricStat.Period integer 1..
DefinedQuery.Period integer 1..
DefinedQuery.AccountId 1..255
BacktestTransition.At long
BacktestAlarmResponse.From long
BacktestAlarmResponse.To long
BacktestAlarmResponse.Evaluations integer
`.trim();

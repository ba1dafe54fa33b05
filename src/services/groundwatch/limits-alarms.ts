// Constraints of the operations on alarms of the own service.

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
`.trim();

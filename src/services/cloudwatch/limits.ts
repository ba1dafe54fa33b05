// The constraints of CloudWatch's inputs, and which numbers are not integers: AWS's published facts, as data.
import { parseLimits } from "../../wire/limits.ts";

/**
 * From the service description in botocore 1.43.11, structure by structure; `parseLimits` explains the
 * notation. A member that is not here is not checked.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
 */
export const limits = parseLimits(String.raw`
AlarmPromQLCriteria.PendingPeriod integer 0..86400
AlarmPromQLCriteria.Query 1..10000
AlarmPromQLCriteria.RecoveryPeriod integer 0..86400
AnomalyDetectorConfiguration.MetricTimezone ..50 /.*/
Datapoint.Average double
Datapoint.ExtendedStatistics [ double ]
Datapoint.Maximum double
Datapoint.Minimum double
Datapoint.SampleCount double
Datapoint.Sum double
DeleteAlarmMuteRuleInput.AlarmMuteRuleName 1..255
DeleteAlarmsInput.AlarmNames ..100 [ 1..255 ]
DeleteAnomalyDetectorInput.Dimensions ..30
DeleteAnomalyDetectorInput.MetricName 1..255
DeleteAnomalyDetectorInput.Namespace 1..255 /[^:].*/
DeleteAnomalyDetectorInput.Stat ..50 /(SampleCount|Average|Sum|Minimum|Maximum|IQM|(p|tc|tm|ts|wm)(\d{1,2}(\.\d{0,10})?|100)|[ou]\d+(\.\d*)?)(_E|_L|_H)?|(TM|TC|TS|WM)\(((((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%)?:((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%|((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%:(((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%)?)\)|(TM|TC|TS|WM|PR)\(((\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)):((\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)))?|((\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)))?:(\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)))\)/
DeleteInsightRulesInput.RuleNames [ 1..128 /[\x20-\x7E]+/ ]
DeleteMetricStreamInput.Name 1..255
DescribeAlarmContributorsInput.AlarmName 1..255
DescribeAlarmHistoryInput.AlarmContributorId 1..16
DescribeAlarmHistoryInput.AlarmName 1..255
DescribeAlarmHistoryInput.AlarmTypes [ (CompositeAlarm|LogAlarm|MetricAlarm) ]
DescribeAlarmHistoryInput.HistoryItemType (ConfigurationUpdate|StateUpdate|Action|AlarmContributorStateUpdate|AlarmContributorAction)
DescribeAlarmHistoryInput.MaxRecords integer 1..100
DescribeAlarmHistoryInput.ScanBy (TimestampDescending|TimestampAscending)
DescribeAlarmsForMetricInput.Dimensions ..30
DescribeAlarmsForMetricInput.MetricName 1..255
DescribeAlarmsForMetricInput.Namespace 1..255 /[^:].*/
DescribeAlarmsForMetricInput.Period integer 1..
DescribeAlarmsForMetricInput.Statistic (SampleCount|Average|Sum|Minimum|Maximum)
DescribeAlarmsForMetricInput.Unit (Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Percent|Count|Bytes/Second|Kilobytes/Second|Megabytes/Second|Gigabytes/Second|Terabytes/Second|Bits/Second|Kilobits/Second|Megabits/Second|Gigabits/Second|Terabits/Second|Count/Second|None)
DescribeAlarmsInput.ActionPrefix 1..1024
DescribeAlarmsInput.AlarmNamePrefix 1..255
DescribeAlarmsInput.AlarmNames ..100 [ 1..255 ]
DescribeAlarmsInput.AlarmTypes [ (CompositeAlarm|LogAlarm|MetricAlarm) ]
DescribeAlarmsInput.ChildrenOfAlarmName 1..255
DescribeAlarmsInput.MaxRecords integer 1..100
DescribeAlarmsInput.ParentsOfAlarmName 1..255
DescribeAlarmsInput.StateValue (OK|ALARM|INSUFFICIENT_DATA)
DescribeAnomalyDetectorsInput.AnomalyDetectorTypes ..2 [ (SINGLE_METRIC|METRIC_MATH) ]
DescribeAnomalyDetectorsInput.Dimensions ..30
DescribeAnomalyDetectorsInput.MaxResults integer 1..
DescribeAnomalyDetectorsInput.MetricName 1..255
DescribeAnomalyDetectorsInput.Namespace 1..255 /[^:].*/
DescribeInsightRulesInput.MaxResults integer 1..500
Dimension.Name 1..255
Dimension.Value 1..1024
DimensionFilter.Name 1..255
DimensionFilter.Value 1..1024
DisableAlarmActionsInput.AlarmNames ..100 [ 1..255 ]
DisableInsightRulesInput.RuleNames [ 1..128 /[\x20-\x7E]+/ ]
EnableAlarmActionsInput.AlarmNames ..100 [ 1..255 ]
EnableInsightRulesInput.RuleNames [ 1..128 /[\x20-\x7E]+/ ]
Entity.Attributes 0..10 < 1..256 > [ 1..2048 ]
Entity.KeyAttributes 2..4 < 1..32 > [ 1..2048 ]
GetAlarmMuteRuleInput.AlarmMuteRuleName 1..255
GetInsightRuleReportInput.MaxContributorCount integer
GetInsightRuleReportInput.Metrics [ 1..32 /[\x20-\x7E]+/ ]
GetInsightRuleReportInput.OrderBy 1..32 /[\x20-\x7E]+/
GetInsightRuleReportInput.Period integer 1..
GetInsightRuleReportInput.RuleName 1..128 /[\x20-\x7E]+/
GetInsightRuleReportOutput.AggregateValue double
GetMetricDataInput.MaxDatapoints integer
GetMetricDataInput.ScanBy (TimestampDescending|TimestampAscending)
GetMetricStatisticsInput.Dimensions ..30
GetMetricStatisticsInput.ExtendedStatistics 1..10
GetMetricStatisticsInput.MetricName 1..255
GetMetricStatisticsInput.Namespace 1..255 /[^:].*/
GetMetricStatisticsInput.Period integer 1..
GetMetricStatisticsInput.Statistics 1..5 [ (SampleCount|Average|Sum|Minimum|Maximum) ]
GetMetricStatisticsInput.Unit (Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Percent|Count|Bytes/Second|Kilobytes/Second|Megabytes/Second|Gigabytes/Second|Terabytes/Second|Bits/Second|Kilobits/Second|Megabits/Second|Gigabits/Second|Terabits/Second|Count/Second|None)
GetMetricStreamInput.Name 1..255
InsightRuleContributor.ApproximateAggregateValue double
InsightRuleContributorDatapoint.ApproximateValue double
InsightRuleMetricDatapoint.Average double
InsightRuleMetricDatapoint.MaxContributorValue double
InsightRuleMetricDatapoint.Maximum double
InsightRuleMetricDatapoint.Minimum double
InsightRuleMetricDatapoint.SampleCount double
InsightRuleMetricDatapoint.Sum double
InsightRuleMetricDatapoint.UniqueContributors double
ListAlarmMuteRulesInput.AlarmName 1..255
ListAlarmMuteRulesInput.MaxRecords integer 1..100
ListAlarmMuteRulesInput.Statuses [ (SCHEDULED|ACTIVE|EXPIRED) ]
ListManagedInsightRulesInput.MaxResults integer 1..500
ListManagedInsightRulesInput.ResourceARN 1..1024
ListMetricStreamsInput.MaxResults integer 1..500
ListMetricsInput.Dimensions ..10
ListMetricsInput.MetricName 1..255
ListMetricsInput.Namespace 1..255 /[^:].*/
ListMetricsInput.OwningAccount 1..255
ListMetricsInput.RecentlyActive (PT3H)
ListTagsForResourceInput.ResourceARN 1..1024
ManagedRule.ResourceARN 1..1024
ManagedRule.TemplateName 1..128 /[0-9A-Za-z][\-\.\_0-9A-Za-z]{0,126}[0-9A-Za-z]/
Metric.Dimensions ..30
Metric.MetricName 1..255
Metric.Namespace 1..255 /[^:].*/
MetricAlarm.Threshold double
MetricDataQuery.AccountId 1..255
MetricDataQuery.Expression 1..2048
MetricDataQuery.Id 1..255
MetricDataQuery.Period integer 1..
MetricDataResult.Values [ double ]
MetricDatum.Counts [ double ]
MetricDatum.Dimensions ..30
MetricDatum.MetricName 1..255
MetricDatum.StorageResolution integer 1..
MetricDatum.Unit (Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Percent|Count|Bytes/Second|Kilobytes/Second|Megabytes/Second|Gigabytes/Second|Terabytes/Second|Bits/Second|Kilobits/Second|Megabits/Second|Gigabits/Second|Terabits/Second|Count/Second|None)
MetricDatum.Value double
MetricDatum.Values [ double ]
MetricStat.Period integer 1..
MetricStat.Unit (Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Percent|Count|Bytes/Second|Kilobytes/Second|Megabytes/Second|Gigabytes/Second|Terabytes/Second|Bits/Second|Kilobits/Second|Megabits/Second|Gigabits/Second|Terabits/Second|Count/Second|None)
MetricStreamFilter.MetricNames [ 1..255 ]
MetricStreamFilter.Namespace 1..255 /[^:].*/
MetricStreamStatisticsMetric.MetricName 1..255
MetricStreamStatisticsMetric.Namespace 1..255 /[^:].*/
MuteTargets.AlarmNames ..100 [ 1..255 ]
PutAlarmMuteRuleInput.Description 0..1024
PutAlarmMuteRuleInput.Name 1..255
PutAnomalyDetectorInput.Dimensions ..30
PutAnomalyDetectorInput.MetricName 1..255
PutAnomalyDetectorInput.Namespace 1..255 /[^:].*/
PutAnomalyDetectorInput.Stat ..50 /(SampleCount|Average|Sum|Minimum|Maximum|IQM|(p|tc|tm|ts|wm)(\d{1,2}(\.\d{0,10})?|100)|[ou]\d+(\.\d*)?)(_E|_L|_H)?|(TM|TC|TS|WM)\(((((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%)?:((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%|((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%:(((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%)?)\)|(TM|TC|TS|WM|PR)\(((\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)):((\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)))?|((\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)))?:(\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)))\)/
PutCompositeAlarmInput.ActionsSuppressor 1..1600
PutCompositeAlarmInput.ActionsSuppressorExtensionPeriod integer
PutCompositeAlarmInput.ActionsSuppressorWaitPeriod integer
PutCompositeAlarmInput.AlarmActions ..5 [ 1..1024 ]
PutCompositeAlarmInput.AlarmDescription 0..1024
PutCompositeAlarmInput.AlarmName 1..255
PutCompositeAlarmInput.AlarmRule 1..10240
PutCompositeAlarmInput.InsufficientDataActions ..5 [ 1..1024 ]
PutCompositeAlarmInput.OKActions ..5 [ 1..1024 ]
PutInsightRuleInput.RuleDefinition 1..8192 /[\x00-\x7F]+/
PutInsightRuleInput.RuleName 1..128 /[\x20-\x7E]+/
PutInsightRuleInput.RuleState 1..32 /[\x20-\x7E]+/
PutLogAlarmInput.ActionLogLineCount integer 0..50
PutLogAlarmInput.AlarmActions ..5 [ 1..1024 ]
PutLogAlarmInput.AlarmDescription 0..1024
PutLogAlarmInput.AlarmName 1..255
PutLogAlarmInput.ComparisonOperator (GreaterThanOrEqualToThreshold|GreaterThanThreshold|LessThanThreshold|LessThanOrEqualToThreshold|LessThanLowerOrGreaterThanUpperThreshold|LessThanLowerThreshold|GreaterThanUpperThreshold)
PutLogAlarmInput.InsufficientDataActions ..5 [ 1..1024 ]
PutLogAlarmInput.OKActions ..5 [ 1..1024 ]
PutLogAlarmInput.QueryResultsToAlarm integer 1..100
PutLogAlarmInput.QueryResultsToEvaluate integer 1..100
PutLogAlarmInput.Threshold double
PutLogAlarmInput.TreatMissingData 1..255
PutMetricAlarmInput.AlarmActions ..5 [ 1..1024 ]
PutMetricAlarmInput.AlarmDescription 0..1024
PutMetricAlarmInput.AlarmName 1..255
PutMetricAlarmInput.ComparisonOperator (GreaterThanOrEqualToThreshold|GreaterThanThreshold|LessThanThreshold|LessThanOrEqualToThreshold|LessThanLowerOrGreaterThanUpperThreshold|LessThanLowerThreshold|GreaterThanUpperThreshold)
PutMetricAlarmInput.DatapointsToAlarm integer 1..
PutMetricAlarmInput.Dimensions ..30
PutMetricAlarmInput.EvaluateLowSampleCountPercentile 1..255
PutMetricAlarmInput.EvaluationInterval integer 10..3600
PutMetricAlarmInput.EvaluationPeriods integer 1..
PutMetricAlarmInput.InsufficientDataActions ..5 [ 1..1024 ]
PutMetricAlarmInput.MetricName 1..255
PutMetricAlarmInput.Namespace 1..255 /[^:].*/
PutMetricAlarmInput.OKActions ..5 [ 1..1024 ]
PutMetricAlarmInput.Period integer 1..
PutMetricAlarmInput.Statistic (SampleCount|Average|Sum|Minimum|Maximum)
PutMetricAlarmInput.Threshold double
PutMetricAlarmInput.ThresholdMetricId 1..255
PutMetricAlarmInput.TreatMissingData 1..255
PutMetricAlarmInput.Unit (Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Percent|Count|Bytes/Second|Kilobytes/Second|Megabytes/Second|Gigabytes/Second|Terabytes/Second|Bits/Second|Kilobits/Second|Megabits/Second|Gigabits/Second|Terabits/Second|Count/Second|None)
PutMetricDataInput.Namespace 1..255 /[^:].*/
PutMetricStreamInput.FirehoseArn 1..1024
PutMetricStreamInput.Name 1..255
PutMetricStreamInput.OutputFormat 1..255 (json|opentelemetry0.7|opentelemetry1.0)
PutMetricStreamInput.RoleArn 1..1024
Schedule.Duration 1..50
Schedule.Expression 1..256
Schedule.Timezone 1..50
SetAlarmStateInput.AlarmName 1..255
SetAlarmStateInput.StateReason 0..1023
SetAlarmStateInput.StateReasonData 0..4000
SetAlarmStateInput.StateValue (OK|ALARM|INSUFFICIENT_DATA)
SingleMetricAnomalyDetector.AccountId 1..255
SingleMetricAnomalyDetector.Dimensions ..30
SingleMetricAnomalyDetector.MetricName 1..255
SingleMetricAnomalyDetector.Namespace 1..255 /[^:].*/
SingleMetricAnomalyDetector.Stat ..50 /(SampleCount|Average|Sum|Minimum|Maximum|IQM|(p|tc|tm|ts|wm)(\d{1,2}(\.\d{0,10})?|100)|[ou]\d+(\.\d*)?)(_E|_L|_H)?|(TM|TC|TS|WM)\(((((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%)?:((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%|((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%:(((\d{1,2})(\.\d{0,10})?|100(\.0{0,10})?)%)?)\)|(TM|TC|TS|WM|PR)\(((\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)):((\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)))?|((\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)))?:(\d+(\.\d{0,10})?|(\d+(\.\d{0,10})?[Ee][+-]?\d+)))\)/
StartMetricStreamsInput.Names [ 1..255 ]
StatisticSet.Maximum double
StatisticSet.Minimum double
StatisticSet.SampleCount double
StatisticSet.Sum double
StopMetricStreamsInput.Names [ 1..255 ]
Tag.Key 1..128
Tag.Value 0..256
TagResourceInput.ResourceARN 1..1024
UntagResourceInput.ResourceARN 1..1024
UntagResourceInput.TagKeys [ 1..128 ]
`);

// The constraints of X-Ray's inputs, and which numbers are not integers: AWS's published facts, as data.
import { parseLimits } from "../../wire/limits.ts";

/**
 * From the service description in botocore 1.43.11, structure by structure; `parseLimits` explains the
 * notation. A member that is not here is not checked.
 * https://docs.aws.amazon.com/xray/latest/api/
 */
export const limits = parseLimits(String.raw`
AnnotationValue.NumberValue double
BackendConnectionErrors.ConnectionRefusedCount integer
BackendConnectionErrors.HTTPCode4XXCount integer
BackendConnectionErrors.HTTPCode5XXCount integer
BackendConnectionErrors.OtherCount integer
BackendConnectionErrors.TimeoutCount integer
BackendConnectionErrors.UnknownHostCount integer
BatchGetTracesRequest.TraceIds [ 1..35 ]
CancelTraceRetrievalRequest.RetrievalToken 0..1020
CreateGroupRequest.GroupName 1..32
CreateGroupRequest.Tags 0..200
CreateSamplingRuleRequest.Tags 0..200
DeleteGroupRequest.GroupARN 1..400
DeleteGroupRequest.GroupName 1..32
DeleteResourcePolicyRequest.PolicyName 1..128 /[\w+=,.@-]+/
EdgeStatistics.TotalResponseTime double
GetGroupRequest.GroupARN 1..400
GetGroupRequest.GroupName 1..32
GetGroupsRequest.NextToken 1..100
GetInsightEventsRequest.InsightId /[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}/
GetInsightEventsRequest.MaxResults integer 1..50
GetInsightEventsRequest.NextToken 1..2000
GetInsightImpactGraphRequest.InsightId /[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}/
GetInsightImpactGraphRequest.NextToken 1..2000
GetInsightRequest.InsightId /[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}/
GetInsightSummariesRequest.GroupARN 1..400
GetInsightSummariesRequest.GroupName 1..32
GetInsightSummariesRequest.MaxResults integer 1..100
GetInsightSummariesRequest.NextToken 1..2000
GetInsightSummariesRequest.States 0..1 [ (ACTIVE|CLOSED) ]
GetRetrievedTracesGraphRequest.RetrievalToken 0..1020
GetSamplingTargetsRequest.SamplingBoostStatisticsDocuments ..25
GetSamplingTargetsRequest.SamplingStatisticsDocuments ..25
GetServiceGraphRequest.GroupARN 1..400
GetServiceGraphRequest.GroupName 1..32
GetTimeSeriesServiceStatisticsRequest.EntitySelectorExpression 1..500
GetTimeSeriesServiceStatisticsRequest.GroupARN 1..400
GetTimeSeriesServiceStatisticsRequest.GroupName 1..32
GetTimeSeriesServiceStatisticsRequest.Period integer
GetTraceGraphRequest.TraceIds [ 1..35 ]
GetTraceSummariesRequest.TimeRangeType (TraceId|Event|Service)
HistogramEntry.Value double
ListResourcePoliciesRequest.NextToken 1..100
ListRetrievedTracesRequest.RetrievalToken 0..1020
ListRetrievedTracesRequest.TraceFormat (XRAY|OTEL)
ListTagsForResourceRequest.ResourceARN 1..1011
ProbabilisticRuleValue.ActualSamplingPercentage double
ProbabilisticRuleValue.DesiredSamplingPercentage double
ProbabilisticRuleValueUpdate.DesiredSamplingPercentage double
PutEncryptionConfigRequest.KeyId 1..3000
PutEncryptionConfigRequest.Type (NONE|KMS)
PutResourcePolicyRequest.PolicyName 1..128 /[\w+=,.@-]+/
PutTelemetryRecordsRequest.EC2InstanceId ..20
PutTelemetryRecordsRequest.Hostname ..255
PutTelemetryRecordsRequest.ResourceARN ..500
ResponseTimeRootCauseEntity.Coverage double
RetrievedTrace.Duration double
SamplingBoost.BoostRate double
SamplingBoostStatisticsDocument.AnomalyCount integer 0..
SamplingBoostStatisticsDocument.RuleName 1..32
SamplingBoostStatisticsDocument.SampledAnomalyCount integer 0..
SamplingBoostStatisticsDocument.ServiceName ..64
SamplingBoostStatisticsDocument.TotalCount integer 0..
SamplingRateBoost.CooldownWindowMinutes integer 0..
SamplingRateBoost.MaxRate double 0..1
SamplingRule.Attributes ..5 < 1..32 > [ 1..32 ]
SamplingRule.FixedRate double 0..1
SamplingRule.HTTPMethod ..10
SamplingRule.Host ..64
SamplingRule.Priority integer 1..9999
SamplingRule.ReservoirSize integer 0..
SamplingRule.ResourceARN ..500
SamplingRule.RuleName 1..32
SamplingRule.ServiceName ..64
SamplingRule.ServiceType ..64
SamplingRule.URLPath ..128
SamplingRule.Version integer 1..
SamplingRuleUpdate.Attributes ..5 < 1..32 > [ 1..32 ]
SamplingRuleUpdate.FixedRate double
SamplingRuleUpdate.HTTPMethod ..10
SamplingRuleUpdate.Host ..64
SamplingRuleUpdate.Priority integer
SamplingRuleUpdate.ReservoirSize integer
SamplingRuleUpdate.ResourceARN ..500
SamplingRuleUpdate.RuleName 1..32
SamplingRuleUpdate.ServiceName ..64
SamplingRuleUpdate.ServiceType ..64
SamplingRuleUpdate.URLPath ..128
SamplingStatisticsDocument.BorrowCount integer 0..
SamplingStatisticsDocument.ClientID 24..24
SamplingStatisticsDocument.RequestCount integer 0..
SamplingStatisticsDocument.RuleName 1..32
SamplingStatisticsDocument.SampledCount integer 0..
SamplingStrategy.Name (PartialScan|FixedRate)
SamplingStrategy.Value double
SamplingTargetDocument.FixedRate double
ServiceStatistics.TotalResponseTime double
StartTraceRetrievalRequest.TraceIds 0..100 [ 1..35 ]
Tag.Key 1..128
Tag.Value 0..256
TagResourceRequest.ResourceARN 1..1011
TagResourceRequest.Tags 0..200
TelemetryRecord.SegmentsReceivedCount integer
TelemetryRecord.SegmentsRejectedCount integer
TelemetryRecord.SegmentsSentCount integer
TelemetryRecord.SegmentsSpilloverCount integer
Trace.Duration double
TraceSummary.Duration double
TraceSummary.ResponseTime double
UntagResourceRequest.ResourceARN 1..1011
UntagResourceRequest.TagKeys 0..200 [ 1..128 ]
UpdateGroupRequest.GroupARN 1..400
UpdateGroupRequest.GroupName 1..32
UpdateTraceSegmentDestinationRequest.Destination (XRay|CloudWatchLogs)
`);

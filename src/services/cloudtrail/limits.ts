// The constraints of CloudTrail's inputs, and which numbers are not integers: AWS's published facts, as data.
import { parseLimits } from "../../wire/limits.ts";

/**
 * From the service description in botocore 1.43.11, structure by structure; `parseLimits` explains the
 * notation. A member that is not here is not checked.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/
 */
export const limits = parseLimits(String.raw`
AddTagsRequest.TagsList ..200
AdvancedEventSelector.FieldSelectors 1..
AdvancedEventSelector.Name 0..1000 /.*/
AdvancedFieldSelector.EndsWith 1.. [ 1..2048 /.+/ ]
AdvancedFieldSelector.Equals 1.. [ 1..2048 /.+/ ]
AdvancedFieldSelector.Field 1..1000 /[\w|\d|\.|_]+/
AdvancedFieldSelector.NotEndsWith 1.. [ 1..2048 /.+/ ]
AdvancedFieldSelector.NotEquals 1.. [ 1..2048 /.+/ ]
AdvancedFieldSelector.NotStartsWith 1.. [ 1..2048 /.+/ ]
AdvancedFieldSelector.StartsWith 1.. [ 1..2048 /.+/ ]
AggregationConfiguration.EventCategory (Data)
AggregationConfiguration.Templates 1..50 [ (API_ACTIVITY|RESOURCE_ACCESS|USER_ACTIONS) ]
CancelQueryRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
CancelQueryRequest.EventDataStoreOwnerAccountId 12..16 /\d+/
CancelQueryRequest.QueryId 36..36 /^[a-f0-9\-]+$/
ContextKeySelector.Equals 1..50 [ 1..128 ]
ContextKeySelector.Type (TagContext|RequestContext)
CreateChannelRequest.Destinations 1..200
CreateChannelRequest.Name 3..128 /^[a-zA-Z0-9._\-]+$/
CreateChannelRequest.Source 1..256 /.*/
CreateChannelRequest.Tags ..200
CreateDashboardRequest.Name 3..128 /^[a-zA-Z0-9_\-]+$/
CreateDashboardRequest.TagsList ..200
CreateEventDataStoreRequest.BillingMode (EXTENDABLE_RETENTION_PRICING|FIXED_RETENTION_PRICING)
CreateEventDataStoreRequest.KmsKeyId 1..350 /^[a-zA-Z0-9._/\-:]+$/
CreateEventDataStoreRequest.Name 3..128 /^[a-zA-Z0-9._\-]+$/
CreateEventDataStoreRequest.RetentionPeriod integer 7..3653
CreateEventDataStoreRequest.TagsList ..200
CreateTrailRequest.TagsList ..200
DeleteChannelRequest.Channel 3..256 /^[a-zA-Z0-9._/\-:]+$/
DeleteDashboardRequest.DashboardId /^[a-zA-Z0-9._/\-:]+$/
DeleteEventDataStoreRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
DeleteResourcePolicyRequest.ResourceArn 3..256 /^[a-zA-Z0-9._/\-:]+$/
DeregisterOrganizationDelegatedAdminRequest.DelegatedAdminAccountId 12..16 /\d+/
DescribeQueryRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
DescribeQueryRequest.EventDataStoreOwnerAccountId 12..16 /\d+/
DescribeQueryRequest.QueryAlias 1..256 /^[a-zA-Z][a-zA-Z0-9._\-]*$/
DescribeQueryRequest.QueryId 36..36 /^[a-f0-9\-]+$/
DescribeQueryRequest.RefreshId 10..20 /\d+/
Destination.Location 3..1024 /^[a-zA-Z0-9._/\-:*]+$/
Destination.Type (EVENT_DATA_STORE|AWS_SERVICE)
DisableFederationRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
EnableFederationRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
EnableFederationRequest.FederationRoleArn 3..125 /^[a-zA-Z0-9._/\-:@=\+,\.]+$/
EventSelector.ReadWriteType (ReadOnly|WriteOnly|All)
GenerateQueryRequest.EventDataStores 1..1 [ 3..256 /^[a-zA-Z0-9._/\-:]+$/ ]
GenerateQueryRequest.Prompt 3..500 /^[ -~\n]*$/
GetChannelRequest.Channel 3..256 /^[a-zA-Z0-9._/\-:]+$/
GetDashboardRequest.DashboardId /^[a-zA-Z0-9._/\-:]+$/
GetEventDataStoreRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
GetImportRequest.ImportId 36..36 /^[a-f0-9\-]+$/
GetInsightSelectorsRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
GetQueryResultsRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
GetQueryResultsRequest.EventDataStoreOwnerAccountId 12..16 /\d+/
GetQueryResultsRequest.MaxQueryResults integer 1..1000
GetQueryResultsRequest.NextToken 4..1000 /.*/
GetQueryResultsRequest.QueryId 36..36 /^[a-f0-9\-]+$/
GetResourcePolicyRequest.ResourceArn 3..256 /^[a-zA-Z0-9._/\-:]+$/
InsightSelector.EventCategories [ (Management|Data) ]
InsightSelector.InsightType (ApiCallRateInsight|ApiErrorRateInsight)
ListChannelsRequest.MaxResults integer 1..1000
ListChannelsRequest.NextToken 4..1000 /.*/
ListDashboardsRequest.MaxResults integer 1..1000
ListDashboardsRequest.NamePrefix 3..128 /^[a-zA-Z0-9_\-]+$/
ListDashboardsRequest.NextToken 4..1000 /.*/
ListDashboardsRequest.Type (MANAGED|CUSTOM)
ListEventDataStoresRequest.MaxResults integer 1..1000
ListEventDataStoresRequest.NextToken 4..1000 /.*/
ListImportFailuresRequest.ImportId 36..36 /^[a-f0-9\-]+$/
ListImportFailuresRequest.MaxResults integer 1..1000
ListImportFailuresRequest.NextToken 4..1000 /.*/
ListImportsRequest.Destination 3..256 /^[a-zA-Z0-9._/\-:]+$/
ListImportsRequest.ImportStatus (INITIALIZING|IN_PROGRESS|FAILED|STOPPED|COMPLETED)
ListImportsRequest.MaxResults integer 1..1000
ListImportsRequest.NextToken 4..1000 /.*/
ListInsightsDataRequest.DataType (InsightsEvents)
ListInsightsDataRequest.Dimensions 1..1 < (EventId|EventName|EventSource) > [ 1..2000 ]
ListInsightsDataRequest.InsightSource 3..256 /^[a-zA-Z0-9._/\-:]+$/
ListInsightsDataRequest.MaxResults integer 1..50
ListInsightsDataRequest.NextToken 4..1000 /.*/
ListInsightsMetricDataRequest.DataType (FillWithZeros|NonZeroData)
ListInsightsMetricDataRequest.ErrorCode ..128 /^[\w\d\s_.,\-:\[\]]+$/
ListInsightsMetricDataRequest.EventName ..128 /^[A-Za-z0-9_]+$/
ListInsightsMetricDataRequest.EventSource ..256 /^[a-z0-9_-]+\.amazonaws\.com$/
ListInsightsMetricDataRequest.InsightType (ApiCallRateInsight|ApiErrorRateInsight)
ListInsightsMetricDataRequest.MaxResults integer 1..21600
ListInsightsMetricDataRequest.NextToken 1..5000
ListInsightsMetricDataRequest.Period integer 60..3600
ListInsightsMetricDataResponse.Values [ double ]
ListQueriesRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
ListQueriesRequest.MaxResults integer 1..1000
ListQueriesRequest.NextToken 4..1000 /.*/
ListQueriesRequest.QueryStatus (QUEUED|RUNNING|FINISHED|FAILED|CANCELLED|TIMED_OUT)
LookupAttribute.AttributeKey (EventId|EventName|ReadOnly|Username|ResourceType|ResourceName|EventSource|AccessKeyId)
LookupAttribute.AttributeValue 1..2000
LookupEventsRequest.EventCategory (insight)
LookupEventsRequest.MaxResults integer 1..50
PutEventConfigurationRequest.AggregationConfigurations ..1
PutEventConfigurationRequest.ContextKeySelectors ..2
PutEventConfigurationRequest.MaxEventSize (Standard|Large)
PutInsightSelectorsRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
PutInsightSelectorsRequest.InsightsDestination 3..256 /^[a-zA-Z0-9._/\-:]+$/
PutResourcePolicyRequest.ResourceArn 3..256 /^[a-zA-Z0-9._/\-:]+$/
PutResourcePolicyRequest.ResourcePolicy 1..8192
RefreshSchedule.Status (ENABLED|DISABLED)
RefreshSchedule.TimeOfDay /^[0-9]{2}:[0-9]{2}/
RefreshScheduleFrequency.Unit (HOURS|DAYS)
RefreshScheduleFrequency.Value integer
RegisterOrganizationDelegatedAdminRequest.MemberAccountId 12..16 /\d+/
RemoveTagsRequest.TagsList ..200
RequestWidget.QueryParameters 1..10 [ 1..1024 /.*/ ]
RequestWidget.QueryStatement 1..10000 /(?s).*/
RequestWidget.ViewProperties < 3..128 /^[a-zA-Z0-9._\-]+$/ > [ 1..128 /^[a-zA-Z0-9._\- ]+$/ ]
RestoreEventDataStoreRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
SearchSampleQueriesRequest.MaxResults integer 1..50
SearchSampleQueriesRequest.NextToken 4..1000 /.*/
SearchSampleQueriesRequest.SearchPhrase 2..1000 /^[ -~\n]*$/
SearchSampleQueriesSearchResult.Relevance float
StartDashboardRefreshRequest.DashboardId /^[a-zA-Z0-9._/\-:]+$/
StartDashboardRefreshRequest.QueryParameterValues < 3..128 /^[a-zA-Z0-9._/\-:$]+$/ > [ 1..128 /^[a-zA-Z0-9._/\-:]+$/ ]
StartEventDataStoreIngestionRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
StartImportRequest.Destinations 1..1 [ 3..256 /^[a-zA-Z0-9._/\-:]+$/ ]
StartImportRequest.ImportId 36..36 /^[a-f0-9\-]+$/
StartQueryRequest.DeliveryS3Uri ..1024 /s3://[a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9](/.*)?/
StartQueryRequest.EventDataStoreOwnerAccountId 12..16 /\d+/
StartQueryRequest.QueryAlias 1..256 /^[a-zA-Z][a-zA-Z0-9._\-]*$/
StartQueryRequest.QueryParameters 1..10 [ 1..1024 /.*/ ]
StartQueryRequest.QueryStatement 1..10000 /(?s).*/
StopEventDataStoreIngestionRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
StopImportRequest.ImportId 36..36 /^[a-f0-9\-]+$/
Tag.Key 1..128
Tag.Value 1..256
UpdateChannelRequest.Channel 3..256 /^[a-zA-Z0-9._/\-:]+$/
UpdateChannelRequest.Destinations 1..200
UpdateChannelRequest.Name 3..128 /^[a-zA-Z0-9._\-]+$/
UpdateDashboardRequest.DashboardId /^[a-zA-Z0-9._/\-:]+$/
UpdateEventDataStoreRequest.BillingMode (EXTENDABLE_RETENTION_PRICING|FIXED_RETENTION_PRICING)
UpdateEventDataStoreRequest.EventDataStore 3..256 /^[a-zA-Z0-9._/\-:]+$/
UpdateEventDataStoreRequest.KmsKeyId 1..350 /^[a-zA-Z0-9._/\-:]+$/
UpdateEventDataStoreRequest.Name 3..128 /^[a-zA-Z0-9._\-]+$/
UpdateEventDataStoreRequest.RetentionPeriod integer 7..3653
`);

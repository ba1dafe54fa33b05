// The constraints of CloudWatch Logs's inputs, and which numbers are not integers: AWS's published facts, as
// data.
import { parseLimits } from "../../wire/limits.ts";

/**
 * From the service description in botocore 1.43.11, structure by structure; `parseLimits` explains the
 * notation. A member that is not here is not checked.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/
 */
export const limits = parseLimits(String.raw`
AddKeyEntry.key 1..128
AddKeyEntry.value 1..256
AddKeys.entries 1..5
AssociateKmsKeyRequest.kmsKeyId ..256
AssociateKmsKeyRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
AssociateKmsKeyRequest.resourceIdentifier 1..2048 /[\w+=/:,.@\-\*]*/
CSV.columns ..100 [ 1..128 ]
CSV.delimiter 1..2
CSV.destination 1..128
CSV.quoteCharacter 1..1
CSV.source 1..128
CancelExportTaskRequest.taskId 1..512
CancelImportTaskRequest.importId 1..256 /[\-a-zA-Z0-9]+/
CopyValue.entries 1..5
CopyValueEntry.source 1..128
CopyValueEntry.target 1..128
CreateDeliveryRequest.deliverySourceName 1..60 /[\w-]*/
CreateDeliveryRequest.fieldDelimiter 0..5
CreateDeliveryRequest.recordFields 0..128 [ 1..64 ]
CreateDeliveryRequest.tags 1..50 < 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ > [ ..256 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/ ]
CreateExportTaskRequest.destination 1..512
CreateExportTaskRequest.from long 0..
CreateExportTaskRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
CreateExportTaskRequest.logStreamNamePrefix 1..512 /[^:*]*/
CreateExportTaskRequest.taskName 1..512
CreateExportTaskRequest.to long 0..
CreateImportTaskRequest.importRoleArn 1..
CreateLogAnomalyDetectorRequest.anomalyVisibilityTime long 7..90
CreateLogAnomalyDetectorRequest.detectorName 1..
CreateLogAnomalyDetectorRequest.evaluationFrequency (ONE_MIN|FIVE_MIN|TEN_MIN|FIFTEEN_MIN|THIRTY_MIN|ONE_HOUR)
CreateLogAnomalyDetectorRequest.filterPattern 0..1024
CreateLogAnomalyDetectorRequest.kmsKeyId ..256 /^arn:aws[a-z\-]*:kms:[-a-z0-9]*:[0-9]*:key/[-a-z0-9]*$/
CreateLogAnomalyDetectorRequest.logGroupArnList [ 1..2048 /[\w#+=/:,.@-]*/ ]
CreateLogAnomalyDetectorRequest.tags 1..50 < 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ > [ ..256 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/ ]
CreateLogGroupRequest.kmsKeyId ..256
CreateLogGroupRequest.logGroupClass (STANDARD|INFREQUENT_ACCESS|DELIVERY|ESSENTIALS)
CreateLogGroupRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
CreateLogGroupRequest.tags 1..50 < 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ > [ ..256 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/ ]
CreateLogStreamRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
CreateLogStreamRequest.logStreamName 1..512 /[^:*]*/
CreateLookupTableRequest.description 0..1024
CreateLookupTableRequest.kmsKeyId ..256
CreateLookupTableRequest.lookupTableName 1..256 /^[a-zA-Z0-9_]+$/
CreateLookupTableRequest.tableBody 1..10485760
CreateLookupTableRequest.tags 1..50 < 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ > [ ..256 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/ ]
CreateScheduledQueryRequest.description ..1024
CreateScheduledQueryRequest.executionRoleArn 1..
CreateScheduledQueryRequest.logGroupIdentifiers 1..50 [ 1..2048 /[\w#+=/:,.@-]*/ ]
CreateScheduledQueryRequest.name 1..255 /^[a-zA-Z0-9_\-/.#]+$/
CreateScheduledQueryRequest.queryLanguage (CWLI|SQL|PPL)
CreateScheduledQueryRequest.queryString 0..10000
CreateScheduledQueryRequest.scheduleEndTime long 0..
CreateScheduledQueryRequest.scheduleExpression ..256
CreateScheduledQueryRequest.scheduleStartTime long 0..
CreateScheduledQueryRequest.startTimeOffset long
CreateScheduledQueryRequest.state (ENABLED|DISABLED)
CreateScheduledQueryRequest.tags 1..50 < 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ > [ ..256 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/ ]
CreateScheduledQueryRequest.timezone 1..
DateTimeConverter.locale 1..
DateTimeConverter.matchPatterns 1..5 [ 1.. ]
DateTimeConverter.source 1..128
DateTimeConverter.sourceTimezone 1..
DateTimeConverter.target 1..128
DateTimeConverter.targetFormat 1..64
DateTimeConverter.targetTimezone 1..
DeleteAccountPolicyRequest.policyType (DATA_PROTECTION_POLICY|SUBSCRIPTION_FILTER_POLICY|FIELD_INDEX_POLICY|TRANSFORMER_POLICY|METRIC_EXTRACTION_POLICY|RETENTION_POLICY)
DeleteDataProtectionPolicyRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
DeleteDeliveryDestinationPolicyRequest.deliveryDestinationName 1..60 /[\w-]*/
DeleteDeliveryDestinationRequest.name 1..60 /[\w-]*/
DeleteDeliveryRequest.id 1..64 /^[0-9A-Za-z]+$/
DeleteDeliverySourceRequest.name 1..60 /[\w-]*/
DeleteDestinationRequest.destinationName 1..512 /[^:*]*/
DeleteIndexPolicyRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
DeleteIntegrationRequest.integrationName 1..50 /[\.\-_/#A-Za-z0-9]+/
DeleteKeys.withKeys 1..5 [ 1.. ]
DeleteLogAnomalyDetectorRequest.anomalyDetectorArn 1.. /[\w#+=/:,.@-]*/
DeleteLogGroupRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
DeleteLogStreamRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
DeleteLogStreamRequest.logStreamName 1..512 /[^:*]*/
DeleteMetricFilterRequest.filterName 1..512 /[^:*]*/
DeleteMetricFilterRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
DeleteQueryDefinitionRequest.queryDefinitionId 1..256
DeleteResourcePolicyRequest.expectedRevisionId 1..
DeleteRetentionPolicyRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
DeleteScheduledQueryRequest.identifier /[\w#+=/:,.@-]*/
DeleteSubscriptionFilterRequest.filterName 1..512 /[^:*]*/
DeleteSubscriptionFilterRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
DeleteTransformerRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
DeliverySourceConfigurationSchema.maxValue double
DeliverySourceConfigurationSchema.minValue double
DescribeAccountPoliciesRequest.accountIdentifiers 0..20 [ 12..12 /^\d{12}$/ ]
DescribeAccountPoliciesRequest.nextToken 1..
DescribeAccountPoliciesRequest.policyType (DATA_PROTECTION_POLICY|SUBSCRIPTION_FILTER_POLICY|FIELD_INDEX_POLICY|TRANSFORMER_POLICY|METRIC_EXTRACTION_POLICY|RETENTION_POLICY)
DescribeConfigurationTemplatesRequest.deliveryDestinationTypes 1..4 [ (S3|CWL|FH|XRAY) ]
DescribeConfigurationTemplatesRequest.limit integer 1..50
DescribeConfigurationTemplatesRequest.logTypes 1..10 [ 1..255 /[\w]*/ ]
DescribeConfigurationTemplatesRequest.nextToken 1..
DescribeConfigurationTemplatesRequest.resourceTypes 1..10 [ 1..255 /[\w-_]*/ ]
DescribeConfigurationTemplatesRequest.service 1..255 /[\w_-]*/
DescribeDeliveriesRequest.limit integer 1..50
DescribeDeliveriesRequest.nextToken 1..
DescribeDeliveryDestinationsRequest.limit integer 1..50
DescribeDeliveryDestinationsRequest.nextToken 1..
DescribeDeliverySourcesRequest.limit integer 1..50
DescribeDeliverySourcesRequest.nextToken 1..
DescribeDestinationsRequest.DestinationNamePrefix 1..512 /[^:*]*/
DescribeDestinationsRequest.limit integer 1..50
DescribeDestinationsRequest.nextToken 1..
DescribeExportTasksRequest.limit integer 1..50
DescribeExportTasksRequest.nextToken 1..
DescribeExportTasksRequest.statusCode (CANCELLED|COMPLETED|FAILED|PENDING|PENDING_CANCEL|RUNNING)
DescribeExportTasksRequest.taskId 1..512
DescribeFieldIndexesRequest.logGroupIdentifiers 1..100 [ 1..2048 /[\w#+=/:,.@-]*/ ]
DescribeFieldIndexesRequest.nextToken 1..
DescribeImportTaskBatchesRequest.batchImportStatus [ (IN_PROGRESS|CANCELLED|COMPLETED|FAILED) ]
DescribeImportTaskBatchesRequest.importId 1..256 /[\-a-zA-Z0-9]+/
DescribeImportTaskBatchesRequest.limit integer 1..50
DescribeImportTaskBatchesRequest.nextToken 1..
DescribeImportTasksRequest.importId 1..256 /[\-a-zA-Z0-9]+/
DescribeImportTasksRequest.importStatus (IN_PROGRESS|CANCELLED|COMPLETED|FAILED)
DescribeImportTasksRequest.limit integer 1..50
DescribeImportTasksRequest.nextToken 1..
DescribeIndexPoliciesRequest.logGroupIdentifiers 1..1 [ 1..2048 /[\w#+=/:,.@-]*/ ]
DescribeIndexPoliciesRequest.nextToken 1..
DescribeLogGroupsRequest.accountIdentifiers 0..20 [ 12..12 /^\d{12}$/ ]
DescribeLogGroupsRequest.limit integer 1..50
DescribeLogGroupsRequest.logGroupClass (STANDARD|INFREQUENT_ACCESS|DELIVERY|ESSENTIALS)
DescribeLogGroupsRequest.logGroupIdentifiers 1..50 [ 1..2048 /[\w#+=/:,.@-]*/ ]
DescribeLogGroupsRequest.logGroupNamePattern 0..512 /[\.\-_/#A-Za-z0-9]*/
DescribeLogGroupsRequest.logGroupNamePrefix 1..512 /[\.\-_/#A-Za-z0-9]+/
DescribeLogGroupsRequest.nextToken 1..
DescribeLogStreamsRequest.limit integer 1..50
DescribeLogStreamsRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
DescribeLogStreamsRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
DescribeLogStreamsRequest.logStreamNamePrefix 1..512 /[^:*]*/
DescribeLogStreamsRequest.nextToken 1..
DescribeLogStreamsRequest.orderBy (LogStreamName|LastEventTime)
DescribeLookupTablesRequest.lookupTableNamePrefix 1..256 /^[a-zA-Z0-9_]+$/
DescribeLookupTablesRequest.maxResults integer ..100
DescribeLookupTablesRequest.nextToken 1..
DescribeMetricFiltersRequest.filterNamePrefix 1..512 /[^:*]*/
DescribeMetricFiltersRequest.limit integer 1..50
DescribeMetricFiltersRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
DescribeMetricFiltersRequest.metricName ..255 /[^:*$]*/
DescribeMetricFiltersRequest.metricNamespace ..255 /[^:*$]*/
DescribeMetricFiltersRequest.nextToken 1..
DescribeQueriesRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
DescribeQueriesRequest.maxResults integer 1..1000
DescribeQueriesRequest.nextToken 1..
DescribeQueriesRequest.queryLanguage (CWLI|SQL|PPL)
DescribeQueriesRequest.status (Scheduled|Running|Complete|Failed|Cancelled|Timeout|Unknown)
DescribeQueryDefinitionsRequest.maxResults integer 1..1000
DescribeQueryDefinitionsRequest.nextToken 1..
DescribeQueryDefinitionsRequest.queryDefinitionNamePrefix 1..255
DescribeQueryDefinitionsRequest.queryLanguage (CWLI|SQL|PPL)
DescribeResourcePoliciesRequest.limit integer 1..50
DescribeResourcePoliciesRequest.nextToken 1..
DescribeResourcePoliciesRequest.policyScope (ACCOUNT|RESOURCE)
DescribeSubscriptionFiltersRequest.filterNamePrefix 1..512 /[^:*]*/
DescribeSubscriptionFiltersRequest.limit integer 1..50
DescribeSubscriptionFiltersRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
DescribeSubscriptionFiltersRequest.nextToken 1..
DisassociateKmsKeyRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
DisassociateKmsKeyRequest.resourceIdentifier 1..2048 /[\w+=/:,.@\-\*]*/
DisassociateSourceFromS3TableIntegrationRequest.identifier 1..2048
Entity.attributes 0..10 < 1..256 > [ 1..512 ]
Entity.keyAttributes 2..4 < 1..32 > [ 1..512 ]
FilterLogEventsRequest.endTime long 0..
FilterLogEventsRequest.filterPattern 0..1024
FilterLogEventsRequest.limit integer 1..10000
FilterLogEventsRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
FilterLogEventsRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
FilterLogEventsRequest.logStreamNamePrefix 1..512 /[^:*]*/
FilterLogEventsRequest.logStreamNames 1..100 [ 1..512 /[^:*]*/ ]
FilterLogEventsRequest.nextToken 1..
FilterLogEventsRequest.startTime long 0..
GetDataProtectionPolicyRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
GetDeliveryDestinationPolicyRequest.deliveryDestinationName 1..60 /[\w-]*/
GetDeliveryDestinationRequest.name 1..60 /[\w-]*/
GetDeliveryRequest.id 1..64 /^[0-9A-Za-z]+$/
GetDeliverySourceRequest.name 1..60 /[\w-]*/
GetIntegrationRequest.integrationName 1..50 /[\.\-_/#A-Za-z0-9]+/
GetLogAnomalyDetectorRequest.anomalyDetectorArn 1.. /[\w#+=/:,.@-]*/
GetLogEventsRequest.endTime long 0..
GetLogEventsRequest.limit integer 1..10000
GetLogEventsRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
GetLogEventsRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
GetLogEventsRequest.logStreamName 1..512 /[^:*]*/
GetLogEventsRequest.nextToken 1..
GetLogEventsRequest.startTime long 0..
GetLogGroupFieldsRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
GetLogGroupFieldsRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
GetLogGroupFieldsRequest.time long 0..
GetLogObjectRequest.logObjectPointer 1..512
GetQueryResultsRequest.maxItems integer 0..10000
GetQueryResultsRequest.nextToken ..1024
GetQueryResultsRequest.queryId 1..256
GetScheduledQueryHistoryRequest.endTime long 0..
GetScheduledQueryHistoryRequest.executionStatuses [ (Running|InvalidQuery|Complete|Failed|Timeout) ]
GetScheduledQueryHistoryRequest.identifier /[\w#+=/:,.@-]*/
GetScheduledQueryHistoryRequest.maxResults integer 1..1000
GetScheduledQueryHistoryRequest.nextToken 1..
GetScheduledQueryHistoryRequest.startTime long 0..
GetScheduledQueryRequest.identifier /[\w#+=/:,.@-]*/
GetTransformerRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
Grok.match 1..512
Grok.source 1..128
ImportFilter.endEventTime long 0..
ImportFilter.startEventTime long 0..
InputLogEvent.message 1..
InputLogEvent.timestamp long 0..
ListAggregateLogGroupSummariesRequest.accountIdentifiers 0..20 [ 12..12 /^\d{12}$/ ]
ListAggregateLogGroupSummariesRequest.dataSources 1..5
ListAggregateLogGroupSummariesRequest.groupBy (DATA_SOURCE_NAME_TYPE_AND_FORMAT|DATA_SOURCE_NAME_AND_TYPE)
ListAggregateLogGroupSummariesRequest.limit integer 1..50
ListAggregateLogGroupSummariesRequest.logGroupClass (STANDARD|INFREQUENT_ACCESS|DELIVERY|ESSENTIALS)
ListAggregateLogGroupSummariesRequest.logGroupNamePattern 3..129 /(\^?[\.\-_\/#A-Za-z0-9]{3,24})(\|\^?[\.\-_\/#A-Za-z0-9]{3,24}){0,4}/
ListAggregateLogGroupSummariesRequest.nextToken 1..
ListAnomaliesRequest.anomalyDetectorArn 1.. /[\w#+=/:,.@-]*/
ListAnomaliesRequest.limit integer 1..50
ListAnomaliesRequest.nextToken 1..
ListAnomaliesRequest.suppressionState (SUPPRESSED|UNSUPPRESSED)
ListIntegrationsRequest.integrationNamePrefix 1..50 /[\.\-_/#A-Za-z0-9]+/
ListIntegrationsRequest.integrationStatus (PROVISIONING|ACTIVE|FAILED)
ListIntegrationsRequest.integrationType (OPENSEARCH)
ListLogAnomalyDetectorsRequest.filterLogGroupArn 1..2048 /[\w#+=/:,.@-]*/
ListLogAnomalyDetectorsRequest.limit integer 1..50
ListLogAnomalyDetectorsRequest.nextToken 1..
ListLogGroupsForQueryRequest.maxResults integer 50..500
ListLogGroupsForQueryRequest.nextToken 1..
ListLogGroupsForQueryRequest.queryId 1..256
ListLogGroupsRequest.accountIdentifiers 0..20 [ 12..12 /^\d{12}$/ ]
ListLogGroupsRequest.dataSources 1..5
ListLogGroupsRequest.fieldIndexNames 1..20 [ 1..512 /[\.\-_/#A-Za-z0-9]+/ ]
ListLogGroupsRequest.limit integer 1..1000
ListLogGroupsRequest.logGroupClass (STANDARD|INFREQUENT_ACCESS|DELIVERY|ESSENTIALS)
ListLogGroupsRequest.logGroupNamePattern 3..129 /(\^?[\.\-_\/#A-Za-z0-9]{3,24})(\|\^?[\.\-_\/#A-Za-z0-9]{3,24}){0,4}/
ListLogGroupsRequest.logGroupTags 1..5
ListLogGroupsRequest.nextToken 1..
ListScheduledQueriesRequest.maxResults integer 1..1000
ListScheduledQueriesRequest.nextToken 1..
ListScheduledQueriesRequest.state (ENABLED|DISABLED)
ListSourcesForS3TableIntegrationRequest.maxResults integer 1..100
ListSourcesForS3TableIntegrationRequest.nextToken 1..
ListTagsForResourceRequest.resourceArn 1..1011 /[\w+=/:,.@-]*/
ListTagsLogGroupRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
ListToMap.flattenedElement (first|last)
ListToMap.key 1..128
ListToMap.source 1..128
ListToMap.target 1..128
ListToMap.valueKey 1..128
LowerCaseString.withKeys 1..10 [ 1.. ]
MetricTransformation.defaultValue double
MetricTransformation.dimensions < ..255 > [ ..255 ]
MetricTransformation.metricName ..255 /[^:*$]*/
MetricTransformation.metricNamespace ..255 /[^:*$]*/
MetricTransformation.metricValue ..100
MetricTransformation.unit (Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Percent|Count|Bytes/Second|Kilobytes/Second|Megabytes/Second|Gigabytes/Second|Terabytes/Second|Bits/Second|Kilobits/Second|Megabits/Second|Gigabits/Second|Terabits/Second|Count/Second|None)
MoveKeyEntry.source 1..128
MoveKeyEntry.target 1..128
MoveKeys.entries 1..5
OpenSearchResourceConfig.retentionDays integer 1..30
ParseCloudfront.source 1..128
ParseJSON.destination 1..128
ParseJSON.source 1..128
ParseKeyValue.destination 1..128
ParseKeyValue.fieldDelimiter 1..128
ParseKeyValue.keyPrefix 1..128
ParseKeyValue.keyValueDelimiter 1..128
ParseKeyValue.nonMatchValue 1..128
ParseKeyValue.source 1..128
ParsePostgres.source 1..128
ParseRoute53.source 1..128
ParseToOCSF.eventSource (CloudTrail|Route53Resolver|VPCFlow|EKSAudit|AWSWAF)
ParseToOCSF.mappingVersion 1..10 /^v?\d+\.\d+(\.\d+)?$/
ParseToOCSF.ocsfVersion (V1.1|V1.5)
ParseToOCSF.source 1..128
ParseVPC.source 1..128
ParseWAF.source 1..128
PutAccountPolicyRequest.policyType (DATA_PROTECTION_POLICY|SUBSCRIPTION_FILTER_POLICY|FIELD_INDEX_POLICY|TRANSFORMER_POLICY|METRIC_EXTRACTION_POLICY|RETENTION_POLICY)
PutAccountPolicyRequest.scope (ALL)
PutBearerTokenAuthenticationRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
PutDataProtectionPolicyRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
PutDeliveryDestinationPolicyRequest.deliveryDestinationName 1..60 /[\w-]*/
PutDeliveryDestinationPolicyRequest.deliveryDestinationPolicy 1..51200
PutDeliveryDestinationRequest.deliveryDestinationType (S3|CWL|FH|XRAY)
PutDeliveryDestinationRequest.name 1..60 /[\w-]*/
PutDeliveryDestinationRequest.outputFormat (json|plain|w3c|raw|parquet)
PutDeliveryDestinationRequest.tags 1..50 < 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ > [ ..256 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/ ]
PutDeliverySourceRequest.deliverySourceConfiguration < 1..255 > [ 1..255 ]
PutDeliverySourceRequest.logType 1..255 /[\w]*/
PutDeliverySourceRequest.name 1..60 /[\w-]*/
PutDeliverySourceRequest.tags 1..50 < 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ > [ ..256 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/ ]
PutDestinationPolicyRequest.accessPolicy 1..
PutDestinationPolicyRequest.destinationName 1..512 /[^:*]*/
PutDestinationRequest.destinationName 1..512 /[^:*]*/
PutDestinationRequest.roleArn 1..
PutDestinationRequest.tags 1..50 < 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ > [ ..256 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/ ]
PutDestinationRequest.targetArn 1..
PutIndexPolicyRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
PutIndexPolicyRequest.policyDocument 1..51200
PutIntegrationRequest.integrationName 1..50 /[\.\-_/#A-Za-z0-9]+/
PutIntegrationRequest.integrationType (OPENSEARCH)
PutLogEventsRequest.logEvents 1..10000
PutLogEventsRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
PutLogEventsRequest.logStreamName 1..512 /[^:*]*/
PutLogEventsRequest.sequenceToken 1..
PutLogGroupDeletionProtectionRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
PutMetricFilterRequest.fieldSelectionCriteria 0..2000
PutMetricFilterRequest.filterName 1..512 /[^:*]*/
PutMetricFilterRequest.filterPattern 0..1024
PutMetricFilterRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
PutMetricFilterRequest.metricTransformations 1..1
PutQueryDefinitionRequest.clientToken 36..128 /\S{36,128}/
PutQueryDefinitionRequest.logGroupNames [ 1..512 /[\.\-_/#A-Za-z0-9]+/ ]
PutQueryDefinitionRequest.name 1..255
PutQueryDefinitionRequest.parameters ..20
PutQueryDefinitionRequest.queryDefinitionId 1..256
PutQueryDefinitionRequest.queryLanguage (CWLI|SQL|PPL)
PutQueryDefinitionRequest.queryString 1..10000
PutResourcePolicyRequest.expectedRevisionId 1..
PutResourcePolicyRequest.policyDocument 1..51200
PutRetentionPolicyRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
PutRetentionPolicyRequest.retentionInDays integer
PutSubscriptionFilterRequest.destinationArn 1..
PutSubscriptionFilterRequest.distribution (Random|ByLogStream)
PutSubscriptionFilterRequest.fieldSelectionCriteria 0..2000
PutSubscriptionFilterRequest.filterName 1..512 /[^:*]*/
PutSubscriptionFilterRequest.filterPattern 0..1024
PutSubscriptionFilterRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
PutSubscriptionFilterRequest.roleArn 1..
PutTransformerRequest.logGroupIdentifier 1..2048 /[\w#+=/:,.@-]*/
PutTransformerRequest.transformerConfig 1..20
QueryInfo.bytesScanned double
QueryParameter.defaultValue ..1024
QueryParameter.description ..512
QueryParameter.name 1..128 /^[a-zA-Z_][a-zA-Z0-9_]*/
QueryStatistics.bytesScanned double
QueryStatistics.estimatedBytesSkipped double
QueryStatistics.estimatedRecordsSkipped double
QueryStatistics.logGroupsScanned double
QueryStatistics.recordsMatched double
QueryStatistics.recordsScanned double
RenameKeyEntry.key 1..128
RenameKeyEntry.renameTo 1..128
RenameKeys.entries 1..5
S3Configuration.destinationIdentifier ..1024 /s3://[a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9](/.*)?/
S3Configuration.kmsKeyId ..256
S3Configuration.ownerAccountId 12..12 /^\d{12}$/
S3Configuration.roleArn 1..
S3DeliveryConfiguration.suffixPath 1..256
SplitString.entries 1..10
SplitStringEntry.delimiter 1..128
SplitStringEntry.source 1..128
StartLiveTailRequest.logEventFilterPattern 0..1024
StartLiveTailRequest.logGroupIdentifiers 1..10 [ 1..2048 /[\w#+=/:,.@-]*/ ]
StartLiveTailRequest.logStreamNamePrefixes 1..100 [ 1..512 /[^:*]*/ ]
StartLiveTailRequest.logStreamNames 1..100 [ 1..512 /[^:*]*/ ]
StartQueryRequest.endTime long 0..
StartQueryRequest.limit integer 1..100000
StartQueryRequest.logGroupIdentifiers [ 1..2048 /[\w#+=/:,.@-]*/ ]
StartQueryRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
StartQueryRequest.logGroupNames [ 1..512 /[\.\-_/#A-Za-z0-9]+/ ]
StartQueryRequest.queryLanguage (CWLI|SQL|PPL)
StartQueryRequest.queryString 0..10000
StartQueryRequest.startTime long 0..
StopQueryRequest.queryId 1..256
SubstituteString.entries 1..10
SubstituteStringEntry.from 1..128
SubstituteStringEntry.source 1..128
SubstituteStringEntry.to 1..128
SuppressionPeriod.suppressionUnit (SECONDS|MINUTES|HOURS)
SuppressionPeriod.value integer
TagFilter.key 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/
TagFilter.values 0..5 [ 0..259 /^!?\*?([\p{L}\p{Z}\p{N}_.:/=+\-@]*)\*?$/ ]
TagLogGroupRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
TagLogGroupRequest.tags 1..50 < 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ > [ ..256 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/ ]
TagResourceRequest.resourceArn 1..1011 /[\w+=/:,.@-]*/
TagResourceRequest.tags 1..50 < 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ > [ ..256 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/ ]
TestMetricFilterRequest.filterPattern 0..1024
TestMetricFilterRequest.logEventMessages 1..50 [ 1.. ]
TestTransformerRequest.logEventMessages 1..50 [ 1.. ]
TestTransformerRequest.transformerConfig 1..20
TrimString.withKeys 1..10 [ 1.. ]
TypeConverter.entries 1..5
TypeConverterEntry.key 1..128
TypeConverterEntry.type (boolean|integer|double|string)
UntagLogGroupRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
UntagLogGroupRequest.tags 1.. [ 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ ]
UntagResourceRequest.resourceArn 1..1011 /[\w+=/:,.@-]*/
UntagResourceRequest.tagKeys 0..50 [ 1..128 /^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$/ ]
UpdateAnomalyRequest.anomalyDetectorArn 1.. /[\w#+=/:,.@-]*/
UpdateAnomalyRequest.anomalyId 36..36
UpdateAnomalyRequest.patternId 32..32
UpdateAnomalyRequest.suppressionType (LIMITED|INFINITE)
UpdateDeliveryConfigurationRequest.fieldDelimiter 0..5
UpdateDeliveryConfigurationRequest.id 1..64 /^[0-9A-Za-z]+$/
UpdateDeliveryConfigurationRequest.recordFields 0..128 [ 1..64 ]
UpdateLogAnomalyDetectorRequest.anomalyDetectorArn 1.. /[\w#+=/:,.@-]*/
UpdateLogAnomalyDetectorRequest.anomalyVisibilityTime long 7..90
UpdateLogAnomalyDetectorRequest.evaluationFrequency (ONE_MIN|FIVE_MIN|TEN_MIN|FIFTEEN_MIN|THIRTY_MIN|ONE_HOUR)
UpdateLogAnomalyDetectorRequest.filterPattern 0..1024
UpdateLookupTableRequest.description 0..1024
UpdateLookupTableRequest.kmsKeyId ..256
UpdateLookupTableRequest.tableBody 1..10485760
UpdateScheduledQueryRequest.description ..1024
UpdateScheduledQueryRequest.executionRoleArn 1..
UpdateScheduledQueryRequest.identifier /[\w#+=/:,.@-]*/
UpdateScheduledQueryRequest.logGroupIdentifiers 1..50 [ 1..2048 /[\w#+=/:,.@-]*/ ]
UpdateScheduledQueryRequest.queryLanguage (CWLI|SQL|PPL)
UpdateScheduledQueryRequest.queryString 0..10000
UpdateScheduledQueryRequest.scheduleEndTime long 0..
UpdateScheduledQueryRequest.scheduleExpression ..256
UpdateScheduledQueryRequest.scheduleStartTime long 0..
UpdateScheduledQueryRequest.startTimeOffset long
UpdateScheduledQueryRequest.state (ENABLED|DISABLED)
UpdateScheduledQueryRequest.timezone 1..
UpperCaseString.withKeys 1..10 [ 1.. ]
`);

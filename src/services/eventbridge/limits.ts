// The constraints of EventBridge's inputs, and which numbers are not integers: AWS's published facts, as
// data.
import { parseLimits } from "../../wire/limits.ts";

/**
 * From the service description in botocore 1.43.11, structure by structure; `parseLimits` explains the
 * notation. A member that is not here is not checked.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/
 */
export const limits = parseLimits(String.raw`
ActivateEventSourceRequest.Name 1..256 /aws\.partner(/[\.\-_A-Za-z0-9]+){2,}/
AppSyncParameters.GraphQLOperation 1..1048576
AwsVpcConfiguration.AssignPublicIp (ENABLED|DISABLED)
BatchArrayProperties.Size integer
BatchRetryStrategy.Attempts integer
CancelReplayRequest.ReplayName 1..64 /[\.\-_A-Za-z0-9]+/
CapacityProviderStrategyItem.base integer 0..100000
CapacityProviderStrategyItem.capacityProvider 1..255
CapacityProviderStrategyItem.weight integer 0..1000
ConnectionHeaderParameter.Key ..512 /^[!#$%&'*+-.^_\x60|~0-9a-zA-Z]+$/
ConnectionHeaderParameter.Value ..512 /^[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*$/
ConnectionHttpParameters.BodyParameters 0..100
ConnectionHttpParameters.HeaderParameters 0..100
ConnectionHttpParameters.QueryStringParameters 0..100
ConnectionQueryStringParameter.Key ..512 /[^\x00-\x1F\x7F]+/
ConnectionQueryStringParameter.Value ..512 /[^\x00-\x09\x0B\x0C\x0E-\x1F\x7F]+/
ConnectivityResourceConfigurationArn.ResourceConfigurationArn 0..2048 /^(?:^arn:[a-z0-9\-]+:vpc-lattice:[a-zA-Z0-9\-]+:\d{12}:resourceconfiguration/rcfg-[0-9a-z]{17}$|^$)/
CreateApiDestinationRequest.ConnectionArn 1..1600 /^arn:aws([a-z]|\-)*:events:([a-z]|\d|\-)*:([0-9]{12})?:connection\/[\.\-_A-Za-z0-9]+\/[\-A-Za-z0-9]+$/
CreateApiDestinationRequest.Description ..512 /.*/
CreateApiDestinationRequest.HttpMethod (POST|GET|HEAD|OPTIONS|PUT|PATCH|DELETE)
CreateApiDestinationRequest.InvocationEndpoint 1..2048 /^((%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@\x26=+$,A-Za-z0-9])+)([).!';/?:,])?$/
CreateApiDestinationRequest.InvocationRateLimitPerSecond integer 1..
CreateApiDestinationRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
CreateArchiveRequest.ArchiveName 1..48 /[\.\-_A-Za-z0-9]+/
CreateArchiveRequest.Description ..512 /.*/
CreateArchiveRequest.EventPattern ..4096
CreateArchiveRequest.EventSourceArn 1..1600 /^arn:aws([a-z]|\-)*:events:([a-z]|\d|\-)*:([0-9]{12})?:.+\/.+$/
CreateArchiveRequest.KmsKeyIdentifier ..2048 /^[a-zA-Z0-9_\-/:]*$/
CreateArchiveRequest.RetentionDays integer 0..
CreateConnectionApiKeyAuthRequestParameters.ApiKeyName 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
CreateConnectionApiKeyAuthRequestParameters.ApiKeyValue 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
CreateConnectionBasicAuthRequestParameters.Password 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
CreateConnectionBasicAuthRequestParameters.Username 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
CreateConnectionOAuthClientRequestParameters.ClientID 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
CreateConnectionOAuthClientRequestParameters.ClientSecret 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
CreateConnectionOAuthRequestParameters.AuthorizationEndpoint 1..2048 /^((%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@\x26=+$,A-Za-z0-9])+)([).!';/?:,])?$/
CreateConnectionOAuthRequestParameters.HttpMethod (GET|POST|PUT)
CreateConnectionRequest.AuthorizationType (BASIC|OAUTH_CLIENT_CREDENTIALS|API_KEY)
CreateConnectionRequest.Description ..512 /.*/
CreateConnectionRequest.KmsKeyIdentifier ..2048 /^[a-zA-Z0-9_\-/:]*$/
CreateConnectionRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
CreateEndpointRequest.Description ..512 /.*/
CreateEndpointRequest.EventBuses 2..2
CreateEndpointRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
CreateEndpointRequest.RoleArn 1..256 /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/
CreateEventBusRequest.Description ..512
CreateEventBusRequest.EventSourceName 1..256 /aws\.partner(/[\.\-_A-Za-z0-9]+){2,}/
CreateEventBusRequest.KmsKeyIdentifier ..2048 /^[a-zA-Z0-9_\-/:]*$/
CreateEventBusRequest.Name 1..256 /[/\.\-_A-Za-z0-9]+/
CreatePartnerEventSourceRequest.Account 12..12 /\d{12}/
CreatePartnerEventSourceRequest.Name 1..256 /aws\.partner(/[\.\-_A-Za-z0-9]+){2,}/
DeactivateEventSourceRequest.Name 1..256 /aws\.partner(/[\.\-_A-Za-z0-9]+){2,}/
DeadLetterConfig.Arn 1..1600
DeauthorizeConnectionRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
DeleteApiDestinationRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
DeleteArchiveRequest.ArchiveName 1..48 /[\.\-_A-Za-z0-9]+/
DeleteConnectionRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
DeleteEndpointRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
DeleteEventBusRequest.Name 1..256 /[/\.\-_A-Za-z0-9]+/
DeletePartnerEventSourceRequest.Account 12..12 /\d{12}/
DeletePartnerEventSourceRequest.Name 1..256 /aws\.partner(/[\.\-_A-Za-z0-9]+){2,}/
DeleteRuleRequest.EventBusName 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+/
DeleteRuleRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
DescribeApiDestinationRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
DescribeArchiveRequest.ArchiveName 1..48 /[\.\-_A-Za-z0-9]+/
DescribeConnectionRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
DescribeEndpointRequest.HomeRegion 9..20 /^[\-a-z0-9]+$/
DescribeEndpointRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
DescribeEventBusRequest.Name 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+/
DescribeEventSourceRequest.Name 1..256 /aws\.partner(/[\.\-_A-Za-z0-9]+){2,}/
DescribePartnerEventSourceRequest.Name 1..256 /aws\.partner(/[\.\-_A-Za-z0-9]+){2,}/
DescribeReplayRequest.ReplayName 1..64 /[\.\-_A-Za-z0-9]+/
DescribeRuleRequest.EventBusName 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+/
DescribeRuleRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
DisableRuleRequest.EventBusName 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+/
DisableRuleRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
EcsParameters.CapacityProviderStrategy ..6
EcsParameters.LaunchType (EC2|FARGATE|EXTERNAL)
EcsParameters.PlacementConstraints ..10
EcsParameters.PlacementStrategy ..5
EcsParameters.PropagateTags (TASK_DEFINITION)
EcsParameters.ReferenceId ..1024
EcsParameters.TaskCount integer 1..
EcsParameters.TaskDefinitionArn 1..1600
EnableRuleRequest.EventBusName 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+/
EnableRuleRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
EndpointEventBus.EventBusArn 1..512 /^arn:aws[a-z-]*:events:[a-z]+-[a-z-]+-\d+:\d{12}:event-bus/[\w.-]+$/
HttpParameters.HeaderParameters < ..512 /^[!#$%&'*+-.^_\x60|~0-9a-zA-Z]+$/ > [ ..512 /^[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*$/ ]
HttpParameters.PathParameterValues [ /^(?!\s*$).+/ ]
HttpParameters.QueryStringParameters < ..512 /[^\x00-\x1F\x7F]+/ > [ ..512 /[^\x00-\x09\x0B\x0C\x0E-\x1F\x7F]+/ ]
InputTransformer.InputPathsMap ..100 < 1..256 /[A-Za-z0-9\_\-]+/ > [ ..256 ]
InputTransformer.InputTemplate 1..8192
KinesisParameters.PartitionKeyPath ..256
ListApiDestinationsRequest.ConnectionArn 1..1600 /^arn:aws([a-z]|\-)*:events:([a-z]|\d|\-)*:([0-9]{12})?:connection\/[\.\-_A-Za-z0-9]+\/[\-A-Za-z0-9]+$/
ListApiDestinationsRequest.Limit integer 1..100
ListApiDestinationsRequest.NamePrefix 1..64 /[\.\-_A-Za-z0-9]+/
ListApiDestinationsRequest.NextToken 1..2048
ListArchivesRequest.EventSourceArn 1..1600 /^arn:aws([a-z]|\-)*:events:([a-z]|\d|\-)*:([0-9]{12})?:.+\/.+$/
ListArchivesRequest.Limit integer 1..100
ListArchivesRequest.NamePrefix 1..48 /[\.\-_A-Za-z0-9]+/
ListArchivesRequest.NextToken 1..2048
ListArchivesRequest.State (ENABLED|DISABLED|CREATING|UPDATING|CREATE_FAILED|UPDATE_FAILED)
ListConnectionsRequest.ConnectionState (CREATING|UPDATING|DELETING|AUTHORIZED|DEAUTHORIZED|AUTHORIZING|DEAUTHORIZING|ACTIVE|FAILED_CONNECTIVITY)
ListConnectionsRequest.Limit integer 1..100
ListConnectionsRequest.NamePrefix 1..64 /[\.\-_A-Za-z0-9]+/
ListConnectionsRequest.NextToken 1..2048
ListEndpointsRequest.HomeRegion 9..20 /^[\-a-z0-9]+$/
ListEndpointsRequest.MaxResults integer 1..100
ListEndpointsRequest.NamePrefix 1..64 /[\.\-_A-Za-z0-9]+/
ListEndpointsRequest.NextToken 1..2048
ListEventBusesRequest.Limit integer 1..100
ListEventBusesRequest.NamePrefix 1..256 /[/\.\-_A-Za-z0-9]+/
ListEventBusesRequest.NextToken 1..2048
ListEventSourcesRequest.Limit integer 1..100
ListEventSourcesRequest.NamePrefix 1..256 /[/\.\-_A-Za-z0-9]+/
ListEventSourcesRequest.NextToken 1..2048
ListPartnerEventSourceAccountsRequest.EventSourceName 1..256 /aws\.partner(/[\.\-_A-Za-z0-9]+){2,}/
ListPartnerEventSourceAccountsRequest.Limit integer 1..100
ListPartnerEventSourceAccountsRequest.NextToken 1..2048
ListPartnerEventSourcesRequest.Limit integer 1..100
ListPartnerEventSourcesRequest.NamePrefix 1..256 /aws\.partner/[\.\-_A-Za-z0-9]+/[/\.\-_A-Za-z0-9]*/
ListPartnerEventSourcesRequest.NextToken 1..2048
ListReplaysRequest.EventSourceArn 1..1600 /^arn:aws([a-z]|\-)*:events:([a-z]|\d|\-)*:([0-9]{12})?:.+\/.+$/
ListReplaysRequest.Limit integer 1..100
ListReplaysRequest.NamePrefix 1..64 /[\.\-_A-Za-z0-9]+/
ListReplaysRequest.NextToken 1..2048
ListReplaysRequest.State (STARTING|RUNNING|CANCELLING|COMPLETED|CANCELLED|FAILED)
ListRuleNamesByTargetRequest.EventBusName 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+/
ListRuleNamesByTargetRequest.Limit integer 1..100
ListRuleNamesByTargetRequest.NextToken 1..2048
ListRuleNamesByTargetRequest.TargetArn 1..1600
ListRulesRequest.EventBusName 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+/
ListRulesRequest.Limit integer 1..100
ListRulesRequest.NamePrefix 1..64 /[\.\-_A-Za-z0-9]+/
ListRulesRequest.NextToken 1..2048
ListTagsForResourceRequest.ResourceARN 1..1600
ListTargetsByRuleRequest.EventBusName 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+/
ListTargetsByRuleRequest.Limit integer 1..100
ListTargetsByRuleRequest.NextToken 1..2048
ListTargetsByRuleRequest.Rule 1..64 /[\.\-_A-Za-z0-9]+/
LogConfig.IncludeDetail (NONE|FULL)
LogConfig.Level (OFF|ERROR|INFO|TRACE)
PlacementConstraint.expression ..2000
PlacementConstraint.type (distinctInstance|memberOf)
PlacementStrategy.field ..255
PlacementStrategy.type (random|spread|binpack)
Primary.HealthCheck 1..1600 /^arn:aws([a-z]|\-)*:route53:::healthcheck/[\-a-z0-9]+$/
PutEventsRequest.EndpointId 1..50 /^[A-Za-z0-9\-]+[\.][A-Za-z0-9\-]+$/
PutEventsRequest.Entries 1..10
PutEventsRequestEntry.EventBusName 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[\.\-_A-Za-z0-9]+/
PutEventsRequestEntry.Resources [ ..2048 ]
PutEventsRequestEntry.TraceHeader 1..500
PutPartnerEventsRequest.Entries 1..20
PutPartnerEventsRequestEntry.Resources [ ..2048 ]
PutPartnerEventsRequestEntry.Source 1..256 /aws\.partner(/[\.\-_A-Za-z0-9]+){2,}/
PutPermissionRequest.Action 1..64 /events:[a-zA-Z]+/
PutPermissionRequest.EventBusName 1..256 /[\.\-_A-Za-z0-9]+/
PutPermissionRequest.Principal 1..12 /(\d{12}|\*)/
PutPermissionRequest.StatementId 1..64 /[a-zA-Z0-9-_]+/
PutRuleRequest.Description ..512
PutRuleRequest.EventBusName 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+/
PutRuleRequest.EventPattern ..4096
PutRuleRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
PutRuleRequest.RoleArn 1..1600
PutRuleRequest.ScheduleExpression ..256
PutRuleRequest.State (ENABLED|DISABLED|ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS)
PutTargetsRequest.EventBusName 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+/
PutTargetsRequest.Rule 1..64 /[\.\-_A-Za-z0-9]+/
PutTargetsRequest.Targets 1..100
RedshiftDataParameters.Database 1..64
RedshiftDataParameters.DbUser 1..128
RedshiftDataParameters.SecretManagerArn 1..1600 /(^arn:aws([a-z]|\-)*:secretsmanager:[a-z0-9-.]+:.*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)/
RedshiftDataParameters.Sql 1..100000
RedshiftDataParameters.Sqls 0..40 [ 1..100000 ]
RedshiftDataParameters.StatementName 1..500
RemovePermissionRequest.EventBusName 1..256 /[\.\-_A-Za-z0-9]+/
RemovePermissionRequest.StatementId 1..64 /[a-zA-Z0-9-_]+/
RemoveTargetsRequest.EventBusName 1..1600 /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+/
RemoveTargetsRequest.Ids 1..100 [ 1..64 /[\.\-_A-Za-z0-9]+/ ]
RemoveTargetsRequest.Rule 1..64 /[\.\-_A-Za-z0-9]+/
ReplayDestination.Arn 1..1600
ReplayDestination.FilterArns [ 1..1600 ]
ReplicationConfig.State (ENABLED|DISABLED)
RetryPolicy.MaximumEventAgeInSeconds integer 60..86400
RetryPolicy.MaximumRetryAttempts integer 0..185
RunCommandParameters.RunCommandTargets 1..5
RunCommandTarget.Key 1..128 /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/
RunCommandTarget.Values 1..50 [ 1..256 ]
SageMakerPipelineParameter.Name 1..256 /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/
SageMakerPipelineParameter.Value ..1024
SageMakerPipelineParameters.PipelineParameterList 0..200
Secondary.Route 9..20 /^[\-a-z0-9]+$/
SqsParameters.MessageGroupId ..100
StartReplayRequest.Description ..512 /.*/
StartReplayRequest.EventSourceArn 1..1600 /^arn:aws([a-z]|\-)*:events:([a-z]|\d|\-)*:([0-9]{12})?:.+\/.+$/
StartReplayRequest.ReplayName 1..64 /[\.\-_A-Za-z0-9]+/
Tag.Key 1..128
Tag.Value 0..256
TagResourceRequest.ResourceARN 1..1600
Target.Arn 1..1600
Target.Id 1..64 /[\.\-_A-Za-z0-9]+/
Target.Input ..8192
Target.InputPath ..256
Target.RoleArn 1..1600
TestEventPatternRequest.EventPattern ..4096
UntagResourceRequest.ResourceARN 1..1600
UntagResourceRequest.TagKeys [ 1..128 ]
UpdateApiDestinationRequest.ConnectionArn 1..1600 /^arn:aws([a-z]|\-)*:events:([a-z]|\d|\-)*:([0-9]{12})?:connection\/[\.\-_A-Za-z0-9]+\/[\-A-Za-z0-9]+$/
UpdateApiDestinationRequest.Description ..512 /.*/
UpdateApiDestinationRequest.HttpMethod (POST|GET|HEAD|OPTIONS|PUT|PATCH|DELETE)
UpdateApiDestinationRequest.InvocationEndpoint 1..2048 /^((%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@\x26=+$,A-Za-z0-9])+)([).!';/?:,])?$/
UpdateApiDestinationRequest.InvocationRateLimitPerSecond integer 1..
UpdateApiDestinationRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
UpdateArchiveRequest.ArchiveName 1..48 /[\.\-_A-Za-z0-9]+/
UpdateArchiveRequest.Description ..512 /.*/
UpdateArchiveRequest.EventPattern ..4096
UpdateArchiveRequest.KmsKeyIdentifier ..2048 /^[a-zA-Z0-9_\-/:]*$/
UpdateArchiveRequest.RetentionDays integer 0..
UpdateConnectionApiKeyAuthRequestParameters.ApiKeyName 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
UpdateConnectionApiKeyAuthRequestParameters.ApiKeyValue 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
UpdateConnectionBasicAuthRequestParameters.Password 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
UpdateConnectionBasicAuthRequestParameters.Username 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
UpdateConnectionOAuthClientRequestParameters.ClientID 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
UpdateConnectionOAuthClientRequestParameters.ClientSecret 1..512 /^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$/
UpdateConnectionOAuthRequestParameters.AuthorizationEndpoint 1..2048 /^((%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@\x26=+$,A-Za-z0-9])+)([).!';/?:,])?$/
UpdateConnectionOAuthRequestParameters.HttpMethod (GET|POST|PUT)
UpdateConnectionRequest.AuthorizationType (BASIC|OAUTH_CLIENT_CREDENTIALS|API_KEY)
UpdateConnectionRequest.Description ..512 /.*/
UpdateConnectionRequest.KmsKeyIdentifier ..2048 /^[a-zA-Z0-9_\-/:]*$/
UpdateConnectionRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
UpdateEndpointRequest.Description ..512 /.*/
UpdateEndpointRequest.EventBuses 2..2
UpdateEndpointRequest.Name 1..64 /[\.\-_A-Za-z0-9]+/
UpdateEndpointRequest.RoleArn 1..256 /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/
UpdateEventBusRequest.Description ..512
UpdateEventBusRequest.KmsKeyIdentifier ..2048 /^[a-zA-Z0-9_\-/:]*$/
UpdateEventBusRequest.Name 1..256 /[/\.\-_A-Za-z0-9]+/
`);

// The operations that are served, each with its function.
import type * as Sdk from "@aws-sdk/client-cloudwatch-logs";
import type { Handlers } from "../../wire/handlers.ts";
import { listAnomalies, updateAnomaly } from "./anomalies.ts";
import {
  createLogAnomalyDetector,
  deleteLogAnomalyDetector,
  getLogAnomalyDetector,
  listLogAnomalyDetectors,
  updateLogAnomalyDetector,
} from "./anomaly-detectors.ts";
import { putBearerTokenAuthentication } from "./bearer-tokens.ts";
import {
  createScheduledQuery,
  deleteScheduledQuery,
  getScheduledQuery,
  getScheduledQueryHistory,
  listScheduledQueries,
  updateScheduledQuery,
} from "./scheduled-queries.ts";
import {
  deleteSyslogConfiguration,
  listSyslogConfigurations,
  putSyslogConfiguration,
} from "./syslog-configurations.ts";
import type { LogsContext } from "./context.ts";
import {
  deleteDataProtectionPolicy,
  getDataProtectionPolicy,
  putDataProtectionPolicy,
} from "./data-protection.ts";
import { getLogFields, listAggregateLogGroupSummaries } from "./data-sources.ts";
import { filterLogEvents } from "./filter-log-events.ts";
import { testMetricFilter } from "./filter-patterns.ts";
import { describeLogGroups, listLogGroups } from "./log-group-listings.ts";
import { associateKmsKey, disassociateKmsKey } from "./kms-keys.ts";
import { startLiveTail } from "./live-tail.ts";
import { getLogObject } from "./log-objects.ts";
import { getLogGroupFields, getLogRecord } from "./log-records.ts";
import {
  createLookupTable,
  deleteLookupTable,
  describeLookupTables,
  getLookupTable,
  updateLookupTable,
} from "./lookup-tables.ts";
import { getLogEvents, putLogEvents } from "./log-events.ts";
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  putLogGroupDeletionProtection,
  putRetentionPolicy,
} from "./log-groups.ts";
import { getStorageTierPolicy, putStorageTierPolicy } from "./storage-tiers.ts";
import { createLogStream, deleteLogStream, describeLogStreams } from "./log-streams.ts";
import { describeQueries, getQueryResults, listLogGroupsForQuery, startQuery, stopQuery } from "./queries.ts";
import { deleteQueryDefinition, describeQueryDefinitions, putQueryDefinition } from "./query-definitions.ts";
import { deleteAccountPolicy, describeAccountPolicies, putAccountPolicy } from "./account-policies.ts";
import {
  deleteDestination,
  describeDestinations,
  putDestination,
  putDestinationPolicy,
} from "./destinations.ts";
import {
  deleteSubscriptionFilter,
  describeSubscriptionFilters,
  putSubscriptionFilter,
} from "./subscription-filters.ts";
import { cancelExportTask, createExportTask, describeExportTasks } from "./export-tasks.ts";
import { deleteResourcePolicy, describeResourcePolicies, putResourcePolicy } from "./resource-policies.ts";
import {
  createDelivery,
  deleteDelivery,
  describeConfigurationTemplates,
  describeDeliveries,
  getDelivery,
  updateDeliveryConfiguration,
} from "./deliveries.ts";
import {
  deleteDeliverySource,
  describeDeliverySources,
  getDeliverySource,
  putDeliverySource,
} from "./delivery-sources.ts";
import {
  deleteDeliveryDestination,
  deleteDeliveryDestinationPolicy,
  describeDeliveryDestinations,
  getDeliveryDestination,
  getDeliveryDestinationPolicy,
  putDeliveryDestination,
  putDeliveryDestinationPolicy,
} from "./delivery-destinations.ts";
import {
  associateSourceToS3TableIntegration,
  cancelImportTask,
  createImportTask,
  deleteIntegration,
  describeImportTaskBatches,
  describeImportTasks,
  disassociateSourceFromS3TableIntegration,
  getIntegration,
  listIntegrations,
  listSourcesForS3TableIntegration,
  putIntegration,
} from "./integrations.ts";
import { deleteMetricFilter, describeMetricFilters, putMetricFilter } from "./metric-filters.ts";
import {
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from "./tags.ts";
import {
  deleteIndexPolicy,
  describeFieldIndexes,
  describeIndexPolicies,
  putIndexPolicy,
} from "./index-policies.ts";
import { deleteTransformer, getTransformer, putTransformer, testTransformer } from "./transformers.ts";

export const handlers: Handlers<typeof Sdk, LogsContext> = {
  AssociateKmsKey: associateKmsKey,
  AssociateSourceToS3TableIntegration: associateSourceToS3TableIntegration,
  CancelExportTask: cancelExportTask,
  CancelImportTask: cancelImportTask,
  CreateDelivery: createDelivery,
  CreateExportTask: createExportTask,
  CreateImportTask: createImportTask,
  CreateLogAnomalyDetector: createLogAnomalyDetector,
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  CreateLookupTable: createLookupTable,
  CreateScheduledQuery: createScheduledQuery,
  DeleteScheduledQuery: deleteScheduledQuery,
  GetScheduledQuery: getScheduledQuery,
  GetScheduledQueryHistory: getScheduledQueryHistory,
  ListScheduledQueries: listScheduledQueries,
  UpdateScheduledQuery: updateScheduledQuery,
  DeleteAccountPolicy: deleteAccountPolicy,
  DeleteDataProtectionPolicy: deleteDataProtectionPolicy,
  DeleteDelivery: deleteDelivery,
  DeleteDeliveryDestination: deleteDeliveryDestination,
  DeleteDeliveryDestinationPolicy: deleteDeliveryDestinationPolicy,
  DeleteDeliverySource: deleteDeliverySource,
  DeleteDestination: deleteDestination,
  DeleteIndexPolicy: deleteIndexPolicy,
  DeleteIntegration: deleteIntegration,
  DeleteLogAnomalyDetector: deleteLogAnomalyDetector,
  DeleteLogGroup: deleteLogGroup,
  DeleteLogStream: deleteLogStream,
  DeleteLookupTable: deleteLookupTable,
  DeleteMetricFilter: deleteMetricFilter,
  DeleteQueryDefinition: deleteQueryDefinition,
  DeleteResourcePolicy: deleteResourcePolicy,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DeleteSubscriptionFilter: deleteSubscriptionFilter,
  DeleteSyslogConfiguration: deleteSyslogConfiguration,
  DeleteTransformer: deleteTransformer,
  DescribeAccountPolicies: describeAccountPolicies,
  DescribeConfigurationTemplates: describeConfigurationTemplates,
  DescribeDeliveries: describeDeliveries,
  DescribeDeliveryDestinations: describeDeliveryDestinations,
  DescribeDeliverySources: describeDeliverySources,
  DescribeDestinations: describeDestinations,
  DescribeExportTasks: describeExportTasks,
  DescribeFieldIndexes: describeFieldIndexes,
  DescribeImportTaskBatches: describeImportTaskBatches,
  DescribeImportTasks: describeImportTasks,
  DescribeIndexPolicies: describeIndexPolicies,
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  DescribeLookupTables: describeLookupTables,
  DescribeMetricFilters: describeMetricFilters,
  DescribeQueries: describeQueries,
  DescribeQueryDefinitions: describeQueryDefinitions,
  DescribeResourcePolicies: describeResourcePolicies,
  DescribeSubscriptionFilters: describeSubscriptionFilters,
  DisassociateKmsKey: disassociateKmsKey,
  DisassociateSourceFromS3TableIntegration: disassociateSourceFromS3TableIntegration,
  FilterLogEvents: filterLogEvents,
  GetDataProtectionPolicy: getDataProtectionPolicy,
  GetDelivery: getDelivery,
  GetDeliveryDestination: getDeliveryDestination,
  GetDeliveryDestinationPolicy: getDeliveryDestinationPolicy,
  GetDeliverySource: getDeliverySource,
  GetIntegration: getIntegration,
  GetLogAnomalyDetector: getLogAnomalyDetector,
  GetLogEvents: getLogEvents,
  GetLogFields: getLogFields,
  GetLogGroupFields: getLogGroupFields,
  GetLogObject: getLogObject,
  GetLogRecord: getLogRecord,
  GetLookupTable: getLookupTable,
  GetQueryResults: getQueryResults,
  GetStorageTierPolicy: getStorageTierPolicy,
  GetTransformer: getTransformer,
  ListAggregateLogGroupSummaries: listAggregateLogGroupSummaries,
  ListAnomalies: listAnomalies,
  ListIntegrations: listIntegrations,
  ListLogAnomalyDetectors: listLogAnomalyDetectors,
  ListLogGroups: listLogGroups,
  ListLogGroupsForQuery: listLogGroupsForQuery,
  ListSourcesForS3TableIntegration: listSourcesForS3TableIntegration,
  ListSyslogConfigurations: listSyslogConfigurations,
  ListTagsForResource: listTagsForResource,
  ListTagsLogGroup: listTagsLogGroup,
  PutAccountPolicy: putAccountPolicy,
  PutBearerTokenAuthentication: putBearerTokenAuthentication,
  PutDataProtectionPolicy: putDataProtectionPolicy,
  PutDeliveryDestination: putDeliveryDestination,
  PutDeliveryDestinationPolicy: putDeliveryDestinationPolicy,
  PutDeliverySource: putDeliverySource,
  PutDestination: putDestination,
  PutDestinationPolicy: putDestinationPolicy,
  PutIndexPolicy: putIndexPolicy,
  PutIntegration: putIntegration,
  PutLogEvents: putLogEvents,
  PutLogGroupDeletionProtection: putLogGroupDeletionProtection,
  PutMetricFilter: putMetricFilter,
  PutQueryDefinition: putQueryDefinition,
  PutResourcePolicy: putResourcePolicy,
  PutStorageTierPolicy: putStorageTierPolicy,
  PutRetentionPolicy: putRetentionPolicy,
  PutSubscriptionFilter: putSubscriptionFilter,
  PutSyslogConfiguration: putSyslogConfiguration,
  PutTransformer: putTransformer,
  StartLiveTail: startLiveTail,
  StartQuery: startQuery,
  StopQuery: stopQuery,
  TagLogGroup: tagLogGroup,
  TagResource: tagResource,
  TestMetricFilter: testMetricFilter,
  TestTransformer: testTransformer,
  UntagLogGroup: untagLogGroup,
  UntagResource: untagResource,
  UpdateAnomaly: updateAnomaly,
  UpdateDeliveryConfiguration: updateDeliveryConfiguration,
  UpdateLogAnomalyDetector: updateLogAnomalyDetector,
  UpdateLookupTable: updateLookupTable,
};

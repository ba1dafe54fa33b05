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
import { filterLogEvents } from "./filter-log-events.ts";
import { testMetricFilter } from "./filter-patterns.ts";
import { describeLogGroups, listLogGroups } from "./log-group-listings.ts";
import { startLiveTail } from "./live-tail.ts";
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
  CancelExportTask: cancelExportTask,
  CreateExportTask: createExportTask,
  CreateLogAnomalyDetector: createLogAnomalyDetector,
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  CreateLookupTable: createLookupTable,
  DeleteLookupTable: deleteLookupTable,
  DescribeLookupTables: describeLookupTables,
  GetLookupTable: getLookupTable,
  UpdateLookupTable: updateLookupTable,
  DeleteDataProtectionPolicy: deleteDataProtectionPolicy,
  DeleteIndexPolicy: deleteIndexPolicy,
  DeleteAccountPolicy: deleteAccountPolicy,
  DeleteDestination: deleteDestination,
  DeleteLogAnomalyDetector: deleteLogAnomalyDetector,
  DeleteLogGroup: deleteLogGroup,
  DeleteLogStream: deleteLogStream,
  DeleteMetricFilter: deleteMetricFilter,
  DeleteQueryDefinition: deleteQueryDefinition,
  DeleteResourcePolicy: deleteResourcePolicy,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DeleteSubscriptionFilter: deleteSubscriptionFilter,
  DeleteTransformer: deleteTransformer,
  DescribeFieldIndexes: describeFieldIndexes,
  DescribeIndexPolicies: describeIndexPolicies,
  DescribeAccountPolicies: describeAccountPolicies,
  DescribeDestinations: describeDestinations,
  DescribeExportTasks: describeExportTasks,
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  DescribeMetricFilters: describeMetricFilters,
  DescribeQueries: describeQueries,
  DescribeQueryDefinitions: describeQueryDefinitions,
  DescribeResourcePolicies: describeResourcePolicies,
  DescribeSubscriptionFilters: describeSubscriptionFilters,
  FilterLogEvents: filterLogEvents,
  GetDataProtectionPolicy: getDataProtectionPolicy,
  GetLogAnomalyDetector: getLogAnomalyDetector,
  GetLogEvents: getLogEvents,
  GetLogGroupFields: getLogGroupFields,
  GetLogRecord: getLogRecord,
  GetQueryResults: getQueryResults,
  GetTransformer: getTransformer,
  ListAnomalies: listAnomalies,
  ListLogAnomalyDetectors: listLogAnomalyDetectors,
  ListLogGroupsForQuery: listLogGroupsForQuery,
  ListLogGroups: listLogGroups,
  ListTagsForResource: listTagsForResource,
  ListTagsLogGroup: listTagsLogGroup,
  DeleteSyslogConfiguration: deleteSyslogConfiguration,
  ListSyslogConfigurations: listSyslogConfigurations,
  PutSyslogConfiguration: putSyslogConfiguration,
  PutBearerTokenAuthentication: putBearerTokenAuthentication,
  PutDataProtectionPolicy: putDataProtectionPolicy,
  PutIndexPolicy: putIndexPolicy,
  PutAccountPolicy: putAccountPolicy,
  PutDestination: putDestination,
  PutDestinationPolicy: putDestinationPolicy,
  PutLogEvents: putLogEvents,
  PutLogGroupDeletionProtection: putLogGroupDeletionProtection,
  PutMetricFilter: putMetricFilter,
  PutQueryDefinition: putQueryDefinition,
  PutResourcePolicy: putResourcePolicy,
  PutRetentionPolicy: putRetentionPolicy,
  PutTransformer: putTransformer,
  PutSubscriptionFilter: putSubscriptionFilter,
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
  UpdateLogAnomalyDetector: updateLogAnomalyDetector,
};

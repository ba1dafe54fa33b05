// The operations that are served, each with its function.
import type * as Sdk from "@aws-sdk/client-cloudwatch";
import type { Handlers } from "../../wire/handlers.ts";
import type { CloudWatchContext } from "./context.ts";
import { describeAlarmHistory } from "./alarm-history.ts";
import {
  deleteAlarmMuteRule,
  getAlarmMuteRule,
  listAlarmMuteRules,
  putAlarmMuteRule,
} from "./alarm-mute-rules.ts";
import { deleteAnomalyDetector, describeAnomalyDetectors, putAnomalyDetector } from "./anomaly-detectors.ts";
import { disableAlarmActions, enableAlarmActions, setAlarmState } from "./alarm-states.ts";
import { associateDatasetKmsKey, disassociateDatasetKmsKey, getDataset } from "./datasets.ts";
import { deleteDashboards, getDashboard, listDashboards, putDashboard } from "./dashboards.ts";
import { deleteAlarms } from "./delete-alarms.ts";
import { describeAlarmContributors, describeAlarms, describeAlarmsForMetric } from "./describe-alarms.ts";
import { getMetricData } from "./get-metric-data.ts";
import { getMetricStatistics } from "./get-metric-statistics.ts";
import { getMetricWidgetImage } from "./get-metric-widget-image.ts";
import { getInsightRuleReport } from "./insight-rule-report.ts";
import {
  deleteInsightRules,
  describeInsightRules,
  disableInsightRules,
  enableInsightRules,
  putInsightRule,
} from "./insight-rules.ts";
import { listManagedInsightRules, putManagedInsightRules } from "./managed-insight-rules.ts";
import { listMetrics } from "./list-metrics.ts";
import {
  deleteMetricStream,
  getMetricStream,
  listMetricStreams,
  putMetricStream,
  startMetricStreams,
  stopMetricStreams,
} from "./metric-streams.ts";
import { putCompositeAlarm } from "./put-composite-alarm.ts";
import { putLogAlarm } from "./put-log-alarm.ts";
import { putMetricAlarm } from "./put-metric-alarm.ts";
import { putMetricData } from "./put-metric-data.ts";
import { listTagsForResource, tagResource, untagResource } from "./tags.ts";
import {
  createResourceMetricsConfiguration,
  getOTelEnrichment,
  noResourceMetricsConfiguration,
  startOTelEnrichment,
  stopOTelEnrichment,
  updateOTelEnrichment,
} from "./vended-metrics.ts";

export const handlers: Handlers<typeof Sdk, CloudWatchContext> = {
  AssociateDatasetKmsKey: associateDatasetKmsKey,
  CreateResourceMetricsConfiguration: createResourceMetricsConfiguration,
  DeleteAlarmMuteRule: deleteAlarmMuteRule,
  DeleteAlarms: deleteAlarms,
  DeleteAnomalyDetector: deleteAnomalyDetector,
  DeleteDashboards: deleteDashboards,
  DeleteInsightRules: deleteInsightRules,
  DeleteMetricStream: deleteMetricStream,
  DeleteResourceMetricsConfiguration: noResourceMetricsConfiguration,
  DescribeAlarmContributors: describeAlarmContributors,
  DescribeAlarmHistory: describeAlarmHistory,
  DescribeAlarms: describeAlarms,
  DescribeAlarmsForMetric: describeAlarmsForMetric,
  DescribeAnomalyDetectors: describeAnomalyDetectors,
  DescribeInsightRules: describeInsightRules,
  DisableAlarmActions: disableAlarmActions,
  DisableInsightRules: disableInsightRules,
  DisassociateDatasetKmsKey: disassociateDatasetKmsKey,
  EnableAlarmActions: enableAlarmActions,
  EnableInsightRules: enableInsightRules,
  GetAlarmMuteRule: getAlarmMuteRule,
  GetDashboard: getDashboard,
  GetDataset: getDataset,
  GetInsightRuleReport: getInsightRuleReport,
  GetMetricData: getMetricData,
  GetMetricStatistics: getMetricStatistics,
  GetMetricStream: getMetricStream,
  GetMetricWidgetImage: getMetricWidgetImage,
  GetOTelEnrichment: getOTelEnrichment,
  GetResourceMetricsConfiguration: noResourceMetricsConfiguration,
  ListAlarmMuteRules: listAlarmMuteRules,
  ListDashboards: listDashboards,
  ListManagedInsightRules: listManagedInsightRules,
  ListMetrics: listMetrics,
  ListMetricStreams: listMetricStreams,
  ListTagsForResource: listTagsForResource,
  PutAlarmMuteRule: putAlarmMuteRule,
  PutAnomalyDetector: putAnomalyDetector,
  PutCompositeAlarm: putCompositeAlarm,
  PutDashboard: putDashboard,
  PutLogAlarm: putLogAlarm,
  PutInsightRule: putInsightRule,
  PutManagedInsightRules: putManagedInsightRules,
  PutMetricAlarm: putMetricAlarm,
  PutMetricData: putMetricData,
  PutMetricStream: putMetricStream,
  SetAlarmState: setAlarmState,
  StartMetricStreams: startMetricStreams,
  StartOTelEnrichment: startOTelEnrichment,
  StopMetricStreams: stopMetricStreams,
  StopOTelEnrichment: stopOTelEnrichment,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateOTelEnrichment: updateOTelEnrichment,
  UpdateResourceMetricsConfiguration: noResourceMetricsConfiguration,
};

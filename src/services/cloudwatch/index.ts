// The CloudWatch API: metrics in, listed and read back, alarms on them and dashboards of them.
import * as sdk from "@aws-sdk/client-cloudwatch";
import { metricRequestBytes } from "../../core/metrics/limits.ts";
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import { describeAlarmHistory } from "./alarm-history.ts";
import {
  deleteAlarmMuteRule,
  getAlarmMuteRule,
  listAlarmMuteRules,
  putAlarmMuteRule,
} from "./alarm-mute-rules.ts";
import { disableAlarmActions, enableAlarmActions, setAlarmState } from "./alarm-states.ts";
import type { CloudWatchContext } from "./context.ts";
import { associateDatasetKmsKey, disassociateDatasetKmsKey, getDataset } from "./datasets.ts";
import { deleteDashboards, getDashboard, listDashboards, putDashboard } from "./dashboards.ts";
import { deleteAlarms } from "./delete-alarms.ts";
import { describeAlarmContributors, describeAlarms, describeAlarmsForMetric } from "./describe-alarms.ts";
import { getMetricData } from "./get-metric-data.ts";
import { getMetricStatistics } from "./get-metric-statistics.ts";
import { getMetricWidgetImage } from "./get-metric-widget-image.ts";
import { limits } from "./limits.ts";
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

export function createCloudWatchService(dependencies: Dependencies): Service {
  dependencies.facts.listen("WorldReset", () => dependencies.metrics.forget());
  return defineService<typeof sdk, CloudWatchContext>({
    name: "cloudwatch",
    sdk,
    limits,
    handlers: {
      AssociateDatasetKmsKey: associateDatasetKmsKey,
      CreateResourceMetricsConfiguration: createResourceMetricsConfiguration,
      DeleteAlarmMuteRule: deleteAlarmMuteRule,
      DeleteAlarms: deleteAlarms,
      DeleteDashboards: deleteDashboards,
      DeleteMetricStream: deleteMetricStream,
      DeleteResourceMetricsConfiguration: noResourceMetricsConfiguration,
      DescribeAlarmContributors: describeAlarmContributors,
      DescribeAlarmHistory: describeAlarmHistory,
      DescribeAlarms: describeAlarms,
      DescribeAlarmsForMetric: describeAlarmsForMetric,
      DisableAlarmActions: disableAlarmActions,
      DisassociateDatasetKmsKey: disassociateDatasetKmsKey,
      EnableAlarmActions: enableAlarmActions,
      GetAlarmMuteRule: getAlarmMuteRule,
      GetDashboard: getDashboard,
      GetDataset: getDataset,
      GetMetricData: getMetricData,
      GetMetricStatistics: getMetricStatistics,
      GetMetricStream: getMetricStream,
      GetMetricWidgetImage: getMetricWidgetImage,
      GetOTelEnrichment: getOTelEnrichment,
      GetResourceMetricsConfiguration: noResourceMetricsConfiguration,
      ListAlarmMuteRules: listAlarmMuteRules,
      ListDashboards: listDashboards,
      ListMetrics: listMetrics,
      ListMetricStreams: listMetricStreams,
      ListTagsForResource: listTagsForResource,
      PutAlarmMuteRule: putAlarmMuteRule,
      PutCompositeAlarm: putCompositeAlarm,
      PutDashboard: putDashboard,
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
    },
    requestBytes: metricRequestBytes,
    limitations: {
      AssociateDatasetKmsKey: ["there is no key management, so every key is not found"],
      CreateResourceMetricsConfiguration: [
        "there are no AWS resources, so every resource is not found; so it is with the other three",
      ],
      StartOTelEnrichment: ["is refused: there are no vended metrics and no tags of resources"],
      PutMetricAlarm: ["alarms on PromQL queries (`EvaluationCriteria`) are refused"],
      GetMetricData: [
        "`ANOMALY_DETECTION_BAND` finds no model and `INSIGHT_RULE_METRIC` no rule",
        "`DB_PERF_INSIGHTS`, `SERVICE_QUOTA`, `LAMBDA` and labels that are tags of resources are refused",
        "`AccountId` is the caller's own: there are no linked accounts",
        "percentiles and trimmed statistics are right to one per cent",
      ],
      GetMetricStatistics: ["percentiles and trimmed statistics are right to one per cent"],
      GetMetricWidgetImage: [
        "`OutputFormat` is `png`; tables, alarms as annotations and metrics of several regions are refused",
        "letters are drawn for the Latin, Greek and Cyrillic scripts",
      ],
      ListMetrics: ["`IncludeLinkedAccounts` finds nothing beyond the caller's own account"],
      PutMetricStream: [
        "records go where `--stream-targets` says, else into the data folder; the role is not used",
        "`IncludeLinkedAccountsMetrics` adds nothing: there are no linked accounts",
      ],
      PutMetricData: [
        "`EntityMetricData` is stored without its `Entity`",
        "an `Entity` that is not valid refuses the call also without `StrictEntityValidation`",
      ],
    },
    contextOf: (call) => ({ call, dependencies }),
  });
}

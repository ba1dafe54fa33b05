// What the operations of CloudWatch refuse, or do otherwise than AWS; the documentation shows it.

export const limitations = {
  AssociateDatasetKmsKey: ["is refused: keys encrypt log groups, and no metric data"],
  CreateResourceMetricsConfiguration: [
    "there are no AWS resources, so every resource is not found; so it is with the other three",
  ],
  StartOTelEnrichment: ["is refused: there are no vended metrics and no tags of resources"],
  PutAnomalyDetector: ["the model is our own (docs/anomaly-detection.md), the same for all namespaces"],
  PutLogAlarm: [
    "roles are kept and not assumed; log lines stand in the notification as `LogLines` (docs/alarms.md)",
    "the query behind the alarm is not listed as a scheduled query; DescribeQueries lists its runs",
  ],
  GetInsightRuleReport: [
    "is computed from the log events that are kept, so it is exact but for the number of contributors",
  ],
  PutManagedInsightRules: [
    "templates are those of VPC endpoint services, whose rules find nothing: no traffic comes by here",
  ],
  PutMetricAlarm: [
    "PromQL queries see histograms as `_bucket`, `_sum` and `_count` (docs/alarms.md)",
    "`AccountId` names an account of `--linked-accounts`",
    "actions other than topics go where `--action-targets` says, and fail without it (docs/actions.md)",
    "the agent's dimension `host` names a machine for EC2 actions as `InstanceId` does",
  ],
  GetMetricData: [
    "`DB_PERF_INSIGHTS`, `SERVICE_QUOTA` and labels that are tags of resources are refused",
    "`LAMBDA` invokes functions where `--service-endpoints` says that Lambda is (docs/data-sources.md)",
    "`AccountId` names an account of `--linked-accounts`; searches and queries read all of them",
    "percentiles and trimmed statistics are right to one per cent",
  ],
  GetMetricStatistics: ["percentiles and trimmed statistics are right to one per cent"],
  GetMetricWidgetImage: [
    "`OutputFormat` is `png`; tables and metrics of several regions are refused",
    "letters are drawn for the Latin, Greek and Cyrillic scripts",
  ],
  ListMetrics: ["linked accounts are those of `--linked-accounts`; a page has metrics of one account"],
  PutMetricStream: [
    "records go where `--stream-targets` says, else into the data folder; the role is not used",
    "`IncludeLinkedAccountsMetrics` is about the accounts of `--linked-accounts`",
  ],
  PutMetricData: [
    "`EntityMetricData` is stored without its `Entity`",
    "an `Entity` that is not valid refuses the call also without `StrictEntityValidation`",
  ],
};

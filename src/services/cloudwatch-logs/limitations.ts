// What the operations of CloudWatch Logs refuse, or do otherwise than AWS; the documentation shows it.

export const limitations = {
  AssociateKmsKey: ["keys are made by CreateKey of our own service: docs/log-encryption.md"],
  CreateLogAnomalyDetector: [
    "deviations of a pattern's count and patterns that are new are found; those of values within a pattern " +
      "are not",
  ],
  CreateLogGroup: [
    "queries serve groups of every class with all commands, and the embedded metric format works in all",
  ],
  CreateExportTask: [
    "the bucket is one of the data folder's, and every valid name of one will do",
    "messages are exported as readers see them: with sensitive data masked",
  ],
  CreateDelivery: [
    "a delivery is kept and shown: no resource here has logs to deliver",
    "any `recordFields`, `fieldDelimiter` and variables of `suffixPath` will do",
  ],
  PutDeliverySource: ["any service's ARN and any `logType` will do"],
  PutDeliveryDestination: ["whether the bucket, group or stream is there is not asked"],
  CreateImportTask: ["there are no event data stores to import from"],
  DescribeConfigurationTemplates: ["there are none: no resource here has logs to deliver"],
  PutIntegration: ["always refused: OpenSearch collections cannot be made here"],
  AssociateSourceToS3TableIntegration: ["there are no integrations with S3 tables"],
  PutResourcePolicy: [
    "nothing is decided by a policy: it is for services of AWS that put log events, of which there are " +
      "none here; AWS too leaves users and accounts to IAM",
  ],
  DescribeLogGroups: ["linked accounts are those of `--linked-accounts`; the caller's own come first"],
  ListLogGroups: [
    "`dataSources` compares with the tags, as GetLogFields does",
    "linked accounts are those of `--linked-accounts`; the caller's own come first",
  ],
  GetLogFields: [
    "data sources are those that log groups name by the tags `cw:datasource:name` and `cw:datasource:type`",
    "fields and types are those of the newest 200 JSON events of each of 50 groups",
  ],
  GetLogObject: [
    "events are not cut, so the objects are the events themselves, by their `@ptr`",
    "clients must not put `stream-` before the host name (see the README)",
    "any caller may `unmask`",
  ],
  ListAggregateLogGroupSummaries: ["data sources as in GetLogFields; there is no `dataSource.Format`"],
  PutStorageTierPolicy: ["`INTELLIGENT_TIERING` is refused: there is one tier"],
  GetLogEvents: ["any caller may `unmask`"],
  FilterLogEvents: ["any caller may `unmask`"],
  PutMetricFilter: [
    "a filter is not disabled when its dimensions have 1,000 different values within an hour: events with " +
      "further ones are not counted until the hour is over",
    "a restart within a minute may report the default value although an event matched before it",
  ],
  PutAccountPolicy: [
    "the document of a `METRIC_EXTRACTION_POLICY` may be any JSON object: AWS publishes no form of it, and " +
      "a policy always turns metrics off for the groups of its criteria",
  ],
  PutDestinationPolicy: [
    "conditions are evaluated for the account, as its root: organizations are not known, so one that asks " +
      "for `aws:PrincipalOrgID` does not hold, nor does one for an address",
    "`forceUpdate` changes nothing",
  ],
  PutSubscriptionFilter: [
    "streams, functions and search domains are reached at the endpoints of `--service-endpoints`, with " +
      "the keys there: `roleArn` is kept and not assumed",
    "beyond AWS: `destinationArn` may be the ARN of an OpenSearch domain or an `http` or `https` address, " +
      "and streams and functions may be those of another account",
    "a target that says AccessDeniedException or ResourceNotFoundException is asked again for a day, like " +
      "whatever fails: AWS skips events for ten minutes",
  ],
  GetLogRecord: ["any caller may `unmask`"],
  PutDataProtectionPolicy: [
    "the data identifiers `Address` and `Name` are refused",
    "findings to S3 go to a bucket of this server, those to Firehose to the one of `--service-endpoints`",
  ],
  PutTransformer: ["`parseToOCSF` of `VPCFlow` reads records of the default format only"],
  GetQueryResults: [
    "while a query is `Running`, results and `recordsMatched` are those of the newest sixteenth of the " +
      "time of its events; only over a million, and not with `anomaly`, `diff`, `join` or queries in it",
    "why a query failed is told by `StreamQueryResults` of our own service",
  ],
  StartQuery: [
    "any caller may `unmask`",
    "`PPL` and `SQL` are subsets: docs/insights.md; what is not in them is a MalformedQueryException with " +
      "its position",
    "log groups of other accounts are found when `--linked-accounts` lets the caller's account read them",
  ],
  CreateScheduledQuery: [
    "buckets of other accounts and a bucket's `kmsKeyId` are refused: a bucket is a folder of the blobs, " +
      "and nothing would decrypt its files",
    "without `startTimeOffset` the hour before the run is read",
  ],
  UpdateScheduledQuery: ["as CreateScheduledQuery"],
  StartLiveTail: ["clients must not put `stream-` before the host name (see the README)"],
  PutSyslogConfiguration: [
    "messages that come to `--syslog-port` go to all configured groups of the server's own account and " +
      "region; `vpcEndpointId` is only a label",
  ],
  PutBearerTokenAuthentication: ["tokens come from the operation CreateAccessKey of our own service"],
} as const;

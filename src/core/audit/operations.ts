// What the audit knows of operations: which only read, and which belong to the data plane.
import { auditLimits } from "./limits.ts";

/** The input or output of a call, by member names as the SDK writes them. */
export type CallValues = Readonly<Record<string, unknown>>;

const readingVerb = /^(Get|List|Describe|BatchGet|Lookup|Filter|Test|Search)/;

/** Operations that only read although their verb does not say so; IAM's access levels agree. */
const readingOperations: ReadonlySet<string> = new Set([
  "cloudtrail:GenerateQuery",
  "cloudtrail:StartQuery",
  "groundwatch:StreamQueryResults",
  "logs:StartLiveTail",
  "logs:StartQuery",
  "logs:StopQuery",
  "schemas:ExportSchema",
  "xray:CancelTraceRetrieval",
  "xray:StartTraceRetrieval",
]);

/** `service` is the signing name: `logs`. */
export function isReadOnly(service: string, operation: string): boolean {
  return readingVerb.test(operation) || readingOperations.has(`${service}:${operation}`);
}

/** A data-plane operation; its record names what was touched, never what was sent. */
export interface DataOperation {
  /** The CloudTrail type of the resources that it touches. */
  readonly resourceType: string;
  /** The requestParameters; absent, all members are recorded. */
  readonly parameters?: (input: CallValues) => CallValues;
  /** The responseElements of an operation that writes; absent means null. */
  readonly response?: (output: CallValues) => CallValues;
}

const metric: DataOperation = { resourceType: "AWS::CloudWatch::Metric" };
const logGroup: DataOperation = { resourceType: "AWS::Logs::LogGroup" };
const eventBus: DataOperation = { resourceType: "AWS::Events::EventBus" };
const trace: DataOperation = { resourceType: "AWS::XRay::Trace" };
/** Bodies and attributes of messages are what was sent; AWS hides them too. */
const queue: DataOperation = {
  resourceType: "AWS::SQS::Queue",
  parameters: ({ QueueUrl }) => ({ queueUrl: QueueUrl }),
};
const topic: DataOperation = {
  resourceType: "AWS::SNS::Topic",
  parameters: ({ TopicArn, TargetArn }) => ({ topicArn: TopicArn ?? TargetArn }),
};

/**
 * AWS's lists of data events
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/logging_cw_api_calls.html#CloudWatch-data-plane-events,
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-cloudtrail.html#cloudtrail-data-events,
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/logging-using-cloudtrail.html), and what AWS
 * does not record at all because there is so much of it: reading and writing log events and bus events.
 */
const dataOperations: Readonly<Record<string, DataOperation>> = {
  "monitoring:GetMetricData": metric,
  "monitoring:GetMetricStatistics": metric,
  "monitoring:GetMetricWidgetImage": metric,
  "monitoring:ListMetrics": metric,
  "monitoring:PutMetricData": { ...metric, parameters: ({ Namespace }) => ({ namespace: Namespace }) },
  "logs:FilterLogEvents": logGroup,
  "logs:GetLogEvents": logGroup,
  "logs:GetLogObject": logGroup,
  "logs:GetLogRecord": logGroup,
  "logs:GetQueryResults": logGroup,
  "logs:StartLiveTail": logGroup,
  "logs:PutLogEvents": {
    ...logGroup,
    parameters: ({ logGroupName, logStreamName }) => ({ logGroupName, logStreamName }),
  },
  "events:PutEvents": { ...eventBus, parameters: entriesOf, response: eventIdsOf },
  "events:PutPartnerEvents": { ...eventBus, parameters: entriesOf, response: eventIdsOf },
  "sns:Publish": topic,
  "sns:PublishBatch": topic,
  "sqs:ChangeMessageVisibility": queue,
  "sqs:ChangeMessageVisibilityBatch": queue,
  "sqs:DeleteMessage": queue,
  "sqs:DeleteMessageBatch": queue,
  "sqs:ReceiveMessage": queue,
  "sqs:SendMessage": queue,
  "sqs:SendMessageBatch": queue,
  "xray:BatchGetTraces": trace,
  "xray:GetSamplingTargets": trace,
  "xray:GetServiceGraph": trace,
  "xray:GetTimeSeriesServiceStatistics": trace,
  "xray:GetTraceGraph": trace,
  "xray:GetTraceSummaries": trace,
  "xray:PutTelemetryRecords": trace,
  "xray:PutTraceSegments": { ...trace, parameters: traceIdsOf, response: unprocessedOf },
};

/** Undefined for an operation of the management plane. */
export function dataOperation(service: string, operation: string): DataOperation | undefined {
  return dataOperations[`${service}:${operation}`];
}

/**
 * What the record of a call of the data plane says of its input; undefined where it may say everything.
 * `service` is the signing name.
 */
export function recordedInput(service: string, operation: string, input: CallValues): CallValues | undefined {
  return dataOperation(service, operation)?.parameters?.(input);
}

function itemsOf(value: unknown): readonly CallValues[] {
  return Array.isArray(value) ? value : [];
}

function entriesOf({ Entries }: CallValues): CallValues {
  return {
    entries: itemsOf(Entries).map((entry) => ({
      eventBusName: entry["EventBusName"],
      source: entry["Source"],
      detailType: entry["DetailType"],
    })),
  };
}

function eventIdsOf({ FailedEntryCount, Entries }: CallValues): CallValues {
  return {
    failedEntryCount: FailedEntryCount,
    entries: itemsOf(Entries).map((entry) => ({
      eventId: entry["EventId"],
      errorCode: entry["ErrorCode"],
      errorMessage: entry["ErrorMessage"],
    })),
  };
}

const traceIdMember = /"trace_id"\s*:\s*"([0-9a-fA-F-]{1,35})"/;

/** AWS records the documents as their trace ids. */
function traceIdsOf({ TraceSegmentDocuments }: CallValues): CallValues {
  const documents: readonly unknown[] = Array.isArray(TraceSegmentDocuments) ? TraceSegmentDocuments : [];
  return {
    traceSegmentDocuments: documents
      .slice(0, auditLimits.recordedTraceIds)
      .map((document) => `trace_id:${traceIdMember.exec(String(document))?.[1] ?? ""}`),
  };
}

function unprocessedOf({ UnprocessedTraceSegments }: CallValues): CallValues {
  return {
    unprocessedTraceSegments: itemsOf(UnprocessedTraceSegments).map((problem) => ({
      id: problem["Id"],
      errorCode: problem["ErrorCode"],
      message: problem["Message"],
    })),
  };
}

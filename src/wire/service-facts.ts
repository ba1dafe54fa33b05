// What the SDK's schemas do not say about a service: one entry each.
import type { ProtocolName } from "./shapes.ts";

/** Where it is not the validation error. */
export interface MissingParameter {
  readonly error: string;
  /** Names of structures: `PutMetricDataInput`. */
  readonly inputs: ReadonlySet<string>;
}

export interface ServiceFacts {
  /** The SDK package's suffix: `cloudwatch-logs`. */
  readonly name: string;
  /** The name in a signature's credential scope: `logs`. */
  readonly signingName: string;
  /** What stands before the dot in X-Amz-Target: `Logs_20140328`. */
  readonly target: string;
  /** awsQuery's Version: `2010-08-01`. */
  readonly version: string;
  readonly xmlNamespace: string;
  readonly protocols: readonly ProtocolName[];
  /** The error that a broken constraint answers, by its name under JSON. */
  readonly validationError: string;
  /** The error for a required parameter that is not there, and the inputs for which it is that. */
  readonly missingParameter?: MissingParameter;
  /** The namespace of error names, where the service sends it. */
  readonly errorNamespace?: string;
  /** Sends awsQuery's error codes beside its own: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
  readonly queryCompatible?: boolean;
  /** The member that an awsQuery request may give as its path instead: SQS's `QueueUrl`. */
  readonly pathMember?: string;
}

const known: readonly ServiceFacts[] = [
  {
    name: "cloudwatch",
    signingName: "monitoring",
    target: "GraniteServiceVersion20100801",
    version: "2010-08-01",
    xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    protocols: ["awsJson1.0", "awsQuery", "rpcv2Cbor"],
    validationError: "ValidationException",
    missingParameter: {
      error: "MissingRequiredParameterException",
      // Those whose pages have it: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
      inputs: new Set([
        "DeleteAnomalyDetectorInput",
        "DeleteInsightRulesInput",
        "DeleteMetricStreamInput",
        "DisableInsightRulesInput",
        "EnableInsightRulesInput",
        "GetInsightRuleReportInput",
        "GetMetricStatisticsInput",
        "GetMetricStreamInput",
        "ListManagedInsightRulesInput",
        "PutAnomalyDetectorInput",
        "PutInsightRuleInput",
        "PutManagedInsightRulesInput",
        "PutMetricDataInput",
        "PutMetricStreamInput",
        "StartMetricStreamsInput",
        "StopMetricStreamsInput",
      ]),
    },
    errorNamespace: "com.amazonaws.cloudwatch",
    queryCompatible: true,
  },
  {
    name: "cloudwatch-logs",
    signingName: "logs",
    target: "Logs_20140328",
    version: "2014-03-28",
    xmlNamespace: "http://monitoring.amazonaws.com/doc/2014-03-28/",
    protocols: ["awsJson1.1"],
    validationError: "InvalidParameterException",
  },
  {
    name: "eventbridge",
    signingName: "events",
    target: "AWSEvents",
    version: "2015-10-07",
    xmlNamespace: "http://events.amazonaws.com/doc/2015-10-07",
    protocols: ["awsJson1.1"],
    validationError: "ValidationException",
  },
  {
    name: "schemas",
    signingName: "schemas",
    target: "schemas",
    version: "2019-12-02",
    xmlNamespace: "",
    protocols: ["restJson1"],
    validationError: "BadRequestException",
  },
  {
    name: "xray",
    signingName: "xray",
    target: "AWSXRay",
    version: "2016-04-12",
    xmlNamespace: "",
    protocols: ["restJson1"],
    validationError: "InvalidRequestException",
  },
  {
    name: "cloudtrail",
    signingName: "cloudtrail",
    target: "CloudTrail_20131101",
    version: "2013-11-01",
    xmlNamespace: "http://cloudtrail.amazonaws.com/doc/2013-11-01/",
    protocols: ["awsJson1.1"],
    validationError: "ValidationException",
  },
  {
    name: "sns",
    signingName: "sns",
    target: "AmazonSimpleNotificationService",
    version: "2010-03-31",
    xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
    protocols: ["awsQuery"],
    validationError: "InvalidParameterException",
  },
  {
    name: "sqs",
    signingName: "sqs",
    target: "AmazonSQS",
    version: "2012-11-05",
    xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/",
    protocols: ["awsJson1.0", "awsQuery"],
    validationError: "ValidationException",
    errorNamespace: "com.amazonaws.sqs",
    queryCompatible: true,
    pathMember: "QueueUrl",
  },
];

/** @throws Error for a service that is not in the table. */
export function factsOf(name: string): ServiceFacts {
  const facts = known.find((candidate) => candidate.name === name);
  if (facts === undefined) throw new Error(`no facts are known of the service ${name}`);
  return facts;
}

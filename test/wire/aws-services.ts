// The services of AWS, as the tests of the wire need them.
import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import * as schemas from "@aws-sdk/client-schemas";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import * as xray from "@aws-sdk/client-xray";
import { limits as cloudtrailLimits } from "../../src/services/cloudtrail/limits.ts";
import { limits as logsLimits } from "../../src/services/cloudwatch-logs/limits.ts";
import { limits as cloudwatchLimits } from "../../src/services/cloudwatch/limits.ts";
import { limits as eventbridgeLimits } from "../../src/services/eventbridge/limits.ts";
import { limits as schemasLimits } from "../../src/services/schemas/limits.ts";
import { limits as snsLimits } from "../../src/services/sns/limits.ts";
import { limits as sqsLimits } from "../../src/services/sqs/limits.ts";
import { limits as xrayLimits } from "../../src/services/xray/limits.ts";
import type { Limits } from "../../src/wire/limits.ts";

export interface AwsService {
  readonly name: string;
  readonly sdk: object;
  readonly client: new (config: never) => unknown;
  readonly limits: Limits;
}

export const awsServices: readonly AwsService[] = [
  { name: "cloudwatch", sdk: cloudwatch, client: cloudwatch.CloudWatchClient, limits: cloudwatchLimits },
  { name: "cloudwatch-logs", sdk: logs, client: logs.CloudWatchLogsClient, limits: logsLimits },
  { name: "eventbridge", sdk: eventbridge, client: eventbridge.EventBridgeClient, limits: eventbridgeLimits },
  { name: "schemas", sdk: schemas, client: schemas.SchemasClient, limits: schemasLimits },
  { name: "xray", sdk: xray, client: xray.XRayClient, limits: xrayLimits },
  { name: "cloudtrail", sdk: cloudtrail, client: cloudtrail.CloudTrailClient, limits: cloudtrailLimits },
  { name: "sns", sdk: sns, client: sns.SNSClient, limits: snsLimits },
  { name: "sqs", sdk: sqs, client: sqs.SQSClient, limits: sqsLimits },
];

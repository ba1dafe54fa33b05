// Integrations with OpenSearch and S3 tables, and imports from CloudTrail Lake: what they need is not here,
// so
// there are none, and none can be made.
import { ResourceNotFoundException, ValidationException } from "@aws-sdk/client-cloudwatch-logs";
import { modelled } from "../../wire/service.ts";
import type { Input, Output } from "./context.ts";

const notFound = (what: string) =>
  modelled(ResourceNotFoundException, `The specified ${what} does not exist.`);

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListIntegrations.html */
export function listIntegrations(): Output<"ListIntegrations"> {
  return { integrationSummaries: [] };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetIntegration.html */
export function getIntegration(): Output<"GetIntegration"> {
  throw notFound("integration");
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutIntegration.html */
export function putIntegration(): Output<"PutIntegration"> {
  throw modelled(
    ValidationException,
    "OpenSearch collections cannot be made here. A subscription filter delivers to an OpenSearch domain.",
  );
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteIntegration.html */
export function deleteIntegration(): Output<"DeleteIntegration"> {
  throw notFound("integration");
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListSourcesForS3TableIntegration.html */
export function listSourcesForS3TableIntegration(): Output<"ListSourcesForS3TableIntegration"> {
  throw notFound("S3 table integration");
}

/** Only CloudWatch's own CreateS3TableIntegration makes integrations, which is not served. */
export function associateSourceToS3TableIntegration(): Output<"AssociateSourceToS3TableIntegration"> {
  throw notFound("S3 table integration");
}

type Disassociated = Output<"DisassociateSourceFromS3TableIntegration">;

export function disassociateSourceFromS3TableIntegration(): Disassociated {
  throw notFound("association with an S3 table integration");
}

/**
 * Imports come from event data stores of CloudTrail Lake alone.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateImportTask.html
 */
export function createImportTask({ importSourceArn }: Input<"CreateImportTask">): Output<"CreateImportTask"> {
  if (!/^arn:[\w-]+:cloudtrail:[\w-]+:\d{12}:eventdatastore\//.test(importSourceArn)) {
    throw modelled(
      ValidationException,
      "importSourceArn must be the ARN of a CloudTrail Lake event data store.",
    );
  }
  throw notFound("event data store");
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeImportTasks.html */
export function describeImportTasks(): Output<"DescribeImportTasks"> {
  return { imports: [] };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeImportTaskBatches.html */
export function describeImportTaskBatches(): Output<"DescribeImportTaskBatches"> {
  throw notFound("import task");
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CancelImportTask.html */
export function cancelImportTask(): Output<"CancelImportTask"> {
  throw notFound("import task");
}

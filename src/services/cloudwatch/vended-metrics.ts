// Metrics that AWS's own services send: there are none here, and these calls say so.
import {
  OTelEnrichmentStatus,
  ResourceNotFoundException,
  ValidationException,
} from "@aws-sdk/client-cloudwatch";
import { modelled } from "../../wire/service.ts";
import type { Input, Output } from "./context.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetOTelEnrichment.html */
export function getOTelEnrichment(): Output<"GetOTelEnrichment"> {
  return { Status: OTelEnrichmentStatus.STOPPED };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_StartOTelEnrichment.html */
export function startOTelEnrichment(): never {
  throw modelled(
    ValidationException,
    "Enrichment cannot start: it adds tags of AWS resources to vended metrics, and there are neither here.",
  );
}

/**
 * It is stopped already.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_StopOTelEnrichment.html
 */
export function stopOTelEnrichment(): object {
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_UpdateOTelEnrichment.html */
export function updateOTelEnrichment(): never {
  throw modelled(ResourceNotFoundException, "Enrichment is not running for this account.");
}

/**
 * Detailed metrics are collected by AWS from its resources, of which none exist here.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_CreateResourceMetricsConfiguration.html
 */
export function createResourceMetricsConfiguration({
  ResourceArn,
}: Input<"CreateResourceMetricsConfiguration">): never {
  throw modelled(ResourceNotFoundException, `The resource ${ResourceArn} does not exist.`);
}

/**
 * For reading, changing and deleting a configuration alike.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetResourceMetricsConfiguration.html
 */
export function noResourceMetricsConfiguration({
  ResourceArn,
}: Input<"GetResourceMetricsConfiguration">): never {
  throw modelled(ResourceNotFoundException, `There is no resource metrics configuration for ${ResourceArn}.`);
}

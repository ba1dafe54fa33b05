// Datasets: the one of every account and region, which is encrypted by no key of its own.
import { KmsKeyNotFoundException, ResourceNotFoundException } from "@aws-sdk/client-cloudwatch";
import { modelled } from "../../wire/service.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { invalidValue } from "./metric-errors.ts";

const defaultDataset = "default";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetDataset.html */
export function getDataset(
  { DatasetIdentifier }: Input<"GetDataset">,
  context: CloudWatchContext,
): Output<"GetDataset"> {
  return { DatasetId: defaultDataset, Arn: requireDataset(DatasetIdentifier, context) };
}

/**
 * Keys encrypt log groups here, and no metric data: nobody shall believe that one is used for it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AssociateDatasetKmsKey.html
 */
export async function associateDatasetKmsKey(
  { DatasetIdentifier, KmsKeyArn }: Input<"AssociateDatasetKmsKey">,
  context: CloudWatchContext,
): Promise<never> {
  requireDataset(DatasetIdentifier, context);
  if (!/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/.test(KmsKeyArn)) {
    throw invalidValue(`The value ${KmsKeyArn} for parameter KmsKeyArn is invalid.`);
  }
  const key = (await context.dependencies.logEncryption.currentKeyring()).find(KmsKeyArn);
  if (key === undefined) {
    throw modelled(KmsKeyNotFoundException, `The KMS key ${KmsKeyArn} could not be found.`);
  }
  throw invalidValue(
    `The key ${KmsKeyArn} cannot be used: Groundwatch encrypts log groups, and no metric data.`,
  );
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisassociateDatasetKmsKey.html */
export function disassociateDatasetKmsKey(
  { DatasetIdentifier }: Input<"DisassociateDatasetKmsKey">,
  context: CloudWatchContext,
): never {
  const arn = requireDataset(DatasetIdentifier, context);
  throw modelled(ResourceNotFoundException, `The dataset ${arn} has no associated KMS key.`);
}

/** @returns the dataset's ARN */
function requireDataset(identifier: string, { call }: CloudWatchContext): string {
  const arn = `arn:aws:cloudwatch:${call.region}:${call.account}:dataset/${defaultDataset}`;
  if (identifier === defaultDataset || identifier === arn) return arn;
  throw modelled(ResourceNotFoundException, `The dataset ${identifier} does not exist.`);
}

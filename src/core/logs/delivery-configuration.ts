// What the configuration of a delivery may not say, for the kind of its destination.

export interface S3Paths {
  readonly suffixPath?: string | undefined;
  readonly enableHiveCompatiblePath?: boolean | undefined;
}

/**
 * Paths are for buckets alone. Hive-compatible ones are given their `key=` by the delivery, so that a path
 * that has them already would have them twice.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_S3DeliveryConfiguration.html
 * https://github.com/hashicorp/terraform-provider-aws/issues/46108
 * https://github.com/KensioSoftware/yulin/issues/1003
 * @returns AWS's words for what is wrong
 */
export function deliveryProblem(isToBucket: boolean, paths: S3Paths | undefined): string | undefined {
  const { suffixPath, enableHiveCompatiblePath } = paths ?? {};
  if (!isToBucket && (suffixPath !== undefined || enableHiveCompatiblePath !== undefined)) {
    return "Provided delivery configuration is invalid for the destination type.";
  }
  const isNamedTwice = enableHiveCompatiblePath === true && suffixPath?.includes("=") === true;
  return isNamedTwice ? "Provided suffixPath is invalid" : undefined;
}

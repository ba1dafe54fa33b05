// What log groups of other classes than Standard have not got.
import {
  InvalidOperationException,
  ValidationException,
  type LogGroupClass,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { StoredGroup } from "./stored-groups.ts";

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
 * @throws ValidationException for a group of a class that has not got the feature.
 */
export function requireStandardClass({ value }: Pick<Document<StoredGroup>, "value">): void {
  if (value.logGroupClass === "STANDARD") return;
  throw modelled(ValidationException, "This operation is only supported on the Standard log class.");
}

/** Who asks for groups of the one of these two classes gets those of the other as well. */
const alike: ReadonlySet<LogGroupClass> = new Set(["INFREQUENT_ACCESS", "ESSENTIALS"]);

/**
 * Whether a listing that is limited to a class has a group; without one it has all.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
 */
export function isOfClass(wanted: LogGroupClass | undefined, logGroupClass: LogGroupClass): boolean {
  if (wanted === undefined || wanted === logGroupClass) return true;
  return alike.has(wanted) && alike.has(logGroupClass);
}

/**
 * Events of other classes are read by queries alone.
 * @throws InvalidOperationException
 */
export function requireReadableClass(
  { key, value }: Pick<Document<StoredGroup>, "key" | "value">,
  operation: string,
): void {
  const { logGroupClass } = value;
  if (logGroupClass === "STANDARD") return;
  throw modelled(
    InvalidOperationException,
    `The log group ${key} is of log-group-class ${logGroupClass}. ` +
      `${operation} is not supported for this log class.`,
  );
}

// A document in the embedded metric format as it is sent to an agent's port: with the log group that it is
// for.
import { parseObject } from "./embedded-metrics.ts";

/** A log event that an agent makes of a document. `timestamp` in epoch milliseconds. */
export interface EmbeddedDocument {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly message: string;
}

const groupName = /^[.\-_/#A-Za-z0-9]{1,512}$/;
const streamName = /^[^:*\n]{1,512}$/;

/**
 * The event, or why there is none. `_aws.LogGroupName` names its group; `_aws.LogStreamName` its stream, or
 * else the stream that is given here; `_aws.Timestamp` its time, or else now.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Generation_CloudWatch_Agent.html
 */
export function readEmbeddedDocument(
  message: string,
  defaultStream: string,
  now: number,
): EmbeddedDocument | string {
  const metadata = parseObject(message)?.["_aws"];
  if (typeof metadata !== "object" || metadata === null) return "it is no JSON object with a member _aws";
  const logGroupName: unknown = Reflect.get(metadata, "LogGroupName");
  if (typeof logGroupName !== "string") return "_aws.LogGroupName is missing";
  if (!groupName.test(logGroupName)) return `_aws.LogGroupName ${logGroupName} is no name of a log group`;
  const logStreamName: unknown = Reflect.get(metadata, "LogStreamName") ?? defaultStream;
  if (typeof logStreamName !== "string" || !streamName.test(logStreamName)) {
    return "_aws.LogStreamName is no name of a log stream";
  }
  const timestamp: unknown = Reflect.get(metadata, "Timestamp");
  const isInstant = typeof timestamp === "number" && Number.isFinite(timestamp) && timestamp >= 0;
  return { logGroupName, logStreamName, timestamp: isInstant ? Math.trunc(timestamp) : now, message };
}

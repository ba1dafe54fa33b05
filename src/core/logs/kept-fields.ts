// The system's own fields beside the indexed ones of an event: nothing in a message passes for them.
import { entityPrefix } from "./entity.ts";

/**
 * Why an event is not transformed; others do not have it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Transformation-Errors-Metrics.html
 */
export const transformationErrorField = "@transformationError";

/** What an event is about, and why it is not transformed. */
export const isKeptField = (name: string): boolean =>
  name === transformationErrorField || name.startsWith(entityPrefix);

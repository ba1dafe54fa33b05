// The attributes of queues: one entry each says what values it takes, and what holds when it is not set.
import { parseResourcePolicy } from "../policies/resource-policy.ts";
import { queueLimits } from "./limits.ts";
import { queueOfArn, type DeadLetterTarget, type QueueSettings } from "./queue.ts";

export type QueueAttributes = Readonly<Record<string, string>>;

interface AttributeRule {
  readonly default?: string;
  readonly accepts: (value: string) => boolean;
  /** Of FIFO queues only. */
  readonly fifo?: boolean;
  /** Cannot be changed once the queue is there. */
  readonly fixed?: boolean;
}

const whole = (least: number, most: number, value: number): AttributeRule => ({
  default: String(value),
  accepts: (text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most,
});
const oneOf = (...values: readonly string[]): AttributeRule => ({ accepts: (text) => values.includes(text) });

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const rules: Readonly<Record<string, AttributeRule>> = {
  DelaySeconds: whole(0, queueLimits.delaySeconds, 0),
  MaximumMessageSize: whole(1_024, queueLimits.messageBytes, queueLimits.messageBytes),
  MessageRetentionPeriod: whole(60, 1_209_600, 345_600),
  ReceiveMessageWaitTimeSeconds: whole(0, queueLimits.waitSeconds, 0),
  VisibilityTimeout: whole(0, queueLimits.visibilitySeconds, 30),
  Policy: { accepts: (text) => text === "" || parseResourcePolicy(text) !== undefined },
  RedrivePolicy: { accepts: (text) => text === "" || deadLetterOf(text) !== undefined },
  RedriveAllowPolicy: { accepts: (text) => text === "" || allowPolicyOf(text) !== undefined },
  SqsManagedSseEnabled: { ...oneOf("false"), default: "false" },
  FifoQueue: { ...oneOf("true"), fifo: true, fixed: true },
  ContentBasedDeduplication: { ...oneOf("true", "false"), fifo: true, default: "false" },
  DeduplicationScope: { ...oneOf("queue", "messageGroup"), fifo: true, default: "queue" },
  FifoThroughputLimit: { ...oneOf("perQueue", "perMessageGroupId"), fifo: true, default: "perQueue" },
};

/** Computed ones, which GetQueueAttributes answers besides. */
export const computedAttributes = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesDelayed",
  "ApproximateNumberOfMessagesNotVisible",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
  "QueueArn",
] as const;

export interface AttributeProblem {
  readonly kind: "name" | "value";
  readonly message: string;
}

/** Attributes whose values are promises that nobody would keep; they are refused, not stored. */
export const unsupportedAttributes: ReadonlySet<string> = new Set([
  "KmsMasterKeyId",
  "KmsDataKeyReusePeriodSeconds",
]);

/** What is wrong with attributes that a caller sets, in AWS's words. */
export function problemOfAttributes(
  given: QueueAttributes,
  { isFifo, isNew }: { readonly isFifo: boolean; readonly isNew: boolean },
): AttributeProblem | undefined {
  for (const [name, value] of Object.entries(given)) {
    const rule = rules[name];
    if (rule === undefined || (rule.fifo === true && !isFifo) || (rule.fixed === true && !isNew)) {
      return { kind: "name", message: `Unknown Attribute ${name}.` };
    }
    if (!rule.accepts(value)) {
      return { kind: "value", message: `Invalid value for the parameter ${name}.` };
    }
  }
  return undefined;
}

export function isAttributeName(name: string): boolean {
  return (
    name in rules || unsupportedAttributes.has(name) || computedAttributes.some((known) => known === name)
  );
}

/** The attributes with others set; an empty document takes one away. */
export function withAttributes(before: QueueAttributes, given: QueueAttributes): QueueAttributes {
  const all = Object.entries({ ...before, ...given });
  return Object.fromEntries(all.filter(([, value]) => value !== ""));
}

/** Every attribute that has a value, the defaults included. */
export function allAttributes(attributes: QueueAttributes): QueueAttributes {
  const isFifo = attributes["FifoQueue"] === "true";
  const defaults = Object.entries(rules).flatMap(([name, rule]) =>
    rule.default === undefined || (rule.fifo === true && !isFifo) ? [] : [[name, rule.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...attributes };
}

export function settingsOf(attributes: QueueAttributes): QueueSettings {
  const all = allAttributes(attributes);
  const milliseconds = (name: string) => Number(all[name]) * 1_000;
  return {
    delayMs: milliseconds("DelaySeconds"),
    visibilityMs: milliseconds("VisibilityTimeout"),
    retentionMs: milliseconds("MessageRetentionPeriod"),
    waitMs: milliseconds("ReceiveMessageWaitTimeSeconds"),
    maximumBytes: Number(all["MaximumMessageSize"]),
    isFifo: all["FifoQueue"] === "true",
    contentBasedDeduplication: all["ContentBasedDeduplication"] === "true",
    deduplicationPerGroup: all["DeduplicationScope"] === "messageGroup",
    deadLetter: all["RedrivePolicy"] === undefined ? undefined : deadLetterOf(all["RedrivePolicy"]),
  };
}

/**
 * Whether a queue lets another one send it what failed there.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
export function allowsDeadLettersOf(attributes: QueueAttributes, sourceArn: string): boolean {
  const text = attributes["RedriveAllowPolicy"];
  const policy = text === undefined ? undefined : allowPolicyOf(text);
  if (policy === undefined || policy.permission === "allowAll") return true;
  return policy.permission === "byQueue" && policy.sources.includes(sourceArn);
}

function deadLetterOf(text: string): DeadLetterTarget | undefined {
  const policy = jsonObject(text);
  const arn = policy?.["deadLetterTargetArn"];
  const maxReceives = Number(policy?.["maxReceiveCount"]);
  const isWhole = Number.isInteger(maxReceives) && maxReceives >= 1;
  if (typeof arn !== "string" || queueOfArn(arn) === undefined || !isWhole) return undefined;
  return maxReceives <= queueLimits.receivesBeforeDeadLetter ? { arn, maxReceives } : undefined;
}

function allowPolicyOf(text: string) {
  const policy = jsonObject(text);
  const permission = policy?.["redrivePermission"];
  const sources: unknown = policy?.["sourceQueueArns"] ?? [];
  if (permission !== "allowAll" && permission !== "denyAll" && permission !== "byQueue") return undefined;
  if (!Array.isArray(sources) || sources.length > 10) return undefined;
  return { permission, sources: sources.map(String) };
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined; // what is no JSON is no document either
  }
}

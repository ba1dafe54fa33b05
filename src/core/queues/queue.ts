// A queue as it is stored, what its attributes mean, and how queues are named.
import type { QueueAttributes } from "./queue-attributes.ts";

/** Instants are epoch milliseconds. */
export interface StoredQueue {
  /** Given once: messages belong to it, so that a queue made anew under the same name starts empty. */
  readonly number: number;
  /** As they were set; those that were not have their defaults. */
  readonly attributes: QueueAttributes;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly purgedAt?: number;
}

export interface DeadLetterTarget {
  readonly arn: string;
  readonly maxReceives: number;
}

/** What a queue's attributes mean. */
export interface QueueSettings {
  readonly delayMs: number;
  readonly visibilityMs: number;
  readonly retentionMs: number;
  readonly waitMs: number;
  readonly maximumBytes: number;
  readonly isFifo: boolean;
  readonly contentBasedDeduplication: boolean;
  readonly deduplicationPerGroup: boolean;
  readonly deadLetter: DeadLetterTarget | undefined;
}

/** An account, a region and a name: what an ARN or an address says. */
export interface QueueName {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

export function queueArnOf({ account, region, name }: QueueName): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** Undefined for what is no ARN of a queue. */
export function queueOfArn(arn: string): QueueName | undefined {
  const [, region, account, name] =
    /^arn:[\w-]+:sqs:([\w-]+):(\d{12}):([\w-]{1,80}(?:\.fifo)?)$/.exec(arn) ?? [];
  return region === undefined || account === undefined || name === undefined
    ? undefined
    : { account, region, name };
}

/**
 * The account and name at the end of a queue's address; whoever asks may have reached the server under any
 * host name, so that is not looked at.
 */
export function queueOfUrl(url: string, region: string): QueueName | undefined {
  const [, account, name] = /(?:^|\/)(\d{12})\/([\w-]{1,80}(?:\.fifo)?)\/?$/.exec(url) ?? [];
  return account === undefined || name === undefined ? undefined : { account, region, name };
}

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
 * @returns what is wrong with a name, in AWS's words; undefined for a good one.
 */
export function problemOfQueueName(name: string, isFifo: boolean): string | undefined {
  if (isFifo) {
    return /^[\w-]{1,75}\.fifo$/.test(name)
      ? undefined
      : "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, " +
          "must end " +
          "with .fifo suffix and be 1 to 80 in length.";
  }
  return /^[\w-]{1,80}$/.test(name)
    ? undefined
    : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
}

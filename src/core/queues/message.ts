// A message on a queue, what may stand in it, and when it may be received.
import { queueLimits } from "./limits.ts";

/** `bytes` is base64. */
export interface MessageAttribute {
  readonly type: string;
  readonly text?: string;
  readonly bytes?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** What a sender gives. */
export interface NewMessage {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader?: string;
  readonly senderId: string;
  /** Instead of the queue's delay. */
  readonly delayMs?: number;
  readonly groupId?: string;
  /** Of a FIFO queue, where a message with the same one is not stored for five minutes. */
  readonly deduplicationId?: string;
}

/** Instants are epoch milliseconds. */
export interface StoredMessage extends Omit<NewMessage, "delayMs"> {
  readonly messageId: string;
  readonly sentAt: number;
  readonly visibleAt: number;
  readonly receives: number;
  readonly firstReceivedAt?: number;
  readonly receivedAt?: number;
  /** When its wait for being visible began, where that is neither its receive nor its sending. */
  readonly waitsSince?: number;
  /** Of a FIFO queue: 20 digits. */
  readonly sequenceNumber?: string;
  readonly deadLetterSourceArn?: string;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const refusedCharacters = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

export function hasRefusedCharacters(text: string): boolean {
  return refusedCharacters.test(text);
}

const attributeName = /^(?!(?:aws|amazon)\.)(?!\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i;
const attributeType = /^(String|Number|Binary)(\..+)?$/;

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 * @returns what is wrong, in AWS's words.
 */
export function problemOfAttributes(attributes: MessageAttributes): string | undefined {
  const entries = Object.entries(attributes);
  if (entries.length > queueLimits.messageAttributes) {
    return `Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`;
  }
  for (const [name, { type, text, bytes }] of entries) {
    if (!attributeName.test(name)) return `The message attribute name '${name.slice(0, 256)}' is invalid.`;
    const [, base] = attributeType.exec(type) ?? [];
    if (base === undefined || type.length > 256) {
      return (
        `The type of message (user) attribute '${name}' is invalid. You must use only the following ` +
        "supported type prefixes: Binary, Number, String."
      );
    }
    const value = base === "Binary" ? bytes : text;
    if (value === undefined || value === "") {
      return (
        `The message attribute '${name}' must contain non-empty message attribute value for ` +
        `message attribute type '${base}'.`
      );
    }
    if (base === "Number" && !Number.isFinite(Number(value))) {
      return `Can't cast the value of message (user) attribute '${name}' to a number.`;
    }
  }
  return undefined;
}

/** A FIFO queue's group and deduplication: printable ASCII, at most 128 characters. */
export function isFifoIdentifier(text: string): boolean {
  return /^[!-~]{1,128}$/.test(text);
}

export function isExpired({ sentAt }: StoredMessage, retentionMs: number, now: number): boolean {
  return sentAt + retentionMs <= now;
}

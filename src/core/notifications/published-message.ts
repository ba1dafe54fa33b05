// A message as it is published to a topic, what may stand in it, and what each protocol's subscribers get.
import type { Protocol } from "./topic.ts";

/** `bytes` is base64. */
export interface NotificationAttribute {
  readonly type: string;
  readonly text?: string;
  readonly bytes?: string;
}

export type NotificationAttributes = Readonly<Record<string, NotificationAttribute>>;

export interface PublishedMessage {
  readonly messageId: string;
  /** Epoch milliseconds. */
  readonly publishedAt: number;
  readonly message: string;
  /** With `MessageStructure` `json`: other texts for some protocols. */
  readonly byProtocol?: Readonly<Partial<Record<Protocol, string>>>;
  readonly subject?: string;
  readonly attributes: NotificationAttributes;
  /** Goes with the message to queues. */
  readonly groupId?: string;
  /** Of a FIFO topic, where a message with the same one is not delivered for five minutes. */
  readonly deduplicationId?: string;
}

export function textFor({ message, byProtocol }: PublishedMessage, protocol: Protocol): string {
  return byProtocol?.[protocol] ?? message;
}

/**
 * The texts of a message of the structure `json`; a text in place of them is what is wrong, in AWS's words.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function structuredTexts(message: string): Readonly<Record<string, string>> | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    return "Invalid parameter: Message Structure - JSON message body failed to parse";
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return "Invalid parameter: Message Structure - JSON message body failed to parse";
  }
  const entries = Object.entries(parsed).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const texts = Object.fromEntries(entries);
  if (texts["default"] === undefined) {
    return "Invalid parameter: Message Structure - No default entry in JSON message body";
  }
  return texts;
}

const attributeName = /^(?!(?:aws|amazon)\.)(?!\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i;

/**
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
 * @returns what is wrong, in AWS's words.
 */
export function problemOfAttributes(attributes: NotificationAttributes): string | undefined {
  for (const [name, { type, text, bytes }] of Object.entries(attributes)) {
    if (!attributeName.test(name)) {
      return `Invalid parameter: The message attribute name '${name.slice(0, 256)}' is invalid.`;
    }
    const base = /^(String\.Array|String|Number|Binary)(\..+)?$/.exec(type)?.[1];
    if (base === undefined) {
      return (
        `Invalid parameter: The message attribute '${name}' has an invalid message attribute type, ` +
        `the set of ` +
        "supported type prefixes is Binary, Number, and String."
      );
    }
    const value = base === "Binary" ? bytes : text;
    if (value === undefined || value === "") {
      return (
        `Invalid parameter: The message attribute '${name}' must contain non-empty message attribute ` +
        `value for ` +
        `message attribute type '${type}'.`
      );
    }
    if (base === "Number" && !Number.isFinite(Number(value))) {
      return `Invalid parameter: Could not cast message attribute '${name}' value to number.`;
    }
  }
  return undefined;
}

/** Of a group, or for deduplication. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export function isFifoIdentifier(text: string): boolean {
  return /^[!-~]{1,128}$/.test(text);
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export function isSubject(text: string): boolean {
  return /^[!-~](?:[ -~]{0,98})$/.test(text);
}

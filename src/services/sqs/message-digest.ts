// The MD5 digests by which clients see that a message arrived as it was sent.
import { createHash } from "node:crypto";
import type { MessageAttributes } from "../../core/queues/message.ts";

export function digestOfText(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

const textMark = Buffer.from([1]);
const bytesMark = Buffer.from([2]);

/**
 * By name, each as length and bytes of name, type and value; undefined without attributes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function digestOfAttributes(attributes: MessageAttributes): string | undefined {
  const entries = Object.entries(attributes).toSorted(([left], [right]) => (left < right ? -1 : 1));
  if (entries.length === 0) return undefined;
  const hash = createHash("md5");
  for (const [name, { type, text, bytes }] of entries) {
    hash.update(withLength(Buffer.from(name))).update(withLength(Buffer.from(type)));
    const value = text === undefined ? Buffer.from(bytes ?? "", "base64") : Buffer.from(text);
    hash.update(text === undefined ? bytesMark : textMark).update(withLength(value));
  }
  return hash.digest("hex");
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

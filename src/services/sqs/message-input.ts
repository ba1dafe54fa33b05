// A message as a sender gives it: checked, in SQS's words, and made ready to be stored.
import { createHash } from "node:crypto";
import { InvalidMessageContents } from "@aws-sdk/client-sqs";
import type * as Sdk from "@aws-sdk/client-sqs";
import { queueLimits } from "../../core/queues/limits.ts";
import {
  hasRefusedCharacters,
  isFifoIdentifier,
  problemOfAttributes,
  type MessageAttribute,
  type MessageAttributes,
  type NewMessage,
} from "../../core/queues/message.ts";
import type { QueueSettings } from "../../core/queues/queue.ts";
import type { InputOf } from "../../wire/handlers.ts";
import type { Principal } from "../../wire/request.ts";
import { modelled } from "../../wire/service.ts";
import { invalidParameter, invalidParameterValue, missingParameter } from "./errors.ts";

/** What SendMessage and an entry of SendMessageBatch have in common. */
export type MessageInput = Omit<InputOf<typeof Sdk, "SendMessage">, "QueueUrl">;

type GivenAttributes = NonNullable<MessageInput["MessageAttributes"]>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export function newMessageOf(input: MessageInput, settings: QueueSettings, principal: Principal): NewMessage {
  const { MessageBody: body, DelaySeconds: delaySeconds } = input;
  if (body === "") throw missingParameter("MessageBody");
  if (hasRefusedCharacters(body)) {
    throw modelled(
      InvalidMessageContents,
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | " +
        "#xE000 to #xFFFD | #x10000 to #x10FFFF",
    );
  }
  const attributes = attributesOf(input.MessageAttributes ?? {});
  const problem = problemOfAttributes(attributes);
  if (problem !== undefined) throw invalidParameterValue(problem);
  if (bytesOf(body, attributes) > settings.maximumBytes) {
    throw invalidParameterValue(
      `One or more parameters are invalid. Reason: Message must be shorter than ` +
        `${settings.maximumBytes} bytes.`,
    );
  }
  const traceHeader = input.MessageSystemAttributes?.["AWSTraceHeader"]?.StringValue;
  return {
    body,
    attributes,
    senderId: principal.userName ?? principal.account,
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...delayOf(delaySeconds, settings),
    ...orderOf(input, settings),
  };
}

/** Body and attributes, with the names and types of these. */
export function bytesOf(body: string, attributes: MessageAttributes): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { type, text, bytes: base64 }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(type) + Buffer.byteLength(text ?? "");
    bytes += Buffer.byteLength(base64 ?? "", "base64");
  }
  return bytes;
}

function attributesOf(given: GivenAttributes): MessageAttributes {
  const entries = Object.entries(given).map(([name, value]): [string, MessageAttribute] => {
    if (value.StringListValues?.length || value.BinaryListValues?.length) {
      throw invalidParameterValue(
        "Message attribute list values in SendMessage operation are not supported.",
      );
    }
    const { DataType: type, StringValue: text, BinaryValue: bytes } = value;
    if (bytes !== undefined) return [name, { type, bytes: Buffer.from(bytes).toString("base64") }];
    return [name, { type, ...(text === undefined ? {} : { text }) }];
  });
  return Object.fromEntries(entries);
}

function delayOf(delaySeconds: number | undefined, { isFifo }: QueueSettings): { delayMs?: number } {
  if (delaySeconds === undefined) return {};
  if (delaySeconds < 0 || delaySeconds > queueLimits.delaySeconds) {
    throw invalidParameter("DelaySeconds", delaySeconds, "DelaySeconds must be >= 0 and <= 900.");
  }
  if (isFifo && delaySeconds !== 0) {
    const reason = "The request include parameter that is not valid for this queue type.";
    throw invalidParameter("DelaySeconds", delaySeconds, reason);
  }
  return { delayMs: delaySeconds * 1_000 };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagegroupid-property.html */
function orderOf(
  { MessageBody: body, MessageGroupId: groupId, MessageDeduplicationId: deduplicationId }: MessageInput,
  { isFifo, contentBasedDeduplication }: QueueSettings,
): Pick<NewMessage, "groupId" | "deduplicationId"> {
  for (const [name, value] of [
    ["MessageGroupId", groupId],
    ["MessageDeduplicationId", deduplicationId],
  ] as const) {
    if (value !== undefined && !isFifoIdentifier(value)) {
      const reason = `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
      throw invalidParameter(name, value.slice(0, 200), reason);
    }
  }
  if (!isFifo) {
    if (deduplicationId !== undefined) {
      const reason = "The request include parameter that is not valid for this queue type.";
      throw invalidParameter("MessageDeduplicationId", deduplicationId, reason);
    }
    return groupId === undefined ? {} : { groupId };
  }
  if (groupId === undefined) throw missingParameter("MessageGroupId");
  if (deduplicationId !== undefined) return { groupId, deduplicationId };
  if (!contentBasedDeduplication) {
    throw invalidParameterValue(
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId " +
        "provided explicitly",
    );
  }
  return { groupId, deduplicationId: createHash("sha256").update(body).digest("hex") };
}

// Publishing messages, one or up to ten.
import { createHash, randomUUID } from "node:crypto";
import {
  BatchEntryIdsNotDistinctException,
  BatchRequestTooLongException,
  EmptyBatchRequestException,
  InvalidBatchEntryIdException,
  InvalidParameterException,
  TooManyEntriesInBatchRequestException,
} from "@aws-sdk/client-sns";
import type * as Sdk from "@aws-sdk/client-sns";
import { topicLimits } from "../../core/notifications/limits.ts";
import {
  isFifoIdentifier,
  isSubject,
  problemOfAttributes,
  structuredTexts,
  type NotificationAttribute,
  type NotificationAttributes,
  type PublishedMessage,
} from "../../core/notifications/published-message.ts";
import { isFifoTopic, protocols } from "../../core/notifications/topic.ts";
import type { Published, Topic } from "../../storage/topics.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { modelled, notImplemented } from "../../wire/service.ts";
import type { SnsContext } from "./context.ts";
import { invalidParameter, refused } from "./errors.ts";
import { requireTopic } from "./stored-topics.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;
type BatchEntry = Input<"PublishBatch">["PublishBatchRequestEntries"][number];
/** What Publish and an entry of PublishBatch have in common. */
type MessageInput = Omit<BatchEntry, "Id">;

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export async function publish(input: Input<"Publish">, context: SnsContext): Promise<Output<"Publish">> {
  const { call, dependencies } = context;
  if (input.PhoneNumber !== undefined) throw notImplemented("Groundwatch does not send text messages.");
  const arn = input.TopicArn ?? input.TargetArn;
  if (arn === undefined) {
    throw invalidParameter("TopicArn or TargetArn Reason: no value for required parameter");
  }
  if (arn.includes(":endpoint/")) throw notImplemented("Groundwatch does not push to mobile devices.");
  const topic = await requireTopic(context, arn);
  const message = publishedMessage(input, topic, call.now);
  if (bytesOf(input) > topicLimits.messageBytes) throw invalidParameter("Message too long");
  const published = await dependencies.topics.publish(topic, message);
  dependencies.facts.publish({ kind: "DeliveriesQueued" });
  return resultOf(published);
}

/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
export async function publishBatch(
  input: Input<"PublishBatch">,
  context: SnsContext,
): Promise<Output<"PublishBatch">> {
  const { call, dependencies } = context;
  const { PublishBatchRequestEntries: entries } = input;
  const topic = await requireTopic(context, input.TopicArn);
  checkBatch(entries);
  const outcomes = entries.map((entry) => prepare(entry, topic, call.now));
  const successful = [];
  // One after another, so that they are queued in their order.
  for (const outcome of outcomes) {
    if (!("message" in outcome)) continue;
    const published = await dependencies.topics.publish(topic, outcome.message);
    successful.push({ Id: outcome.id, ...resultOf(published) });
  }
  dependencies.facts.publish({ kind: "DeliveriesQueued" });
  return {
    Successful: successful,
    Failed: outcomes.flatMap((one) => ("failure" in one ? [one.failure] : [])),
  };
}

function resultOf({ messageId, sequenceNumber }: Published) {
  return {
    MessageId: messageId,
    ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
  };
}

function checkBatch(entries: readonly BatchEntry[]): void {
  if (entries.length === 0) {
    throw modelled(EmptyBatchRequestException, "The batch request doesn't contain any entries.");
  }
  if (entries.length > topicLimits.batchEntries) {
    const message = "The batch request contains more entries than permissible.";
    throw modelled(TooManyEntriesInBatchRequestException, message);
  }
  const ids = entries.map(({ Id: id }) => id);
  if (ids.some((id) => !/^[\w-]{1,80}$/.test(id))) {
    const message = "The Id of a batch entry in a batch request doesn't abide by the specification.";
    throw modelled(InvalidBatchEntryIdException, message);
  }
  if (new Set(ids).size < ids.length) {
    const message = "Two or more batch entries in the request have the same Id.";
    throw modelled(BatchEntryIdsNotDistinctException, message);
  }
  const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
  if (bytes > topicLimits.messageBytes) {
    const message = "The length of all the messages put together is more than the limit.";
    throw modelled(BatchRequestTooLongException, message);
  }
}

function prepare(entry: BatchEntry, topic: Topic, now: number) {
  const { Id: id } = entry;
  try {
    return { id, message: publishedMessage(entry, topic, now) };
  } catch (error) {
    if (!(error instanceof InvalidParameterException)) throw error;
    const { message } = error;
    return { failure: { Id: id, SenderFault: true, Code: "InvalidParameter", Message: message } };
  }
}

/** @throws InvalidParameterException */
function publishedMessage(input: MessageInput, topic: Topic, now: number): PublishedMessage {
  const { Message: text, Subject: subject } = input;
  if (text === "") throw invalidParameter("Empty message");
  if (subject !== undefined && !isSubject(subject)) throw invalidParameter("Subject");
  const order = orderOf(input, topic);
  const attributes = attributesOf(input.MessageAttributes ?? {});
  const problem = problemOfAttributes(attributes);
  if (problem !== undefined) throw refused(problem);
  return {
    messageId: randomUUID(),
    publishedAt: now,
    ...textsOf(text, input.MessageStructure),
    attributes,
    ...(subject === undefined ? {} : { subject }),
    ...order,
  };
}

/**
 * Of a standard topic, a group goes with the message to queues.
 * https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
 */
function orderOf(
  { Message: text, MessageGroupId: groupId, MessageDeduplicationId: deduplicationId }: MessageInput,
  topic: Topic,
): Pick<PublishedMessage, "groupId" | "deduplicationId"> {
  const isFifo = isFifoTopic(topic);
  if (isFifo && groupId === undefined) {
    throw invalidParameter("The MessageGroupId parameter is required for FIFO topics");
  }
  if (groupId !== undefined && !isFifoIdentifier(groupId)) throw invalidParameter("MessageGroupId");
  if (!isFifo && deduplicationId !== undefined) {
    throw invalidParameter(
      "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not " +
        "valid for this topic type",
    );
  }
  if (deduplicationId !== undefined && !isFifoIdentifier(deduplicationId)) {
    throw invalidParameter("MessageDeduplicationId");
  }
  const group = groupId === undefined ? {} : { groupId };
  if (!isFifo || deduplicationId !== undefined) return { ...group, ...presentId(deduplicationId) };
  if (topic.attributes["ContentBasedDeduplication"] !== "true") {
    throw invalidParameter(
      "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided " +
        "explicitly",
    );
  }
  return { ...group, deduplicationId: createHash("sha256").update(text).digest("hex") };
}

const presentId = (deduplicationId: string | undefined) =>
  deduplicationId === undefined ? {} : { deduplicationId };

function textsOf(
  text: string,
  structure: string | undefined,
): Pick<PublishedMessage, "message" | "byProtocol"> {
  if (structure === undefined || structure === "") return { message: text };
  if (structure !== "json") throw invalidParameter("MessageStructure");
  const texts = structuredTexts(text);
  if (typeof texts === "string") throw refused(texts);
  const named = protocols.flatMap((protocol) => {
    const own = texts[protocol];
    return own === undefined ? [] : [[protocol, own] as const];
  });
  return { message: texts["default"] ?? "", byProtocol: Object.fromEntries(named) };
}

function attributesOf(given: NonNullable<MessageInput["MessageAttributes"]>): NotificationAttributes {
  const entries = Object.entries(given).map(([name, value]): [string, NotificationAttribute] => {
    const { DataType: type, StringValue: text, BinaryValue: bytes } = value;
    if (bytes !== undefined) return [name, { type, bytes: Buffer.from(bytes).toString("base64") }];
    return [name, { type, ...(text === undefined ? {} : { text }) }];
  });
  return Object.fromEntries(entries);
}

/** A message with its attributes: their names, types and values. */
function bytesOf({ Message: text, MessageAttributes: attributes = {} }: MessageInput): number {
  let bytes = Buffer.byteLength(text);
  for (const [name, { DataType: type, StringValue: value = "", BinaryValue: binary }] of Object.entries(
    attributes,
  )) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(type);
    bytes += Buffer.byteLength(value) + (binary?.length ?? 0);
  }
  return bytes;
}

// Receiving messages, at once or as soon as there are any.
import type * as Sdk from "@aws-sdk/client-sqs";
import { queueLimits } from "../../core/queues/limits.ts";
import type { MessageAttributes } from "../../core/queues/message.ts";
import { settingsOf } from "../../core/queues/queue-attributes.ts";
import type { Queue, ReceivedMessage } from "../../storage/queues.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { notImplemented } from "../../wire/service.ts";
import type { SqsContext } from "./context.ts";
import { invalidParameter, unknownAttribute } from "./errors.ts";
import { digestOfAttributes, digestOfText } from "./message-digest.ts";
import { receiptHandleOf } from "./receipt-handles.ts";
import { requireQueue } from "./stored-queues.ts";

type Input = InputOf<typeof Sdk, "ReceiveMessage">;
type Output = OutputOf<typeof Sdk, "ReceiveMessage">;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
export async function receiveMessage(input: Input, context: SqsContext): Promise<Output> {
  const queue = await requireQueue(context, input.QueueUrl);
  const settings = settingsOf(queue.attributes);
  const { MaxNumberOfMessages: limit = 1, VisibilityTimeout: visibilitySeconds } = input;
  if (limit < 1 || limit > queueLimits.messagesPerReceive) {
    throw invalidParameter("MaxNumberOfMessages", limit, "Must be between 1 and 10, if provided.");
  }
  if (input.ReceiveRequestAttemptId !== undefined) {
    throw notImplemented("Groundwatch does not support ReceiveRequestAttemptId.");
  }
  const shown = selectionOf(input);
  const visibilityMs =
    visibilitySeconds === undefined ? settings.visibilityMs : visibilityMsOf(visibilitySeconds);
  const waitMs = input.WaitTimeSeconds === undefined ? settings.waitMs : waitMsOf(input.WaitTimeSeconds);
  const received = await receiveWithin(context, queue, { limit, visibilityMs, waitMs });
  return received.length === 0 ? {} : { Messages: received.map((message) => messageOf(message, shown)) };
}

/** Looks, and looks again whenever something may have arrived, until the time is over or the client gone. */
async function receiveWithin(
  { call, dependencies }: SqsContext,
  queue: Queue,
  { limit, visibilityMs, waitMs }: { limit: number; visibilityMs: number; waitMs: number },
): Promise<readonly ReceivedMessage[]> {
  const { queues, clock, stopwatch } = dependencies;
  const startedMs = stopwatch();
  for (;;) {
    const received = await queues.receive(queue, { limit, visibilityMs, now: clock.now() });
    const leftMs = waitMs - (stopwatch() - startedMs);
    if (received.length > 0 || leftMs <= 0 || call.signal.aborted || queues.isStopping()) return received;
    await queues.wait(queue, { waitMs: leftMs, signal: call.signal });
  }
}

/** @throws InvalidParameterValue */
export function visibilityMsOf(seconds: number): number {
  if (seconds >= 0 && seconds <= queueLimits.visibilitySeconds) return seconds * 1_000;
  const reason = `Must be >= 0 and <= ${queueLimits.visibilitySeconds}, if provided.`;
  throw invalidParameter("VisibilityTimeout", seconds, reason);
}

function waitMsOf(seconds: number): number {
  if (seconds >= 0 && seconds <= queueLimits.waitSeconds) return seconds * 1_000;
  const reason = `Must be >= 0 and <= ${queueLimits.waitSeconds}, if provided.`;
  throw invalidParameter("WaitTimeSeconds", seconds, reason);
}

interface Selection {
  readonly showsSystem: (name: string) => boolean;
  readonly showsAttribute: (name: string) => boolean;
}

const systemAttributes: Readonly<Record<string, (message: ReceivedMessage) => string | undefined>> = {
  SenderId: ({ senderId }) => senderId,
  SentTimestamp: ({ sentAt }) => String(sentAt),
  ApproximateReceiveCount: ({ receives }) => String(receives),
  ApproximateFirstReceiveTimestamp: ({ firstReceivedAt }) => String(firstReceivedAt),
  AWSTraceHeader: ({ traceHeader }) => traceHeader,
  MessageGroupId: ({ groupId }) => groupId,
  MessageDeduplicationId: ({ deduplicationId }) => deduplicationId,
  SequenceNumber: ({ sequenceNumber }) => sequenceNumber,
  DeadLetterQueueSourceArn: ({ deadLetterSourceArn }) => deadLetterSourceArn,
};

/**
 * The two lists of system attributes are one: under awsQuery they have the same name. Names of the caller's
 * own attributes may end in `.*`.
 */
function selectionOf(input: Input): Selection {
  const system = new Set<string>([
    ...(input.AttributeNames ?? []),
    ...(input.MessageSystemAttributeNames ?? []),
  ]);
  for (const name of system) {
    if (name !== "All" && systemAttributes[name] === undefined) throw unknownAttribute(name);
  }
  const own = input.MessageAttributeNames ?? [];
  const exact = new Set(own);
  const prefixes = own.filter((name) => name.endsWith(".*")).map((name) => name.slice(0, -1));
  const all = exact.has("All") || exact.has(".*");
  return {
    showsSystem: (name) => system.has("All") || system.has(name),
    showsAttribute: (name) => all || exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix)),
  };
}

function messageOf(message: ReceivedMessage, { showsSystem, showsAttribute }: Selection): Sdk.Message {
  const system = Object.entries(systemAttributes).flatMap(([name, valueOf]) => {
    const value = showsSystem(name) ? valueOf(message) : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  const chosen = Object.entries(message.attributes).filter(([name]) => showsAttribute(name));
  const attributes: MessageAttributes = Object.fromEntries(chosen);
  const digest = digestOfAttributes(attributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: receiptHandleOf(message.receipt),
    MD5OfBody: digestOfText(message.body),
    Body: message.body,
    ...(system.length === 0 ? {} : { Attributes: Object.fromEntries(system) }),
    ...(digest === undefined
      ? {}
      : { MD5OfMessageAttributes: digest, MessageAttributes: valuesOf(attributes) }),
  };
}

function valuesOf(attributes: MessageAttributes): Record<string, Sdk.MessageAttributeValue> {
  const entries = Object.entries(attributes).map(([name, { type, text, bytes }]) => {
    const value =
      text === undefined ? { BinaryValue: Buffer.from(bytes ?? "", "base64") } : { StringValue: text };
    return [name, { DataType: type, ...value }] as const;
  });
  return Object.fromEntries(entries);
}

// Sending messages, one or up to ten.
import { BatchRequestTooLong } from "@aws-sdk/client-sqs";
import type * as Sdk from "@aws-sdk/client-sqs";
import { queueLimits } from "../../core/queues/limits.ts";
import type { NewMessage } from "../../core/queues/message.ts";
import { settingsOf } from "../../core/queues/queue-attributes.ts";
import type { SentMessage } from "../../storage/queues.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { modelled } from "../../wire/service.ts";
import { attempt, checkBatch, doneOf, failuresOf } from "./batches.ts";
import type { SqsContext } from "./context.ts";
import { digestOfAttributes, digestOfText } from "./message-digest.ts";
import { bytesOf, newMessageOf } from "./message-input.ts";
import { requireQueue } from "./stored-queues.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export async function sendMessage(
  input: Input<"SendMessage">,
  context: SqsContext,
): Promise<Output<"SendMessage">> {
  const queue = await requireQueue(context, input.QueueUrl);
  const { principal, now } = context.call;
  const message = newMessageOf(input, settingsOf(queue.attributes), principal);
  const [sent] = await context.dependencies.queues.send(queue, [message], now);
  if (sent === undefined) throw new Error("a message was sent and has no id");
  return resultOf(message, sent);
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export async function sendMessageBatch(
  input: Input<"SendMessageBatch">,
  context: SqsContext,
): Promise<Output<"SendMessageBatch">> {
  const queue = await requireQueue(context, input.QueueUrl);
  const { principal, now } = context.call;
  checkBatch(input.Entries, "SendMessageBatchRequestEntry");
  const settings = settingsOf(queue.attributes);
  const outcomes = await Promise.all(
    input.Entries.map((entry) => attempt(entry.Id, () => newMessageOf(entry, settings, principal))),
  );
  const accepted = doneOf(outcomes);
  refuseTooLong(accepted.map(({ result }) => result));
  const messages = accepted.map(({ result }) => result);
  const sent = await context.dependencies.queues.send(queue, messages, now);
  return {
    Successful: accepted.flatMap(({ id, result }, index) => {
      const one = sent[index];
      return one === undefined ? [] : [{ Id: id, ...resultOf(result, one) }];
    }),
    Failed: failuresOf(outcomes),
  };
}

function refuseTooLong(messages: readonly NewMessage[]): void {
  const bytes = messages.reduce((sum, { body, attributes }) => sum + bytesOf(body, attributes), 0);
  if (bytes <= queueLimits.messageBytes) return;
  throw modelled(
    BatchRequestTooLong,
    `Batch requests cannot be longer than ${queueLimits.messageBytes} bytes. You have sent ${bytes} bytes.`,
  );
}

function resultOf({ body, attributes, traceHeader }: NewMessage, { messageId, sequenceNumber }: SentMessage) {
  const ofAttributes = digestOfAttributes(attributes);
  const ofSystem =
    traceHeader === undefined
      ? undefined
      : digestOfAttributes({ AWSTraceHeader: { type: "String", text: traceHeader } });
  return {
    MessageId: messageId,
    MD5OfMessageBody: digestOfText(body),
    ...(ofAttributes === undefined ? {} : { MD5OfMessageAttributes: ofAttributes }),
    ...(ofSystem === undefined ? {} : { MD5OfMessageSystemAttributes: ofSystem }),
    ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
  };
}

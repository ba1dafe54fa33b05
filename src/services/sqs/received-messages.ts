// What is done with messages that were received: delete them, or change how long they stay invisible.
import { MessageNotInflight } from "@aws-sdk/client-sqs";
import type * as Sdk from "@aws-sdk/client-sqs";
import type { Queue } from "../../storage/queues.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { modelled } from "../../wire/service.ts";
import { attempt, checkBatch, doneOf, failuresOf } from "./batches.ts";
import type { SqsContext } from "./context.ts";
import { invalidParameter, missingParameter } from "./errors.ts";
import { receiptOf } from "./receipt-handles.ts";
import { visibilityMsOf } from "./receive-message.ts";
import { requireQueue } from "./stored-queues.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html */
export async function deleteMessage(input: Input<"DeleteMessage">, context: SqsContext): Promise<object> {
  await deleteOne(context, await requireQueue(context, input.QueueUrl), input.ReceiptHandle);
  return {};
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
export async function deleteMessageBatch(
  input: Input<"DeleteMessageBatch">,
  context: SqsContext,
): Promise<Output<"DeleteMessageBatch">> {
  const queue = await requireQueue(context, input.QueueUrl);
  checkBatch(input.Entries, "DeleteMessageBatchRequestEntry");
  const outcomes = await Promise.all(
    input.Entries.map(({ Id, ReceiptHandle }) => attempt(Id, () => deleteOne(context, queue, ReceiptHandle))),
  );
  return { Successful: doneOf(outcomes).map(({ id }) => ({ Id: id })), Failed: failuresOf(outcomes) };
}

async function deleteOne({ dependencies }: SqsContext, queue: Queue, handle: string): Promise<void> {
  const { queues, clock } = dependencies;
  const outcome = await queues.deleteMessage(queue, receiptOf(handle, queue), clock.now());
  if (outcome === "expired") {
    throw invalidParameter("ReceiptHandle", handle, "The receipt handle has expired.");
  }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
export async function changeMessageVisibility(
  input: Input<"ChangeMessageVisibility">,
  context: SqsContext,
): Promise<object> {
  const queue = await requireQueue(context, input.QueueUrl);
  await changeOne(context, queue, input.ReceiptHandle, input.VisibilityTimeout);
  return {};
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html */
export async function changeMessageVisibilityBatch(
  input: Input<"ChangeMessageVisibilityBatch">,
  context: SqsContext,
): Promise<Output<"ChangeMessageVisibilityBatch">> {
  const queue = await requireQueue(context, input.QueueUrl);
  checkBatch(input.Entries, "ChangeMessageVisibilityBatchRequestEntry");
  const outcomes = await Promise.all(
    input.Entries.map(({ Id, ReceiptHandle, VisibilityTimeout }) =>
      attempt(Id, () => changeOne(context, queue, ReceiptHandle, VisibilityTimeout)),
    ),
  );
  return { Successful: doneOf(outcomes).map(({ id }) => ({ Id: id })), Failed: failuresOf(outcomes) };
}

async function changeOne(
  { dependencies }: SqsContext,
  queue: Queue,
  handle: string,
  seconds: number | undefined,
): Promise<void> {
  if (seconds === undefined) throw missingParameter("VisibilityTimeout");
  const { queues, clock } = dependencies;
  const change = { visibilityMs: visibilityMsOf(seconds), now: clock.now() };
  const outcome = await queues.changeVisibility(queue, receiptOf(handle, queue), change);
  switch (outcome) {
    case "changed":
      return;
    case "gone": {
      const reason = "Message does not exist or is not available for visibility timeout change.";
      throw invalidParameter("ReceiptHandle", handle, reason);
    }
    case "not in flight":
      throw modelled(MessageNotInflight, `Message ${handle} is not in flight.`);
    case "too long": {
      const reason = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds].";
      throw invalidParameter("VisibilityTimeout", seconds, reason);
    }
  }
}

// Attributes of queues: read, set, and checked against each other.
import { InvalidAttributeName, InvalidAttributeValue } from "@aws-sdk/client-sqs";
import type * as Sdk from "@aws-sdk/client-sqs";
import { queueArnOf, queueOfArn, type QueueName } from "../../core/queues/queue.ts";
import {
  allAttributes,
  allowsDeadLettersOf,
  isAttributeName,
  problemOfAttributes,
  settingsOf,
  unsupportedAttributes,
  withAttributes,
  type QueueAttributes,
} from "../../core/queues/queue-attributes.ts";
import type { Queue } from "../../storage/queues.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { modelled, notImplemented } from "../../wire/service.ts";
import type { SqsContext } from "./context.ts";
import { invalidParameter, unknownAttribute } from "./errors.ts";
import { changeQueue, requireQueue } from "./stored-queues.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html */
export async function getQueueAttributes(
  input: Input<"GetQueueAttributes">,
  context: SqsContext,
): Promise<Output<"GetQueueAttributes">> {
  const queue = await requireQueue(context, input.QueueUrl);
  const names = input.AttributeNames ?? [];
  const unknown = names.find((name) => name !== "All" && !isAttributeName(name));
  if (unknown !== undefined) throw unknownAttribute(unknown);
  if (names.length === 0) return {};
  const all = { ...allAttributes(queue.attributes), ...(await computedOf(queue, context)) };
  const asked = new Set<string>(names);
  const shown = Object.entries(all).filter(([name]) => asked.has("All") || asked.has(name));
  return { Attributes: Object.fromEntries(shown) };
}

async function computedOf(queue: Queue, { call, dependencies }: SqsContext): Promise<QueueAttributes> {
  const { visible, inFlight, delayed } = await dependencies.queues.counts(queue, call.now);
  return {
    QueueArn: queueArnOf(queue),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1_000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1_000)),
  };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export async function setQueueAttributes(
  input: Input<"SetQueueAttributes">,
  context: SqsContext,
): Promise<object> {
  await changeQueue(context, input.QueueUrl, async (queue) => {
    const { isFifo } = settingsOf(queue.attributes);
    // To say again what cannot be changed is no change.
    const given = Object.entries(presentIn(input.Attributes)).filter(
      ([name, value]) => name !== "FifoQueue" || value !== queue.attributes["FifoQueue"],
    );
    const attributes = Object.fromEntries(given);
    await checkAttributes(context, queue, attributes, { isFifo, isNew: false });
    return { attributes: withAttributes(queue.attributes, attributes), modifiedAt: context.call.now };
  });
  return {};
}

/** @throws InvalidAttributeName, InvalidAttributeValue, or InvalidParameterValue for a bad RedrivePolicy. */
export async function checkAttributes(
  context: SqsContext,
  queue: QueueName,
  attributes: QueueAttributes,
  kind: { readonly isFifo: boolean; readonly isNew: boolean },
): Promise<void> {
  const unsupported = Object.keys(attributes).find((name) => unsupportedAttributes.has(name));
  if (unsupported !== undefined) {
    throw notImplemented(`Groundwatch does not support the attribute ${unsupported} of queues.`);
  }
  const problem = problemOfAttributes(attributes, kind);
  if (problem !== undefined) {
    throw problem.kind === "name"
      ? modelled(InvalidAttributeName, problem.message)
      : modelled(InvalidAttributeValue, problem.message);
  }
  await checkDeadLetterQueue(context, queue, attributes, kind.isFifo);
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
async function checkDeadLetterQueue(
  { dependencies }: SqsContext,
  queue: QueueName,
  attributes: QueueAttributes,
  isFifo: boolean,
): Promise<void> {
  const { deadLetter } = settingsOf(attributes);
  if (deadLetter === undefined) return;
  const refuse = (reason: string) => invalidParameter("RedrivePolicy", attributes["RedrivePolicy"], reason);
  const name = queueOfArn(deadLetter.arn);
  const isNear = name?.account === queue.account && name.region === queue.region;
  const target = name !== undefined && isNear ? await dependencies.queues.find(name) : undefined;
  if (target === undefined) throw refuse("Dead letter target does not exist.");
  if (settingsOf(target.attributes).isFifo !== isFifo) {
    throw refuse("Dead-letter queue must be same type of queue as the source.");
  }
  if (!allowsDeadLettersOf(target.attributes, queueArnOf(queue))) {
    throw refuse("Dead-letter queue does not allow this queue as its source.");
  }
}

/** The SDK's type says of every attribute that it may be undefined. */
export function presentIn(attributes: Readonly<Record<string, string | undefined>>): QueueAttributes {
  const present = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(present);
}

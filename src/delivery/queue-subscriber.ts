// Delivers notifications to the queues of this server, and what nobody takes to dead-letter queues.
import { problemOfAttributes, type NewMessage } from "../core/queues/message.ts";
import { takesMessagesOf } from "../core/queues/queue-access.ts";
import { queueOfArn, type QueueSettings } from "../core/queues/queue.ts";
import { settingsOf } from "../core/queues/queue-attributes.ts";
import type { Delivery } from "../storage/outbox.ts";
import type { Queues } from "../storage/queues.ts";
import type { NotificationDocuments } from "./notification-document.ts";
import { arrived, refused, type DeliveryOutcome } from "./outcome.ts";

const senderId = "sns.amazonaws.com";

export interface QueueParts {
  readonly queues: Queues;
  readonly documents: NotificationDocuments;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html */
export async function deliverToQueue(
  arn: string,
  delivery: Delivery,
  { queues, documents, now }: QueueParts,
): Promise<DeliveryOutcome> {
  const name = queueOfArn(arn);
  const queue = name && (await queues.find(name));
  if (queue === undefined) return refused("The specified queue does not exist.");
  const { account: sourceAccount, topicArn: sourceArn } = delivery;
  if (!takesMessagesOf(queue, { service: senderId, sourceArn, sourceAccount })) {
    return refused(`The policy of the queue does not allow ${senderId} to send messages for the topic.`);
  }
  const settings = settingsOf(queue.attributes);
  const message = await messageOf(delivery, documents, settings);
  if (message === undefined) return refused("A FIFO queue takes no messages of a standard topic.");
  const problem = problemOfAttributes(message.attributes);
  if (problem !== undefined) return refused(problem);
  if (Buffer.byteLength(message.body) > settings.maximumBytes) {
    return refused(`The message is longer than the ${settings.maximumBytes} bytes that the queue takes.`);
  }
  const [sent] = await queues.send(queue, [message], now());
  return arrived(`queued as ${sent?.messageId}`);
}

/** Undefined for a FIFO queue, which takes only what has a group and can be told from what it has. */
async function messageOf(
  delivery: Delivery,
  documents: NotificationDocuments,
  { isFifo }: QueueSettings,
): Promise<NewMessage | undefined> {
  const { isRaw, message, attributes, groupId } = delivery;
  const group = groupId === undefined ? {} : { groupId };
  const order = isFifo ? orderOf(delivery) : group;
  if (order === undefined) return undefined;
  if (isRaw) return { body: message, attributes, senderId, ...order };
  return { body: await documents.write(delivery), attributes: {}, senderId, ...order };
}

/** The question whether messages are wanted belongs to no group and is sent once. */
function orderOf({ type, topicArn, groupId, deduplicationId, messageId }: Delivery) {
  if (type !== "Notification") return { groupId: topicArn, deduplicationId: messageId };
  return groupId === undefined || deduplicationId === undefined ? undefined : { groupId, deduplicationId };
}

// What is sent to subscribers: messages, the question whether they want any, and that it has ended.
import { randomUUID } from "node:crypto";
import { textFor, type PublishedMessage } from "../core/notifications/published-message.ts";
import { subscriptionArnOf, topicArnOf } from "../core/notifications/topic.ts";
import { deadLetterArnOf } from "../core/notifications/topic-attributes.ts";
import type { Delivery } from "./outbox.ts";
import type { Subscription, Topic } from "./topics.ts";

export function notificationOf(
  topic: Topic,
  subscription: Subscription,
  published: PublishedMessage & { readonly sequenceNumber?: string },
): Delivery {
  const { byProtocol: _texts, message: _text, ...rest } = published;
  const message = textFor(published, subscription.protocol);
  return { type: "Notification", ...addressed(topic, subscription), ...rest, message };
}

/** What a delivery knows of its topic and subscription. */
function addressed(topic: Topic, subscription: Subscription) {
  const { account, region, attributes: ofTopic } = topic;
  const { protocol, endpoint, attributes } = subscription;
  const deliveryPolicy = attributes["DeliveryPolicy"] ?? ofTopic["DeliveryPolicy"];
  const deadLetterArn = deadLetterArnOf(attributes["RedrivePolicy"] ?? "");
  const displayName = ofTopic["DisplayName"];
  return {
    account,
    region,
    topicArn: topicArnOf(topic),
    subscriptionArn: subscriptionArnOf(subscription),
    protocol,
    endpoint,
    isRaw: attributes["RawMessageDelivery"] === "true",
    signatureVersion: ofTopic["SignatureVersion"] === "2" ? ("2" as const) : ("1" as const),
    ...(displayName === undefined ? {} : { displayName }),
    ...(deliveryPolicy === undefined ? {} : { deliveryPolicy }),
    ...(deadLetterArn === undefined ? {} : { deadLetterArn }),
  };
}

/** https://docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html */
export function questionOf(topic: Topic, subscription: Subscription, now: number): Delivery {
  return control(topic, subscription, now, {
    type: "SubscriptionConfirmation",
    message:
      `You have chosen to subscribe to the topic ${topicArnOf(topic)}.\n` +
      "To confirm the subscription, visit the SubscribeURL included in this message.",
  });
}

/** https://docs.aws.amazon.com/sns/latest/dg/http-unsubscribe-confirmation-json.html */
export function endingOf(topic: Topic, subscription: Subscription, now: number): Delivery {
  return control(topic, subscription, now, {
    type: "UnsubscribeConfirmation",
    message:
      `You have chosen to deactivate subscription ${subscriptionArnOf(subscription)}.\n` +
      "To cancel this operation and restore the subscription, visit the SubscribeURL included in this " +
      "message.",
  });
}

function control(
  topic: Topic,
  subscription: Subscription,
  now: number,
  content: Pick<Delivery, "type" | "message">,
): Delivery {
  const { token } = subscription;
  return {
    ...addressed(topic, subscription),
    ...content,
    isRaw: false,
    messageId: randomUUID(),
    publishedAt: now,
    attributes: {},
    ...(token === undefined ? {} : { token }),
  };
}

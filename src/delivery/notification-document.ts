// Notifications and confirmations as subscribers get them: signed, with the links that they may follow.
import { createHash } from "node:crypto";
import { signedText } from "../core/notifications/signed-text.ts";
import type { Delivery } from "../storage/outbox.ts";
import type { Signing } from "../storage/signing.ts";

/** Of the API, for programs, and of pages that ask, for people. */
export interface NotificationLinks {
  readonly subscribe: string;
  readonly unsubscribe: string;
  readonly subscribePage: string;
  readonly unsubscribePage: string;
}

export interface NotificationDocuments {
  /** JSON. */
  write(delivery: Delivery): Promise<string>;
  linksOf(delivery: Delivery): NotificationLinks;
}

/** Subscribers of one topic get the same signature, and a signature costs a millisecond of the processor. */
const keptSignatures = 100;

/**
 * The members and their order are those of
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 * `address` says under which address this server is reached by others.
 */
export function createNotificationDocuments(signing: Signing, address: () => string): NotificationDocuments {
  const sign = createSigner(signing);
  return {
    linksOf,
    async write(delivery) {
      const { type, messageId, sequenceNumber, topicArn, subject, message, token, signatureVersion } =
        delivery;
      const links = linksOf(delivery);
      const isQuestion = type !== "Notification";
      const fields = {
        Type: type,
        MessageId: messageId,
        ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
        ...(isQuestion && token !== undefined ? { Token: token } : {}),
        TopicArn: topicArn,
        ...(subject === undefined ? {} : { Subject: subject }),
        Message: message,
        ...(isQuestion ? { SubscribeURL: links.subscribe } : {}),
        Timestamp: new Date(delivery.publishedAt).toISOString(),
      };
      const [signature, { name }] = await Promise.all([
        sign(signedText(fields), signatureVersion),
        signing.certificate(),
      ]);
      return JSON.stringify({
        ...fields,
        SignatureVersion: signatureVersion,
        Signature: signature,
        SigningCertURL: `${address()}/${name}`,
        ...(isQuestion ? {} : { UnsubscribeURL: links.unsubscribe }),
        ...attributesOf(delivery),
      });
    },
  };

  function linksOf({ topicArn, subscriptionArn, token = "" }: Delivery): NotificationLinks {
    const server = address();
    const confirmation = `TopicArn=${topicArn}&Token=${token}`;
    return {
      subscribe: `${server}/?Action=ConfirmSubscription&${confirmation}`,
      unsubscribe: `${server}/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`,
      subscribePage: `${server}/_groundwatch/confirm-subscription?${confirmation}`,
      unsubscribePage: `${server}/_groundwatch/unsubscribe?SubscriptionArn=${subscriptionArn}`,
    };
  }
}

function attributesOf({ attributes }: Delivery): object {
  const entries = Object.entries(attributes).map(([name, { type, text, bytes }]) => [
    name,
    { Type: type, Value: text ?? bytes },
  ]);
  return entries.length === 0 ? {} : { MessageAttributes: Object.fromEntries(entries) };
}

function createSigner(signing: Signing): Signing["sign"] {
  const kept = new Map<string, string>();
  return async (text, version) => {
    const { name } = await signing.certificate();
    const key = createHash("sha256").update(`${version} ${name} ${text}`).digest("base64");
    const known = kept.get(key);
    if (known !== undefined) return known;
    const signature = await signing.sign(text, version);
    const [oldest] = kept.keys();
    if (kept.size >= keptSignatures && oldest !== undefined) kept.delete(oldest);
    kept.set(key, signature);
    return signature;
  };
}

// Delivers what waits in the outbox, each protocol in its way.
import type { Protocol } from "../core/notifications/topic.ts";
import type { Delivery } from "../storage/outbox.ts";
import type { Queues } from "../storage/queues.ts";
import type { Signing } from "../storage/signing.ts";
import { deliverByHttp } from "./http-subscriber.ts";
import { deliverToFunction } from "./function-subscriber.ts";
import { createMailer, type MailSettings } from "./mail-subscriber.ts";
import { createNotificationDocuments } from "./notification-document.ts";
import type { DeliveryOutcome } from "./outcome.ts";
import { deliverToQueue } from "./queue-subscriber.ts";
import type { ServiceEndpoints } from "./service-endpoints.ts";

export interface Subscribers {
  /** Rejects when the store fails, or a reason of this server's own; an attempt that fails is an outcome. */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<DeliveryOutcome>;
  /** What would have been delivered, to the delivery's dead-letter queue. */
  bury(delivery: Delivery, deadLetterArn: string): Promise<DeliveryOutcome>;
  close(): void;
}

export interface SubscriberParts {
  readonly queues: Queues;
  readonly signing: Signing;
  readonly mail: MailSettings;
  /** Where Lambda is. */
  readonly endpoints: ServiceEndpoints;
  /** Under which address this server is reached by others. */
  readonly address: () => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

type Deliver = Subscribers["deliver"];

export function createSubscribers(parts: SubscriberParts): Subscribers {
  const { queues, signing, mail, endpoints, address, now } = parts;
  const documents = createNotificationDocuments(signing, address);
  const mailer = createMailer(mail);
  const toQueue = { queues, documents, now };
  const byHttp: Deliver = (delivery, signal) => deliverByHttp(delivery, documents, signal);
  const byMail: Deliver = (delivery) => mailer.deliver(delivery, documents);
  const ways: Readonly<Record<Protocol, Deliver>> = {
    http: byHttp,
    https: byHttp,
    email: byMail,
    "email-json": byMail,
    sqs: (delivery) => deliverToQueue(delivery.endpoint, delivery, toQueue),
    lambda: (delivery, signal) => deliverToFunction(delivery, { endpoints, documents, now }, signal),
  };
  return {
    deliver: (delivery, signal) => ways[delivery.protocol](delivery, signal),
    bury: (delivery, deadLetterArn) => deliverToQueue(deadLetterArn, delivery, toQueue),
    close: () => mailer.close(),
  };
}

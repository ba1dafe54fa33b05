// Delivers notifications as e-mail.
import { createTransport, type SendMailOptions, type Transporter } from "nodemailer";
import type { Delivery } from "../storage/outbox.ts";
import type { NotificationDocuments } from "./notification-document.ts";
import { arrived, failed, refused, wordsOf, type DeliveryOutcome } from "./outcome.ts";

export interface MailSettings {
  /** Like `smtp://user:password@host:587`; undefined when there is no mail server. */
  readonly smtpUrl: string | undefined;
  /** The sender's address. */
  readonly smtpFrom: string;
}

export interface Mailer {
  deliver(delivery: Delivery, documents: NotificationDocuments): Promise<DeliveryOutcome>;
  close(): void;
}

/** For nodemailer; what the address says itself goes before them. */
const transportDefaults = {
  pool: "true",
  maxConnections: "4",
  connectionTimeout: "10000",
  greetingTimeout: "10000",
  socketTimeout: "30000",
} as const;

/** Connections are opened when they are needed, and kept for the next mail. */
export function createMailer({ smtpUrl, smtpFrom }: MailSettings): Mailer {
  const transport = smtpUrl === undefined ? undefined : openTransport(smtpUrl);
  return {
    async deliver(delivery, documents) {
      if (transport === undefined) return failed("No mail server is configured: set --smtp-url.");
      const mail = await mailOf(delivery, documents, smtpFrom);
      try {
        const { response } = (await transport.sendMail(mail)) as { readonly response?: string };
        return arrived(response ?? "sent");
      } catch (error) {
        return isFinal(error) ? refused(wordsOf(error)) : failed(wordsOf(error));
      }
    },
    close: () => transport?.close(),
  };
}

function openTransport(smtpUrl: string): Transporter {
  const url = new URL(smtpUrl);
  for (const [name, value] of Object.entries(transportDefaults)) {
    if (!url.searchParams.has(name)) url.searchParams.set(name, value);
  }
  return createTransport(url.href);
}

/** The server will not take this mail, or not for this person; other errors are about the server itself. */
function isFinal(error: unknown): boolean {
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown };
  return (
    (code === "EENVELOPE" || code === "EMESSAGE") && typeof responseCode === "number" && responseCode >= 500
  );
}

async function mailOf(
  delivery: Delivery,
  documents: NotificationDocuments,
  from: string,
): Promise<SendMailOptions> {
  const { endpoint, messageId, publishedAt, displayName } = delivery;
  const { subscribePage, unsubscribePage } = documents.linksOf(delivery);
  const isNotification = delivery.type === "Notification";
  const { subject, write } = kinds[delivery.type];
  return {
    from: { name: displayName ?? "AWS Notifications", address: from },
    to: endpoint,
    subject: delivery.subject ?? subject,
    text:
      delivery.protocol === "email-json"
        ? await documents.write(delivery)
        : write(delivery, isNotification ? unsubscribePage : subscribePage),
    date: new Date(publishedAt),
    // The same for every attempt, by which a mail that arrives twice is known.
    messageId: `<${messageId}.${delivery.subscriptionArn.slice(-12)}@groundwatch>`,
    ...(isNotification ? { headers: { "List-Unsubscribe": `<${unsubscribePage}>` } } : {}),
  };
}

interface Kind {
  readonly subject: string;
  /** `link` ends a subscription, confirms it, or brings it back. */
  readonly write: (delivery: Delivery, link: string) => string;
}

const kinds: Readonly<Record<Delivery["type"], Kind>> = {
  Notification: { subject: "AWS Notification Message", write: textOf },
  SubscriptionConfirmation: {
    subject: "AWS Notification - Subscription Confirmation",
    write: questionOf,
  },
  UnsubscribeConfirmation: { subject: "AWS Notification - Unsubscribe Confirmation", write: endingOf },
};

function textOf({ message }: Delivery, unsubscribe: string): string {
  return `${message}\n\n--\nTo stop getting messages of this topic, open this address:\n${unsubscribe}\n`;
}

function questionOf({ topicArn }: Delivery, subscribe: string): string {
  return (
    `Somebody subscribed this address to the topic\n${topicArn}\n\n` +
    `To get its messages, confirm that by opening this address:\n${subscribe}\n\n` +
    "If you do not want them, there is nothing to do.\n"
  );
}

function endingOf({ topicArn }: Delivery, subscribe: string): string {
  return (
    `This address gets no more messages of the topic\n${topicArn}\n\n` +
    `If that was a mistake, open this address to get them again:\n${subscribe}\n`
  );
}

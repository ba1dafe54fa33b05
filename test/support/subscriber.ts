// A web server that subscribes to topics, as somebody outside would write it.
import { createVerify, X509Certificate } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface ReceivedPost {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Subscriber {
  readonly url: string;
  readonly posts: ReceivedPost[];
  /** What it answers from now on; 0 is nothing at all. */
  answerWith(status: number): void;
  stop(): Promise<void>;
}

export async function startSubscriber(): Promise<Subscriber> {
  const posts: ReceivedPost[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      posts.push({ headers: request.headers, body });
      if (status !== 0) response.writeHead(status).end(status === 200 ? "" : "no thanks");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    posts,
    answerWith: (next) => (status = next),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const ofConfirmations = [
  "Message",
  "MessageId",
  "SubscribeURL",
  "Timestamp",
  "Token",
  "TopicArn",
  "Type",
] as const;

/** The fields of a notification, in the order in which their text is signed. */
const signedFields = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: ofConfirmations,
  UnsubscribeConfirmation: ofConfirmations,
} as const;

export type NotificationFields = Readonly<Record<string, string>> & {
  readonly Type: keyof typeof signedFields;
};

/**
 * Verifies as the documentation of AWS tells subscribers to; the certificate comes from where the message
 * says.
 */
export async function isGenuine(fields: NotificationFields): Promise<boolean> {
  const certificate = new X509Certificate(await (await fetch(fields["SigningCertURL"]!)).text());
  let text = "";
  for (const name of signedFields[fields.Type]) {
    if (fields[name] !== undefined) text += `${name}\n${fields[name]}\n`;
  }
  const algorithm = fields["SignatureVersion"] === "2" ? "RSA-SHA256" : "RSA-SHA1";
  return createVerify(algorithm).update(text).verify(certificate.publicKey, fields["Signature"]!, "base64");
}

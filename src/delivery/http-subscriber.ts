// Delivers notifications to web servers.
import { contentTypeOf } from "../core/deliveries/request-policy.ts";
import type { Delivery } from "../storage/outbox.ts";
import type { NotificationDocuments } from "./notification-document.ts";
import { arrived, failed, refused, wordsOf, type DeliveryOutcome } from "./outcome.ts";

/** https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html */
const responseTimeoutMs = 15_000;
/** Of an answer that is no success, to be shown with the attempt. */
const shownAnswerCharacters = 300;

/**
 * An answer of 2xx is a success, 5xx and 429 are worth another attempt, any other is final.
 * https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.https.ca.html
 */
export async function deliverByHttp(
  delivery: Delivery,
  documents: NotificationDocuments,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const { address, authorization } = addressOf(delivery.endpoint);
  const body = delivery.isRaw ? delivery.message : await documents.write(delivery);
  let answer: Response;
  try {
    answer = await fetch(address, {
      method: "POST",
      headers: { ...headersOf(delivery), ...authorization },
      body,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(responseTimeoutMs)]),
    });
  } catch (error) {
    return failed(wordsOf(error));
  }
  const text = await firstPartOf(answer);
  if (answer.ok) return arrived(`HTTP ${answer.status}`);
  const detail = text === "" ? `HTTP ${answer.status}` : `HTTP ${answer.status}: ${text}`;
  return answer.status >= 500 || answer.status === 429 ? failed(detail) : refused(detail);
}

/** https://docs.aws.amazon.com/sns/latest/dg/http-header.html */
function headersOf(delivery: Delivery): Record<string, string> {
  const hasArn = delivery.type !== "SubscriptionConfirmation";
  return {
    "content-type": contentTypeOf(delivery.deliveryPolicy),
    "user-agent": "Amazon Simple Notification Service Agent",
    "x-amz-sns-message-type": delivery.type,
    "x-amz-sns-message-id": delivery.messageId,
    "x-amz-sns-topic-arn": delivery.topicArn,
    ...(hasArn ? { "x-amz-sns-subscription-arn": delivery.subscriptionArn } : {}),
    ...(delivery.isRaw ? { "x-amz-sns-rawdelivery": "true" } : {}),
  };
}

/** A name and a password in an address become a header: they belong in no request line. */
function addressOf(endpoint: string): { readonly address: URL; readonly authorization: object } {
  const address = new URL(endpoint);
  const { username, password } = address;
  if (username === "" && password === "") return { address, authorization: {} };
  address.username = "";
  address.password = "";
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { address, authorization: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` } };
}

/** The rest is not waited for: an answer may be endless. */
async function firstPartOf(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return "";
  try {
    const { value } = await reader.read();
    return Buffer.from(value ?? [])
      .toString()
      .slice(0, shownAnswerCharacters)
      .trim();
  } catch {
    return ""; // the status has come, and it decides
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

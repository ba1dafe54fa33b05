// Delivers notifications to functions, in the Lambda that is configured.
import type { Delivery } from "../storage/outbox.ts";
import type { NotificationDocuments } from "./notification-document.ts";
import { arrived, failed, refused, wordsOf, type DeliveryOutcome } from "./outcome.ts";
import type { ServiceEndpoints } from "./service-endpoints.ts";
import { AnswerError } from "./post.ts";
import { sendToService } from "./signed-request.ts";

export interface FunctionParts {
  readonly endpoints: ServiceEndpoints;
  readonly documents: NotificationDocuments;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export async function deliverToFunction(
  delivery: Delivery,
  { endpoints, documents, now }: FunctionParts,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const { endpoint: arn, region } = delivery;
  if (endpoints.lambda === undefined) {
    return refused("No endpoint of lambda is configured: set --service-endpoints.");
  }
  const body = JSON.stringify(eventOf(delivery, await documents.write(delivery)));
  try {
    await sendToService(endpoints.lambda, {
      service: "lambda",
      region: arn.split(":")[3] ?? region,
      path: `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`,
      headers: { "content-type": "application/json", "x-amz-invocation-type": "Event" },
      body,
      now: now(),
      signal,
    });
    return arrived("invoked");
  } catch (error) {
    const isAnswer = error instanceof AnswerError && error.status < 500 && error.status !== 429;
    return isAnswer ? refused(wordsOf(error)) : failed(wordsOf(error));
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
function eventOf({ subscriptionArn }: Delivery, document: string): object {
  const fields = JSON.parse(document) as Readonly<Record<string, unknown>>;
  const { SigningCertURL: certificate, UnsubscribeURL: unsubscribe, ...others } = fields;
  const notification = {
    Subject: null,
    MessageAttributes: {},
    ...others,
    SigningCertUrl: certificate,
    UnsubscribeUrl: unsubscribe,
  };
  const source = { EventSource: "aws:sns", EventVersion: "1.0", EventSubscriptionArn: subscriptionArn };
  return { Records: [{ ...source, Sns: notification }] };
}

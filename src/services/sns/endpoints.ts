// Where subscribers are: what each protocol takes as an endpoint.
import { queueOfArn } from "../../core/queues/queue.ts";
import type { Protocol } from "../../core/notifications/topic.ts";
import { invalidParameter } from "./errors.ts";

const isAddress = (scheme: string) => (endpoint: string) =>
  endpoint.startsWith(`${scheme}://`) && URL.canParse(endpoint);
const functionArn = /^arn:[\w-]+:lambda:[\w-]+:(\d{12}):function:[\w-]{1,64}(:[\w$-]{1,128})?$/;
const isMail = (endpoint: string) => /^[^\s@<>"',;]{1,64}@[^\s@<>"',;]{1,255}$/.test(endpoint);

interface Rule {
  readonly accepts: (endpoint: string) => boolean;
  readonly problem: string;
}

const rules: Readonly<Record<Protocol, Rule>> = {
  http: { accepts: isAddress("http"), problem: "Endpoint must match the specified protocol" },
  https: { accepts: isAddress("https"), problem: "Endpoint must match the specified protocol" },
  email: { accepts: isMail, problem: "Email address" },
  "email-json": { accepts: isMail, problem: "Email address" },
  sqs: { accepts: (endpoint) => queueOfArn(endpoint) !== undefined, problem: "SQS endpoint ARN" },
  lambda: { accepts: (endpoint) => functionArn.test(endpoint), problem: "Lambda endpoint ARN" },
};

/**
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 * @throws InvalidParameterException
 */
export function checkEndpoint(protocol: Protocol, endpoint: string, isFifoTopic: boolean): void {
  // https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html
  if (isFifoTopic && protocol !== "sqs") throw invalidParameter(`Invalid protocol type: ${protocol}`);
  const { accepts, problem } = rules[protocol];
  if (!accepts(endpoint)) throw invalidParameter(problem);
  if (protocol === "sqs" && endpoint.endsWith(".fifo") && !isFifoTopic) {
    throw invalidParameter(
      "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
    );
  }
}

/** Whether messages are wanted is no question where an endpoint's owner subscribes it. */
export function confirmsItself(protocol: Protocol, endpoint: string, account: string): boolean {
  if (protocol === "sqs") return queueOfArn(endpoint)?.account === account;
  return protocol === "lambda" && functionArn.exec(endpoint)?.[1] === account;
}

/** An address without its password, for listings. */
export function shownEndpoint(endpoint: string): string {
  return endpoint.replace(/^(https?:\/\/[^/@:]*):[^/@]*@/, "$1:****@");
}

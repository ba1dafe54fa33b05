// Attributes of topics: read, set and checked.
import type * as Sdk from "@aws-sdk/client-sns";
import { throttles } from "../../core/deliveries/request-policy.ts";
import { effectiveHttpPolicy } from "../../core/deliveries/retry-policy.ts";
import { problemOfTopicAttributes, type Attributes } from "../../core/notifications/topic-attributes.ts";
import { topicLimits } from "../../core/notifications/limits.ts";
import { defaultPolicy } from "../../core/notifications/topic-access.ts";
import { isFifoTopic, topicArnOf } from "../../core/notifications/topic.ts";
import type { Topic } from "../../storage/topics.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { notImplemented } from "../../wire/service.ts";
import type { SnsContext } from "./context.ts";
import { refused } from "./errors.ts";
import { changeTopic, requireTopic } from "./stored-topics.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
export async function getTopicAttributes(
  input: Input<"GetTopicAttributes">,
  context: SnsContext,
): Promise<Output<"GetTopicAttributes">> {
  const topic = await requireTopic(context, input.TopicArn);
  const { pending, confirmed, ended } = await countSubscriptions(topic, context);
  return {
    Attributes: {
      TopicArn: topicArnOf(topic),
      Owner: topic.account,
      Policy: defaultPolicy(topic),
      DisplayName: "",
      SubscriptionsConfirmed: String(confirmed),
      SubscriptionsPending: String(pending),
      SubscriptionsDeleted: String(ended),
      EffectiveDeliveryPolicy: JSON.stringify({
        http: {
          defaultHealthyRetryPolicy: effectiveHttpPolicy(topic.attributes["DeliveryPolicy"]),
          disableSubscriptionOverrides: false,
          defaultRequestPolicy: { headerContentType: "text/plain; charset=UTF-8" },
        },
      }),
      ...(isFifoTopic(topic) ? { ContentBasedDeduplication: "false", FifoThroughputScope: "Topic" } : {}),
      ...topic.attributes,
    },
  };
}

async function countSubscriptions(topic: Topic, { call, dependencies }: SnsContext) {
  const { account, region, name: topicName } = topic;
  const limit = topicLimits.subscriptionsPerRead;
  let ended = 0;
  let pending = 0;
  let confirmed = 0;
  let after: string | undefined;
  for (;;) {
    const page = { limit, now: call.now, ...(after === undefined ? {} : { after }) };
    const found = await dependencies.topics.listSubscriptions({ account, region, topicName }, page);
    const over = found.subscriptions.filter(({ endedAt }) => endedAt !== undefined).length;
    const waiting = found.subscriptions.filter(({ token }) => token !== undefined).length - over;
    ended += over;
    pending += waiting;
    confirmed += found.subscriptions.length - waiting - over;
    after = found.next;
    if (after === undefined) return { pending, confirmed, ended };
  }
}

/** https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
export async function setTopicAttributes(
  input: Input<"SetTopicAttributes">,
  context: SnsContext,
): Promise<object> {
  const { AttributeName: name, AttributeValue: value = "" } = input;
  await changeTopic(context, input.TopicArn, ({ attributes }) => {
    if (name === "FifoTopic") throw refused("Invalid parameter: AttributeName");
    checkTopicAttributes({ [name]: value }, attributes);
    return { attributes: withAttribute(attributes, name, value) };
  });
  return {};
}

/** Promises that nobody would keep: refused, not stored. */
const unsupported: ReadonlySet<string> = new Set([
  "ArchivePolicy",
  "BeginningArchiveTime",
  "KmsMasterKeyId",
  "TracingConfig",
]);
const feedback = /^(HTTP|Firehose|Lambda|Application|SQS)(Success|Failure)Feedback(RoleArn|SampleRate)$/;

/** @throws InvalidParameterException, or the refusal of what is not supported. */
export function checkTopicAttributes(attributes: Attributes, before: Attributes): void {
  const name = Object.keys(attributes).find((key) => unsupported.has(key) || feedback.test(key));
  if (name !== undefined) {
    throw notImplemented(`Groundwatch does not support the attribute ${name} of topics.`);
  }
  refuseThrottling(attributes);
  const problem = problemOfTopicAttributes(attributes, before);
  if (problem !== undefined) throw refused(problem);
}

/** A rate that nobody would hold to. */
export function refuseThrottling({ DeliveryPolicy: policy }: Attributes): void {
  if (throttles(policy)) {
    throw notImplemented("Groundwatch does not support the throttlePolicy of a DeliveryPolicy.");
  }
}

/** An empty text takes an attribute away. */
export function withAttribute(before: Attributes, name: string, value: string): Attributes {
  const all = Object.entries({ ...before, [name]: value });
  return Object.fromEntries(all.filter(([, text]) => text !== ""));
}

/** The SDK's type says of every attribute that it may be undefined. */
export function presentIn(attributes: Readonly<Record<string, string | undefined>>): Attributes {
  const present = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, value] as const],
  );
  return Object.fromEntries(present);
}

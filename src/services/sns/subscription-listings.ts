// Lists of subscriptions, of one topic or of all.
import type * as Sdk from "@aws-sdk/client-sns";
import { topicLimits } from "../../core/notifications/limits.ts";
import { topicArnOf } from "../../core/notifications/topic.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import type { SnsContext } from "./context.ts";
import { shownEndpoint } from "./endpoints.ts";
import { placeOf, tokenOf } from "./page-token.ts";
import { requireTopic } from "./stored-topics.ts";
import { shownArnOf } from "./stored-subscriptions.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html */
export function listSubscriptions(
  input: Input<"ListSubscriptions">,
  context: SnsContext,
): Promise<Output<"ListSubscriptions">> {
  return readPage(context, input.NextToken);
}

/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
export async function listSubscriptionsByTopic(
  input: Input<"ListSubscriptionsByTopic">,
  context: SnsContext,
): Promise<Output<"ListSubscriptionsByTopic">> {
  const { name } = await requireTopic(context, input.TopicArn);
  return readPage(context, input.NextToken, name);
}

async function readPage(
  { call: { account, region, now }, dependencies }: SnsContext,
  token: string | undefined,
  topicName?: string,
): Promise<Output<"ListSubscriptions">> {
  const { subscriptions, next } = await dependencies.topics.listSubscriptions(
    { account, region, ...(topicName === undefined ? {} : { topicName }) },
    {
      limit: topicLimits.subscriptionsPerPage,
      now,
      ...(token === undefined ? {} : { after: placeOf(token) }),
    },
  );
  return {
    Subscriptions: subscriptions.map((one) => ({
      SubscriptionArn: shownArnOf(one),
      Owner: one.owner,
      Protocol: one.protocol,
      Endpoint: shownEndpoint(one.endpoint),
      TopicArn: topicArnOf(one),
    })),
    ...(next === undefined ? {} : { NextToken: tokenOf(next) }),
  };
}

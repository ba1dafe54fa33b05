// The policy of a topic, and the statements that AddPermission and RemovePermission write in it.
import type * as Sdk from "@aws-sdk/client-sns";
import { topicArnOf, type TopicName } from "../../core/notifications/topic.ts";
import type { Topic } from "../../storage/topics.ts";
import type { InputOf } from "../../wire/handlers.ts";
import type { SnsContext } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { changeTopic } from "./stored-topics.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;

interface Policy {
  readonly Version: string;
  readonly Id?: string;
  readonly Statement: readonly { readonly Sid?: string }[];
}

/** What AddPermission may allow. */
const actions = [
  "GetTopicAttributes",
  "SetTopicAttributes",
  "AddPermission",
  "RemovePermission",
  "DeleteTopic",
  "Subscribe",
  "ListSubscriptionsByTopic",
  "Publish",
] as const;

/** Everything for the topic's own account. */
export function defaultPolicy(topic: TopicName): string {
  const statement = {
    Sid: "__default_statement_ID",
    Effect: "Allow",
    Principal: { AWS: "*" },
    Action: actions.map((name) => `SNS:${name}`),
    Resource: topicArnOf(topic),
    Condition: { StringEquals: { "AWS:SourceOwner": topic.account } },
  };
  return JSON.stringify({ Version: "2008-10-17", Id: "__default_policy_ID", Statement: [statement] });
}

/** https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html */
export async function addPermission(input: Input<"AddPermission">, context: SnsContext): Promise<object> {
  const { Label: label, AWSAccountId: accounts, ActionName: names } = input;
  if (!/^[\w-]{1,80}$/.test(label)) throw invalidParameter("Label");
  if (accounts.length === 0 || accounts.some((account) => !/^\d{12}$/.test(account))) {
    throw invalidParameter("AWSAccountId Reason: Invalid AWS account ID");
  }
  const isAction = (name: string) => name === "*" || actions.some((known) => known === name);
  if (names.length === 0 || !names.every(isAction)) {
    throw invalidParameter("Policy statement action out of service scope!");
  }
  await changeTopic(context, input.TopicArn, (topic) => {
    const policy = policyOf(topic);
    if (policy.Statement.some(({ Sid: id }) => id === label)) {
      throw invalidParameter("Statement already exists");
    }
    const statement = {
      Sid: label,
      Effect: "Allow",
      Principal: { AWS: accounts.map((account) => `arn:aws:iam::${account}:root`) },
      Action: names.map((name) => `SNS:${name}`),
      Resource: topicArnOf(topic),
    };
    return withPolicy(topic, { ...policy, Statement: [...policy.Statement, statement] });
  });
  return {};
}

/** https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html */
export async function removePermission(
  input: Input<"RemovePermission">,
  context: SnsContext,
): Promise<object> {
  await changeTopic(context, input.TopicArn, (topic) => {
    const policy = policyOf(topic);
    const kept = policy.Statement.filter(({ Sid: id }) => id !== input.Label);
    return withPolicy(topic, { ...policy, Statement: kept });
  });
  return {};
}

function withPolicy({ attributes }: Topic, policy: Policy): Pick<Topic, "attributes"> {
  return { attributes: { ...attributes, Policy: JSON.stringify(policy) } };
}

/** A policy of the caller's own may hold a single statement instead of a list. */
function policyOf(topic: Topic): Policy {
  const given = JSON.parse(topic.attributes["Policy"] ?? defaultPolicy(topic)) as Partial<Policy>;
  const { Version: version = "2008-10-17", Statement: statement = [] } = given;
  return { ...given, Version: version, Statement: Array.isArray(statement) ? statement : [statement] };
}

// The policy of a topic, and the statements that AddPermission and RemovePermission write in it.
import type * as Sdk from "@aws-sdk/client-sns";
import { defaultPolicy, topicActions } from "../../core/notifications/topic-access.ts";
import { topicArnOf } from "../../core/notifications/topic.ts";
import { parseResourcePolicy, type ResourcePolicy } from "../../core/policies/resource-policy.ts";
import type { Topic } from "../../storage/topics.ts";
import type { InputOf } from "../../wire/handlers.ts";
import type { SnsContext } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { changeTopic } from "./stored-topics.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html */
export async function addPermission(input: Input<"AddPermission">, context: SnsContext): Promise<object> {
  const { Label: label, AWSAccountId: accounts, ActionName: names } = input;
  if (!/^[\w-]{1,80}$/.test(label)) throw invalidParameter("Label");
  if (accounts.length === 0 || accounts.some((account) => !/^\d{12}$/.test(account))) {
    throw invalidParameter("AWSAccountId Reason: Invalid AWS account ID");
  }
  const isAction = (name: string) => name === "*" || topicActions.some((known) => known === name);
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
      Effect: "Allow" as const,
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

function withPolicy({ attributes }: Topic, policy: ResourcePolicy): Pick<Topic, "attributes"> {
  return { attributes: { ...attributes, Policy: JSON.stringify(policy) } };
}

/** Of topics from before policies were checked, one may be none. */
function policyOf(topic: Topic): ResourcePolicy {
  const none: ResourcePolicy = { Version: "2008-10-17", Statement: [] };
  return parseResourcePolicy(topic.attributes["Policy"] ?? defaultPolicy(topic)) ?? none;
}

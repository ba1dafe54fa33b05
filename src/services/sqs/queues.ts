// Queues: create, find, list, purge and delete.
import { PurgeQueueInProgress, QueueNameExists } from "@aws-sdk/client-sqs";
import type * as Sdk from "@aws-sdk/client-sqs";
import { queueLimits } from "../../core/queues/limits.ts";
import { problemOfQueueName, queueArnOf, type QueueName } from "../../core/queues/queue.ts";
import { allAttributes, settingsOf } from "../../core/queues/queue-attributes.ts";
import type { Queue } from "../../storage/queues.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { modelled } from "../../wire/service.ts";
import { checkAttributes, presentIn } from "./queue-attributes.ts";
import type { SqsContext } from "./context.ts";
import { invalidParameter, invalidParameterValue, queueDoesNotExist } from "./errors.ts";
import { changeQueue, requireAccess, requireQueue, urlOf } from "./stored-queues.ts";
import { checkTags } from "./tags.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
export async function createQueue(
  input: Input<"CreateQueue">,
  context: SqsContext,
): Promise<Output<"CreateQueue">> {
  const { QueueName: queueName, tags = {} } = input;
  const attributes = presentIn(input.Attributes ?? {});
  const { account, region, now } = context.call;
  const isFifo = attributes["FifoQueue"] === "true";
  const problem = problemOfQueueName(queueName, isFifo);
  if (problem !== undefined) throw invalidParameterValue(problem);
  checkTags(tags);
  const name: QueueName = { account, region, name: queueName };
  await checkAttributes(context, name, attributes, { isFifo, isNew: true });
  const existing = await context.dependencies.queues.find(name);
  if (existing !== undefined) refuseDifference(existing, attributes);
  else {
    const definition = { attributes, tags, createdAt: now, modifiedAt: now };
    const created = await context.dependencies.queues.create(name, definition);
    // Somebody else made it at the same moment: the answer is as if that had been a little earlier.
    if (created === undefined) return createQueue(input, context);
  }
  return { QueueUrl: urlOf(context, name) };
}

/** Making a queue that is there already succeeds when nothing about it is asked to be different. */
function refuseDifference(existing: Queue, asked: Readonly<Record<string, string>>): void {
  const present = allAttributes(existing.attributes);
  const different = Object.keys(asked).find((name) => present[name] !== asked[name]);
  if (different !== undefined) {
    throw modelled(
      QueueNameExists,
      `A queue already exists with the same name and a different value for attribute ${different}`,
    );
  }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html */
export async function getQueueUrl(
  input: Input<"GetQueueUrl">,
  context: SqsContext,
): Promise<Output<"GetQueueUrl">> {
  const { account, region } = context.call;
  const owner = input.QueueOwnerAWSAccountId ?? account;
  const name = { account: owner, region, name: input.QueueName };
  const queue = await context.dependencies.queues.find(name);
  if (queue === undefined) throw queueDoesNotExist();
  requireAccess(context, queue);
  return { QueueUrl: urlOf(context, queue) };
}

/** By name. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html */
export async function listQueues(
  input: Input<"ListQueues">,
  context: SqsContext,
): Promise<Output<"ListQueues">> {
  const limit = pageSizeOf(input.MaxResults);
  const found = await context.dependencies.queues.list(context.call, {
    prefix: input.QueueNamePrefix ?? "",
    limit: limit + 1,
    ...(input.NextToken === undefined ? {} : { after: nameOf(input.NextToken) }),
  });
  const page = found.slice(0, limit);
  // Without MaxResults AWS answers the first thousand and no token.
  const hasToken = input.MaxResults !== undefined && found.length > limit;
  return {
    QueueUrls: page.map((queue) => urlOf(context, queue)),
    ...(hasToken ? { NextToken: tokenOf(page.at(-1)?.name ?? "") } : {}),
  };
}

/**
 * The queues that send here what fails too often.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html
 */
export async function listDeadLetterSourceQueues(
  input: Input<"ListDeadLetterSourceQueues">,
  context: SqsContext,
): Promise<Output<"ListDeadLetterSourceQueues">> {
  const { queues } = context.dependencies;
  const deadLetterQueue = await requireQueue(context, input.QueueUrl);
  const target = queueArnOf(deadLetterQueue);
  const limit = pageSizeOf(input.MaxResults);
  const sources: Queue[] = [];
  let after = input.NextToken === undefined ? undefined : nameOf(input.NextToken);
  for (;;) {
    const page = await queues.list(deadLetterQueue, {
      limit: queueLimits.queuesPerPage,
      ...(after === undefined ? {} : { after }),
    });
    sources.push(...page.filter(({ attributes }) => settingsOf(attributes).deadLetter?.arn === target));
    after = page.at(-1)?.name;
    if (page.length < queueLimits.queuesPerPage || sources.length > limit) break;
  }
  const shown = sources.slice(0, limit);
  return {
    queueUrls: shown.map((queue) => urlOf(context, queue)),
    ...(sources.length > limit ? { NextToken: tokenOf(shown.at(-1)?.name ?? "") } : {}),
  };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html */
export async function purgeQueue(input: Input<"PurgeQueue">, context: SqsContext): Promise<object> {
  const { now } = context.call;
  await changeQueue(context, input.QueueUrl, ({ name, purgedAt }) => {
    if (purgedAt !== undefined && purgedAt <= now && now - purgedAt < queueLimits.purgeMs) {
      const message = `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`;
      throw modelled(PurgeQueueInProgress, message);
    }
    return { purgedAt: now };
  });
  await context.dependencies.queues.purge(await requireQueue(context, input.QueueUrl));
  return {};
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
export async function deleteQueue(input: Input<"DeleteQueue">, context: SqsContext): Promise<object> {
  const queue = await requireQueue(context, input.QueueUrl);
  await context.dependencies.queues.delete(queue);
  return {};
}

function pageSizeOf(maxResults: number | undefined): number {
  const { queuesPerPage } = queueLimits;
  if (maxResults === undefined) return queuesPerPage;
  if (maxResults >= 1 && maxResults <= queuesPerPage) return maxResults;
  throw invalidParameter("MaxResults", maxResults, `Must be between 1 and ${queuesPerPage}, if provided.`);
}

const tokenPrefix = "queue:";

function tokenOf(name: string): string {
  return Buffer.from(`${tokenPrefix}${name}`).toString("base64url");
}

function nameOf(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (text.startsWith(tokenPrefix)) return text.slice(tokenPrefix.length);
  throw invalidParameterValue("Invalid or expired next token.");
}

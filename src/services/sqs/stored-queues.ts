// Queues by their addresses, and changes of their definitions.
import { InvalidAddress } from "@aws-sdk/client-sqs";
import { queueActionOf, refusalOfQueue } from "../../core/queues/queue-access.ts";
import { queueArnOf, queueOfUrl, type QueueName, type StoredQueue } from "../../core/queues/queue.ts";
import type { Queue } from "../../storage/queues.ts";
import { WireError } from "../../wire/errors.ts";
import { modelled } from "../../wire/service.ts";
import type { SqsContext } from "./context.ts";
import { accessDenied, queueDoesNotExist } from "./errors.ts";

/** `https://host/account/name`, on the host under which the caller reached this server. */
export function urlOf({ call, dependencies }: SqsContext, { account, name }: QueueName): string {
  return `${dependencies.addressOf(call.host)}/${account}/${name}`;
}

/**
 * @throws InvalidAddress for what is no queue's address, QueueDoesNotExist for one that is not there,
 * AccessDeniedException for one with which the caller may not do this.
 */
export async function requireQueue(context: SqsContext, url: string): Promise<Queue> {
  const { call, dependencies } = context;
  const name = queueOfUrl(url, call.region);
  if (name === undefined) {
    throw modelled(InvalidAddress, `The address ${url} is not valid for this endpoint.`);
  }
  const queue = await dependencies.queues.find(name);
  if (queue === undefined) throw queueDoesNotExist();
  requireAccess(context, queue);
  return queue;
}

/** @throws AccessDeniedException */
export function requireAccess({ call }: SqsContext, queue: Queue): void {
  const refusal = refusalOfQueue(queue, call, call.operation);
  if (refusal === undefined) return;
  const action = queueActionOf(call.operation).toLowerCase();
  throw accessDenied(call.principal.arn, action, queueArnOf(queue), refusal);
}

/** How often a change that races another one of the same queue is made again. */
const attempts = 10;

/** Changes a queue with what `change` makes of it; `change` may throw, and may run again. */
export async function changeQueue(
  context: SqsContext,
  url: string,
  change: (queue: Queue) => Partial<StoredQueue> | Promise<Partial<StoredQueue>>,
): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const queue = await requireQueue(context, url);
    if (await context.dependencies.queues.change(queue, await change(queue))) return;
  }
  const message = "The queue is being changed by other calls. Please try again.";
  throw new WireError("ServiceUnavailable", message, { status: 503, queryStatus: 503 });
}

// Tasks that move messages off a dead-letter queue: start, list and cancel.
import { ResourceNotFoundException, UnsupportedOperation } from "@aws-sdk/client-sqs";
import type * as Sdk from "@aws-sdk/client-sqs";
import { queueLimits } from "../../core/queues/limits.ts";
import { settingsOf } from "../../core/queues/queue-attributes.ts";
import { queueArnOf, queueOfArn } from "../../core/queues/queue.ts";
import { createMoveTasks, type MoveTask } from "../../storage/message-move-tasks.ts";
import type { Queue } from "../../storage/queues.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { modelled } from "../../wire/service.ts";
import type { SqsContext } from "./context.ts";
import { invalidParameter, invalidParameterValue } from "./errors.ts";
import { requireAccess } from "./stored-queues.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
export async function startMessageMoveTask(
  input: Input<"StartMessageMoveTask">,
  context: SqsContext,
): Promise<Output<"StartMessageMoveTask">> {
  const { SourceArn: sourceArn, DestinationArn: destinationArn } = input;
  const { MaxNumberOfMessagesPerSecond: messagesPerSecond } = input;
  const { call, dependencies } = context;
  const { movedPerSecond } = queueLimits;
  if (messagesPerSecond !== undefined && (messagesPerSecond < 1 || messagesPerSecond > movedPerSecond)) {
    const reason = `Must be between 1 and ${movedPerSecond}, if provided.`;
    throw invalidParameter("MaxNumberOfMessagesPerSecond", messagesPerSecond, reason);
  }
  const source = await requireQueueOfArn(context, sourceArn, "SourceArn");
  if (!(await isDeadLetterQueue(source, context))) {
    throw invalidParameterValue("Source queue must be configured as a Dead Letter Queue.");
  }
  if (destinationArn !== undefined) {
    const target = await requireQueueOfArn(context, destinationArn, "DestinationArn");
    checkDestination(source, target);
  }
  const { visible } = await dependencies.queues.counts(source, call.now);
  const task = await createMoveTasks(dependencies.state).start({
    sourceArn,
    startedAt: call.now,
    toMove: visible,
    ...(destinationArn === undefined ? {} : { destinationArn }),
    ...(messagesPerSecond === undefined ? {} : { messagesPerSecond }),
  });
  if (task === undefined) {
    throw invalidParameterValue(
      "There is already a task running. Only one active task is allowed for a source queue arn at a given " +
        "time.",
    );
  }
  dependencies.facts.publish({ kind: "WorkPlanned" });
  return { TaskHandle: handleOf(task) };
}

function checkDestination(source: Queue, target: Queue): void {
  if (queueArnOf(source) === queueArnOf(target)) {
    throw invalidParameterValue("Source queue arn and destination queue arn cannot be the same.");
  }
  if (settingsOf(source.attributes).isFifo !== settingsOf(target.attributes).isFifo) {
    throw invalidParameterValue("Source and destination queues must be of the same type.");
  }
}

async function isDeadLetterQueue(queue: Queue, { dependencies }: SqsContext): Promise<boolean> {
  const arn = queueArnOf(queue);
  const limit = queueLimits.queuesPerPage;
  let after: string | undefined;
  for (;;) {
    const page: readonly Queue[] = await dependencies.queues.list(queue, {
      limit,
      ...(after === undefined ? {} : { after }),
    });
    if (page.some(({ attributes }) => settingsOf(attributes).deadLetter?.arn === arn)) return true;
    after = page.at(-1)?.name;
    if (page.length < limit) return false;
  }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html */
export async function listMessageMoveTasks(
  input: Input<"ListMessageMoveTasks">,
  context: SqsContext,
): Promise<Output<"ListMessageMoveTasks">> {
  const { SourceArn: sourceArn, MaxResults: limit = 1 } = input;
  const { moveTasksPerQueue: most } = queueLimits;
  if (limit < 1 || limit > most) {
    throw invalidParameter("MaxResults", limit, `Must be between 1 and ${most}, if provided.`);
  }
  await requireQueueOfArn(context, sourceArn, "SourceArn");
  const tasks = await createMoveTasks(context.dependencies.state).list(sourceArn, limit);
  return { Results: tasks.map(resultOf) };
}

function resultOf(task: MoveTask): Sdk.ListMessageMoveTasksResultEntry {
  const { destinationArn, messagesPerSecond, failureReason } = task;
  return {
    // Only what runs can be cancelled, so only that has a handle.
    ...(task.status === "RUNNING" ? { TaskHandle: handleOf(task) } : {}),
    Status: task.status,
    SourceArn: task.sourceArn,
    ...(destinationArn === undefined ? {} : { DestinationArn: destinationArn }),
    ...(messagesPerSecond === undefined ? {} : { MaxNumberOfMessagesPerSecond: messagesPerSecond }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(failureReason === undefined ? {} : { FailureReason: failureReason }),
    StartedTimestamp: task.startedAt,
  };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html */
export async function cancelMessageMoveTask(
  input: Input<"CancelMessageMoveTask">,
  context: SqsContext,
): Promise<Output<"CancelMessageMoveTask">> {
  const { sourceArn, id } = taskOfHandle(input.TaskHandle);
  await requireQueueOfArn(context, sourceArn, "SourceArn");
  const tasks = createMoveTasks(context.dependencies.state);
  const cancelled = await tasks.cancel(sourceArn, id);
  if (cancelled !== undefined) return { ApproximateNumberOfMessagesMoved: cancelled.moved };
  if ((await tasks.find(sourceArn, id)) === undefined) {
    throw modelled(ResourceNotFoundException, "Task does not exist.");
  }
  throw modelled(UnsupportedOperation, "Only a task that is running can be cancelled.");
}

/** @throws ResourceNotFoundException, AccessDeniedException */
async function requireQueueOfArn(context: SqsContext, arn: string, member: string): Promise<Queue> {
  const { call, dependencies } = context;
  const name = queueOfArn(arn);
  const queue = name?.region === call.region ? await dependencies.queues.find(name) : undefined;
  if (queue === undefined) {
    const message = `The resource that you specified for the ${member} parameter doesn't exist.`;
    throw modelled(ResourceNotFoundException, message);
  }
  requireAccess(context, queue);
  return queue;
}

function handleOf({ id, sourceArn }: MoveTask): string {
  return Buffer.from(JSON.stringify({ taskId: id, sourceArn })).toString("base64");
}

/** @throws InvalidParameterValue */
function taskOfHandle(handle: string): { readonly sourceArn: string; readonly id: string } {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(handle, "base64").toString());
    const { taskId: id, sourceArn } = parsed as Readonly<Record<string, unknown>>;
    if (typeof id === "string" && typeof sourceArn === "string") return { sourceArn, id };
  } catch {
    // what is no JSON is no handle, which is said below
  }
  throw invalidParameterValue("Value for parameter TaskHandle is invalid.");
}

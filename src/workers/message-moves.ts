// Runs the tasks that move messages off dead-letter queues, each at its rate.
import type { Clock } from "../core/clock.ts";
import type { FactBoard } from "../core/facts.ts";
import { queueLimits } from "../core/queues/limits.ts";
import { queueOfArn } from "../core/queues/queue.ts";
import { createMoveTasks, type MoveEnd, type MoveTask } from "../storage/message-move-tasks.ts";
import type { MoveStep, Queues } from "../storage/queues.ts";
import type { State } from "../storage/state.ts";
import { startDueWork } from "./due-work.ts";

export interface MessageMoveParts {
  readonly clock: Clock;
  readonly facts: FactBoard;
  readonly state: State;
  readonly queues: Queues;
  /** Milliseconds from any origin, never moved by a manual clock. */
  readonly stopwatch: () => number;
  readonly onError: (error: unknown) => void;
}

export interface MessageMoves {
  /** Waits for the step that is under way. */
  stop(): Promise<void>;
}

const secondMs = 1_000;

/**
 * A step moves what may be moved within a second. A kill in the middle of one moves no message twice, because
 * each leaves its queue in the write that puts it on the other.
 */
export function startMessageMoves(parts: MessageMoveParts): MessageMoves {
  const { clock, facts, state, queues } = parts;
  const tasks = createMoveTasks(state);
  const work = startDueWork({
    ...parts,
    queue: tasks,
    targetOf: ({ document }) => document.value.sourceArn,
    async attempt(taken) {
      const task = taken.document.value;
      const now = clock.now();
      const step = await moveSome(queues, task, now);
      const dueAt = task.messagesPerSecond === undefined ? now : now + secondMs;
      const ended = endOf(task, step, now);
      await tasks.advance(taken, { moved: step.moved, dueAt, ...(ended === undefined ? {} : { ended }) });
      return ended === undefined ? dueAt : undefined;
    },
  });
  const forget = facts.listen("WorkPlanned", () => work.look());
  return {
    stop() {
      forget();
      return work.stop();
    },
  };
}

async function moveSome(queues: Queues, task: MoveTask, now: number): Promise<MoveStep> {
  const { sourceArn, destinationArn, messagesPerSecond: limit = queueLimits.movedPerStep } = task;
  const name = queueOfArn(sourceArn);
  const queue = name && (await queues.find(name));
  if (queue === undefined) {
    return { moved: 0, isEmpty: false, failure: "AWS.SimpleQueueService.NonExistentQueue" };
  }
  return queues.move(queue, { limit, now, ...(destinationArn === undefined ? {} : { destinationArn }) });
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html */
function endOf({ startedAt }: MoveTask, { isEmpty, failure }: MoveStep, now: number): MoveEnd | undefined {
  if (failure !== undefined) return { status: "FAILED", failureReason: failure };
  if (isEmpty) return { status: "COMPLETED" };
  if (now - startedAt < queueLimits.moveTaskMs) return undefined;
  return { status: "FAILED", failureReason: "The task has run for 36 hours." };
}

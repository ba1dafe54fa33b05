// Tasks that move messages off dead-letter queues: durable, one at a time per queue.
import { randomUUID } from "node:crypto";
import { longestPauseMs } from "../core/deliveries/retry-policy.ts";
import { queueLimits } from "../core/queues/limits.ts";
import { bringForward, limitWaits, type SetBack } from "./set-back.ts";
import type { Change, Document, State } from "./state.ts";

export type MoveStatus = "RUNNING" | "COMPLETED" | "CANCELLED" | "FAILED";

/** Instants are epoch milliseconds. */
export interface MoveTask {
  readonly id: string;
  readonly sourceArn: string;
  readonly destinationArn?: string;
  /** Without it, as fast as it goes. */
  readonly messagesPerSecond?: number;
  readonly startedAt: number;
  readonly toMove: number;
  readonly moved: number;
  readonly status: MoveStatus;
  readonly failureReason?: string;
}

/** A task that its taker has for some time to himself. */
export interface TakenMoveTask {
  readonly document: Document<MoveTask>;
}

export interface MoveTasks {
  /** Undefined while another one of the same queue is running. */
  start(task: Omit<MoveTask, "id" | "moved" | "status">): Promise<MoveTask | undefined>;
  find(sourceArn: string, id: string): Promise<MoveTask | undefined>;
  /** The most recent first. */
  list(sourceArn: string, limit: number): Promise<readonly MoveTask[]>;
  /** The task as it was cancelled; undefined when it is not running. */
  cancel(sourceArn: string, id: string): Promise<MoveTask | undefined>;

  take(now: number, leaseMs: number, limit: number): Promise<readonly TakenMoveTask[]>;
  release(taken: TakenMoveTask, dueAt: number): Promise<void>;
  nextDueAt(): Promise<number | undefined>;
  /** Makes all that is due behind `now` due earlier: the clock was set back. */
  bringForward(setBack: SetBack): Promise<void>;
  /** The same, as far as it can be seen, of a clock that was set back while nobody looked. */
  limitWaits(now: number): Promise<void>;
  /** Notes what was moved; a task that is still running is due again, or has ended. */
  advance(
    taken: TakenMoveTask,
    step: { readonly moved: number; readonly dueAt: number; readonly ended?: MoveEnd },
  ): Promise<void>;
}

export interface MoveEnd {
  readonly status: Exclude<MoveStatus, "RUNNING">;
  readonly failureReason?: string;
}

const collection = "message-move-tasks";
/** Which task of a queue is running. */
const running = "message-move-running";
/** One for all accounts: who moves messages looks in a single place. */
const scope = "";
/** How often a change that races another one of the same task is made again. */
const attempts = 10;

export function createMoveTasks(state: State): MoveTasks {
  return { ...createTaskList(state), ...createTaskQueue(state) };
}

function createTaskList(state: State): Pick<MoveTasks, "start" | "find" | "list" | "cancel"> {
  const tasks = state.collection<MoveTask>(collection);
  return {
    async start(given) {
      const task: MoveTask = { ...given, id: randomUUID(), moved: 0, status: "RUNNING" };
      await forgetOld(task.sourceArn);
      const isStarted = await state.write([
        { kind: "create", collection: running, scope, key: task.sourceArn, value: task.id },
        { kind: "create", collection, scope, key: keyOf(task), value: task, rank: task.startedAt },
      ]);
      return isStarted ? task : undefined;
    },
    async find(sourceArn, id) {
      return (await findDocument(sourceArn, id))?.value;
    },
    async list(sourceArn, limit) {
      return (await newest(sourceArn, limit)).map(({ value }) => value);
    },
    async cancel(sourceArn, id) {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const found = await findDocument(sourceArn, id);
        if (found?.value.status !== "RUNNING") return undefined;
        if (await state.write(endOf(found, { status: "CANCELLED" }))) return found.value;
      }
      return undefined;
    },
  };

  function newest(sourceArn: string, limit: number): Promise<readonly Document<MoveTask>[]> {
    return tasks.list(scope, { prefix: `${sourceArn}/`, descending: true, limit });
  }

  async function findDocument(sourceArn: string, id: string): Promise<Document<MoveTask> | undefined> {
    const found = await newest(sourceArn, queueLimits.moveTasksPerQueue);
    return found.find(({ value }) => value.id === id);
  }

  /** Makes room for one more. */
  async function forgetOld(sourceArn: string): Promise<void> {
    const found = await newest(sourceArn, 2 * queueLimits.moveTasksPerQueue);
    const ended = found.filter(({ value }) => value.status !== "RUNNING");
    const old = ended.slice(queueLimits.moveTasksPerQueue - 1);
    await Promise.all(old.map(({ key, version }) => tasks.delete(scope, key, version)));
  }
}

function createTaskQueue(
  state: State,
): Pick<MoveTasks, "take" | "release" | "nextDueAt" | "bringForward" | "limitWaits" | "advance"> {
  const tasks = state.collection<MoveTask>(collection);
  return {
    async take(now, leaseMs, limit) {
      const due = await tasks.list(scope, { order: "rank", maxRank: now, limit });
      const taken = await Promise.all(
        due.map(async (found) => {
          const { key, value, version } = found;
          const isMine = await tasks.replace(scope, key, value, version, now + leaseMs);
          return isMine ? [{ document: { ...found, version: version + 1 } }] : [];
        }),
      );
      return taken.flat();
    },
    async release({ document: { key, value, version } }, dueAt) {
      await tasks.replace(scope, key, value, version, dueAt);
    },
    async nextDueAt() {
      const [first] = await tasks.list(scope, { order: "rank", limit: 1 });
      return first?.rank;
    },
    bringForward: (setBack) => bringForward(tasks, scope, setBack),
    limitWaits: (now) => limitWaits(tasks, scope, { now, longestMs: longestPauseMs }),
    async advance({ document: { key } }, { moved, dueAt, ended }) {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const found = await tasks.get(scope, key);
        if (found === undefined) return;
        const { version } = found;
        const value = { ...found.value, moved: found.value.moved + moved };
        // What was moved before a task was cancelled counts as well.
        const isOver = value.status !== "RUNNING";
        const isDone =
          ended === undefined || isOver
            ? await tasks.replace(scope, key, value, version, isOver ? undefined : dueAt)
            : await state.write(endOf({ ...found, value }, ended));
        if (isDone) return;
      }
    },
  };
}

/** What ends a task lets another one of its queue begin. */
function endOf({ key, value, version }: Document<MoveTask>, ended: MoveEnd): readonly Change[] {
  return [
    { kind: "replace", collection, scope, key, value: { ...value, ...ended }, version },
    { kind: "delete", collection: running, scope, key: value.sourceArn },
  ];
}

function keyOf({ sourceArn, startedAt, id }: MoveTask): string {
  return `${sourceArn}/${String(startedAt).padStart(15, "0")}-${id}`;
}

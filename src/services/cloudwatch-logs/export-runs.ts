// Runs export tasks: the events of each stream of a group, compressed, into files of a bucket.
import { gzip } from "node:zlib";
import { promisify } from "node:util";
import { every, type Clock } from "../../core/clock.ts";
import type { EventPosition } from "../../core/logs/event-position.ts";
import { logLimits } from "../../core/logs/limits.ts";
import type { Blobs } from "../../storage/blobs.ts";
import { KeyUnavailableError } from "../../storage/encryption/key-errors.ts";
import type { LogEncryption } from "../../storage/encryption/log-encryption.ts";
import { leaseMs, takeLease } from "../../storage/leases.ts";
import type { Document, State } from "../../storage/state.ts";
import { readLogEvents, type LogEventRow } from "../../storage/telemetry/log-event-pages.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import type { Dependencies } from "../dependencies.ts";
import {
  activeExportsIn,
  exportCollections,
  exportTasksIn,
  positionOf,
  type ExportProgress,
  type StoredExportTask,
} from "./stored-export-tasks.ts";
import { visibleFrom } from "./log-events.ts";
import { groupsIn, streamScope, streamsIn, type StoredStream } from "./stored-groups.ts";

export const exportLimits = {
  /** Of the text in a file, before it is compressed. */
  fileCharacters: 16 * 1024 * 1024,
  /** Tasks that a start goes on with. */
  activeTasks: 10_000,
} as const;

/** How long a task is pending: events that are on their way when it is made are stored by then. */
const pendingMs = 1_000;
const retryMs = 60_000;
/** A limit of ours: a task that cannot go on must not keep others of its account waiting for ever. */
const longestMs = 86_400_000;
/** Longer than a file takes. */
const exportLeaseMs = 2 * leaseMs;
const compress = promisify(gzip);

type Task = Document<StoredExportTask>;
type ExportParts = Pick<Dependencies, "state" | "telemetry" | "blobs" | "clock" | "logEncryption">;

/**
 * Progress is stored behind every file, so that a task goes on where it was when the server starts again: the
 * file that was being written is written again, under the same name. Of the nodes that share a store one has
 * a task, by a lease that it renews with every file; another one goes on when it is silent.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html
 */
export class ExportRuns {
  readonly #state: State;
  readonly #telemetry: Telemetry;
  readonly #blobs: Blobs;
  readonly #clock: Clock;
  readonly #encryption: LogEncryption;
  /** What this process works on. */
  readonly #running = new Set<string>();

  constructor({ state, telemetry, blobs, clock, logEncryption }: ExportParts) {
    this.#state = state;
    this.#telemetry = telemetry;
    this.#blobs = blobs;
    this.#clock = clock;
    this.#encryption = logEncryption;
    this.#resume().catch(() => this.#clock.schedule(this.#clock.now() + retryMs, () => this.#resume()));
    if (state.node !== undefined) every(clock, leaseMs, () => this.#resume().catch(() => undefined));
  }

  /** Call it when the task is stored. */
  begin(scope: string, taskId: string): void {
    this.#schedule(scope, taskId, pendingMs);
  }

  async #resume(): Promise<void> {
    const active = await activeExportsIn(this.#state).list("", { limit: exportLimits.activeTasks });
    // Another node may have made it just now.
    const delayMs = this.#state.node === undefined ? 0 : pendingMs;
    for (const { key, value } of active) this.#schedule(key, value.taskId, delayMs);
  }

  #schedule(scope: string, taskId: string, delayMs: number): void {
    this.#clock.schedule(this.#clock.now() + delayMs, async () => {
      if (this.#running.has(taskId)) return;
      this.#running.add(taskId);
      try {
        await this.#run(scope, taskId);
      } catch {
        this.#schedule(scope, taskId, retryMs); // the store failed: nothing is known of the task
      } finally {
        this.#running.delete(taskId);
      }
    });
  }

  async #run(scope: string, taskId: string): Promise<void> {
    let task = await exportTasksIn(this.#state).get(scope, taskId);
    while (task !== undefined) {
      const lease = `log-exports/${taskId}`;
      if ((await takeLease(this.#state, lease, this.#clock.now(), exportLeaseMs)) === undefined) return;
      if (task.value.status === "PENDING_CANCEL") return this.#end(task, "CANCELLED", "Cancelled by user");
      if (this.#clock.now() > task.value.createdAt + longestMs) {
        return this.#end(task, "FAILED", "The export task timed out after 24 hours.");
      }
      const next = await this.#step(task).catch((error: unknown) => this.#wait(task, error));
      if (next === undefined) return this.#end(task, "COMPLETED", "Completed successfully");
      if (next === "groupDeleted") return this.#end(task, "FAILED", "The log group was deleted.");
      const { key, version } = task;
      const { message: _why, ...before } = task.value;
      const value: StoredExportTask = { ...before, ...next, status: "RUNNING" };
      await exportTasksIn(this.#state).replace(scope, key, value, version, value.createdAt);
      task = await exportTasksIn(this.#state).get(scope, taskId); // it may have been cancelled meanwhile
    }
  }

  /** Says what a task waits for where that is a key. @throws the error */
  async #wait(task: Task | undefined, error: unknown): Promise<never> {
    if (task !== undefined && error instanceof KeyUnavailableError) {
      const { scope, key, value, version } = task;
      const waiting = { ...value, message: error.message };
      await exportTasksIn(this.#state).replace(scope, key, waiting, version, value.createdAt);
    }
    throw error;
  }

  async #end({ scope, key, value, version }: Task, status: StoredExportTask["status"], message: string) {
    const ended: StoredExportTask = { ...value, status, message, completedAt: this.#clock.now() };
    const { tasks, active } = exportCollections;
    const written = await this.#state.write([
      { kind: "replace", collection: tasks, scope, key, value: ended, version, rank: value.createdAt },
      { kind: "delete", collection: active, scope: "", key: scope },
    ]);
    if (!written) await this.#run(scope, key);
  }

  /** Writes the next file. @returns what is new of the task; undefined when there is nothing more. */
  async #step(task: Task): Promise<Partial<StoredExportTask> | "groupDeleted" | undefined> {
    const { value } = task;
    const group = await groupsIn(this.#state).get(task.scope, value.logGroupName);
    if (group?.value.id !== value.groupId) return "groupDeleted";
    const from = visibleFrom(group.value, this.#clock.now(), value.from);
    const stream = await this.#nextStream(value);
    if (stream === undefined) return undefined;
    const folder = `${value.prefix}/${task.key}/${stream.key.replaceAll("/", "-")}/`;
    const before = value.progress?.stream === stream.key ? value.progress : undefined;
    if (before === undefined && stream.key.includes("/")) {
      // It may share its folder with streams before it. Where its own files begin is stored before the first
      // of them is written, which would be counted as another stream's when the task goes on after a crash.
      const number = await this.#filesIn(value.bucket, folder);
      return { progress: { stream: stream.key, number, isDone: false } };
    }
    const number = before?.number ?? 0;
    const { rows, isLast } = await this.#readFile({ ...value, from }, stream, before && positionOf(before));
    if (rows.length > 0) {
      const key = `${folder}${String(number).padStart(6, "0")}.gz`;
      await this.#blobs.put(value.bucket, key, await compress(rows.map(lineOf).join("")));
    }
    const last = rows.at(-1);
    const progress: ExportProgress = {
      stream: stream.key,
      number: rows.length > 0 ? number + 1 : number,
      isDone: isLast,
      ...(last === undefined
        ? {}
        : { position: { timestamp: last.timestamp, sequence: String(last.sequence) } }),
    };
    const files = value.files + (rows.length > 0 ? 1 : 0);
    return { progress, files, events: value.events + rows.length };
  }

  /**
   * Streams whose names differ only in slashes share a folder; the one without slashes comes first by name.
   */
  async #filesIn(bucket: string, prefix: string): Promise<number> {
    const limit = 1_000_000;
    return (await this.#blobs.list(bucket, { prefix, limit })).length;
  }

  /** The stream that was begun, or the next one by name that has events at that time. */
  async #nextStream(value: StoredExportTask): Promise<Document<StoredStream> | undefined> {
    const { progress, streamPrefix, groupId } = value;
    const streams = streamsIn(this.#state);
    const scope = streamScope(groupId);
    if (progress !== undefined && !progress.isDone) {
      const begun = await streams.get(scope, progress.stream);
      if (begun !== undefined) return begun; // else it was deleted
    }
    const [next] = await streams.list(scope, {
      limit: 1,
      ...(streamPrefix === undefined ? {} : { prefix: streamPrefix }),
      ...(progress === undefined ? {} : { after: { key: progress.stream } }),
    });
    return next;
  }

  /** The events of one file. */
  async #readFile(
    { groupId, from, to }: StoredExportTask,
    stream: Document<StoredStream>,
    position: EventPosition | undefined,
  ): Promise<{ readonly rows: readonly LogEventRow[]; readonly isLast: boolean }> {
    const rows: LogEventRow[] = [];
    let characters = 0;
    for (let at = position; ;) {
      const page = await readLogEvents(this.#telemetry, {
        source: await this.#encryption.sourceOf([groupId]),
        groupId,
        streamIds: [stream.value.id],
        from,
        to: to + 1,
        descending: false,
        limit: logLimits.readEvents,
        ...(at === undefined ? {} : { position: at }),
      });
      rows.push(...page.rows);
      for (const { message } of page.rows) characters += message.length;
      if (!page.more) return { rows, isLast: true };
      if (characters >= exportLimits.fileCharacters) return { rows, isLast: false };
      at = page.rows.at(-1);
    }
  }
}

const lineOf = ({ timestamp, message }: LogEventRow) => `${new Date(timestamp).toISOString()} ${message}\n`;

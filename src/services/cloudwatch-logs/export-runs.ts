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
  exportFoldersIn,
  exportTasksIn,
  positionOf,
  type ExportProgress,
  type StoredExportFolder,
  type StoredExportTask,
} from "./stored-export-tasks.ts";
import { visibleFrom } from "./log-events.ts";
import { groupsIn, streamScope, streamsIn, type StoredStream } from "./stored-groups.ts";

export const exportLimits = {
  /** Of the text in a file, before it is compressed. */
  fileCharacters: 16 * 1024 * 1024,
  /** Tasks that a start goes on with. */
  activeTasks: 10_000,
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
  keyBytes: 1_024,
} as const;

/** How long a task is pending: events that are on their way when it is made are stored by then. */
const pendingMs = 1_000;
const retryMs = 60_000;
/** A limit of ours: a task that cannot go on must not keep others of its account waiting for ever. */
const longestMs = 86_400_000;
/** Longer than a file takes. */
const exportLeaseMs = 2 * leaseMs;
const compress = promisify(gzip);

/** What ends a task before its time, and what is told of it. */
const failures = {
  groupDeleted: "The log group was deleted.",
  keyTooLong: `The key of a file would be longer than ${exportLimits.keyBytes} bytes.`,
} as const;

/** What is new of a task when one more file is written, and the files that its folder has by now. */
interface Step {
  readonly task: Pick<StoredExportTask, "progress" | "files" | "events">;
  readonly folder: { readonly name: string; readonly files: number };
}

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

  /** Call it when the task is stored, and when it is cancelled: it may wait for a key. */
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
    while (task !== undefined && isActive(task)) {
      const lease = `log-exports/${taskId}`;
      if ((await takeLease(this.#state, lease, this.#clock.now(), exportLeaseMs)) === undefined) return;
      if (task.value.status === "PENDING_CANCEL") return this.#end(task, "CANCELLED", "Cancelled by user");
      if (this.#clock.now() > task.value.createdAt + longestMs) {
        return this.#end(task, "FAILED", "The export task timed out after 24 hours.");
      }
      const next = await this.#step(task).catch((error: unknown) => this.#wait(task, error));
      if (next === undefined) return this.#end(task, "COMPLETED", "Completed successfully");
      if (typeof next === "string") return this.#end(task, "FAILED", failures[next]);
      await this.#keep(task, next);
      task = await exportTasksIn(this.#state).get(scope, taskId); // it may have been cancelled meanwhile
    }
  }

  /** Nothing is stored when it was cancelled meanwhile. */
  async #keep({ scope, key, version, value: before }: Task, { task, folder }: Step): Promise<void> {
    const { message: _why, ...kept } = before;
    const value: StoredExportTask = { ...kept, ...task, status: "RUNNING" };
    const { tasks, folders } = exportCollections;
    const files: StoredExportFolder = { files: folder.files };
    await this.#state.write([
      { kind: "replace", collection: tasks, scope, key, value, version, rank: value.createdAt },
      ...(folder.files === 0 || !mayBeShared(folder.name)
        ? []
        : [{ kind: "put", collection: folders, scope: key, key: folder.name, value: files } as const]),
    ]);
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
    const { tasks, active, folders } = exportCollections;
    const written = await this.#state.write([
      { kind: "replace", collection: tasks, scope, key, value: ended, version, rank: value.createdAt },
      { kind: "delete", collection: active, scope: "", key: scope },
      { kind: "deleteScope", collection: folders, scope: key },
    ]);
    if (!written) await this.#run(scope, key);
  }

  /** Writes the next file. @returns undefined when there is nothing more. */
  async #step({ scope, key, value }: Task): Promise<Step | keyof typeof failures | undefined> {
    const group = await groupsIn(this.#state).get(scope, value.logGroupName);
    if (group?.value.id !== value.groupId) return "groupDeleted";
    const from = visibleFrom(group.value, this.#clock.now(), value.from);
    const stream = await this.#nextStream(value);
    if (stream === undefined) return undefined;
    const name = stream.key.replaceAll("/", "-");
    const before = value.progress?.stream === stream.key ? value.progress : undefined;
    const number = before?.number ?? (await this.#filesIn(key, name));
    const { rows, isLast } = await this.#readFile({ ...value, from }, stream, before && positionOf(before));
    const file = `${value.prefix}/${key}/${name}/${String(number).padStart(6, "0")}.gz`;
    const last = rows.at(-1);
    if (last === undefined) {
      const progress = { ...before, stream: stream.key, number, isDone: isLast };
      return {
        task: { progress, files: value.files, events: value.events },
        folder: { name, files: number },
      };
    }
    if (Buffer.byteLength(file) > exportLimits.keyBytes) return "keyTooLong";
    await this.#blobs.put(value.bucket, file, await compress(rows.map(lineOf).join("")));
    const position = { timestamp: last.timestamp, sequence: String(last.sequence) };
    const progress: ExportProgress = { stream: stream.key, number: number + 1, isDone: isLast, position };
    return {
      task: { progress, files: value.files + 1, events: value.events + rows.length },
      folder: { name, files: number + 1 },
    };
  }

  /**
   * Streams whose names differ only in slashes share a folder. Its files are counted in state: a task may go
   * on at a node that has not got them, and a file that was written, but not noted, is written again.
   */
  async #filesIn(taskId: string, folder: string): Promise<number> {
    if (!mayBeShared(folder)) return 0;
    return (await exportFoldersIn(this.#state).get(taskId, folder))?.value.files ?? 0;
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

/** An ended one is not begun again by whoever has still a timer for it. */
const isActive = ({ value: { status } }: Task) =>
  status === "PENDING" || status === "RUNNING" || status === "PENDING_CANCEL";

const mayBeShared = (folder: string) => folder.includes("-");

const lineOf = ({ timestamp, message }: LogEventRow) => `${new Date(timestamp).toISOString()} ${message}\n`;

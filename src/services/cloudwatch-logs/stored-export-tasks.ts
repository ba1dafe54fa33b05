// Export tasks in state: what is to be exported, how far it came, and which one of an account is under way.
import type { ExportTaskStatusCode } from "@aws-sdk/client-cloudwatch-logs";
import type { EventPosition } from "../../core/logs/event-position.ts";
import type { Collection, State } from "../../storage/state.ts";

/** Instants are epoch milliseconds. */
export interface StoredExportTask {
  readonly taskName?: string;
  readonly logGroupName: string;
  readonly groupId: number;
  readonly streamPrefix?: string;
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
  readonly bucket: string;
  readonly prefix: string;
  readonly status: ExportTaskStatusCode;
  readonly message?: string;
  readonly createdAt: number;
  readonly completedAt?: number;
  /** Files and events so far. */
  readonly files: number;
  readonly events: number;
  readonly progress?: ExportProgress;
}

/** The stream that is being exported, and where in it; streams before it are done. */
export interface ExportProgress {
  readonly stream: string;
  /** Of the next file of the stream's folder. */
  readonly number: number;
  /** The last event that is in a file; without one the stream begins. */
  readonly position?: { readonly timestamp: number; readonly sequence: string };
  readonly isDone: boolean;
}

/** The task of an account and region that is under way. */
interface ActiveExport {
  readonly taskId: string;
}

/** A folder of a task that streams may share, and its files so far. */
export interface StoredExportFolder {
  readonly files: number;
}

export const exportCollections = {
  tasks: "log-export-tasks",
  active: "log-exports-active",
  folders: "log-export-folders",
} as const;

/** The scope is `account/region`, the key the task's id, the rank its creation. */
export function exportTasksIn(state: State): Collection<StoredExportTask> {
  return state.collection<StoredExportTask>(exportCollections.tasks);
}

/** One scope for all; the key is `account/region`, so that there is one for each. */
export function activeExportsIn(state: State): Collection<ActiveExport> {
  return state.collection<ActiveExport>(exportCollections.active);
}

/** The scope is the task's id, the key the folder's name. */
export function exportFoldersIn(state: State): Collection<StoredExportFolder> {
  return state.collection<StoredExportFolder>(exportCollections.folders);
}

export function positionOf({ position }: ExportProgress): EventPosition | undefined {
  return position && { timestamp: position.timestamp, sequence: BigInt(position.sequence) };
}

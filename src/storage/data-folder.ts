// The data folder: who may use it, which format it has, and where everything in it is.
import {
  accessSync,
  constants,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import Database from "libsql";

/**
 * The layout that this build writes: which sub folders there are. The stores in them have formats of their
 * own.
 */
const folderFormat = 1;

export interface DataFolder {
  readonly path: string;
  readonly stateFile: string;
  readonly telemetryFolder: string;
  readonly blobsFolder: string;
  /** Lets another process have it; call it when every store is closed. */
  release(): void;
}

/** Why a data folder cannot be used, in one line that says what to do about it. */
export class DataFolderError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "DataFolderError";
  }
}

/**
 * Makes the folder if need be and takes it for this process until `release` or the end of the process.
 *
 * The lock is SQLite's on a small file: the kernel drops it when the process dies, however it dies, so that
 * no stale lock is ever left and no process id is ever mistaken. The id in the file beside it is only for the
 * message. Throws a `DataFolderError` when another process has it, a newer version wrote it, or it cannot be
 * written.
 */
export function openDataFolder(path: string): DataFolder {
  const folder = resolve(path);
  const owner = join(folder, "owner.pid");
  let lock: Database.Database | undefined;
  try {
    makeFolder(folder);
    lock = takeLock(join(folder, "lock"));
    if (lock === undefined) {
      throw new DataFolderError(
        `the data folder ${folder} is in use by ${nameOfOwner(owner)}: ` +
          "stop it, or choose another with --data",
      );
    }
    writeFileSync(owner, `${process.pid}\n`);
    checkFormat(folder);
    const subfolder = (name: string) => {
      makeFolder(join(folder, name));
      return join(folder, name);
    };
    return {
      path: folder,
      stateFile: join(subfolder("state"), "state.sqlite"),
      telemetryFolder: subfolder("telemetry"),
      blobsFolder: subfolder("blobs"),
      release: () => lock?.close(),
    };
  } catch (error) {
    lock?.close();
    throw error instanceof DataFolderError ? error : unusable(folder, error);
  }
}

/** Node's own recursive mkdir never returns where the system says ENOENT for a new name, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return accessSync(`${folder}/.`, constants.W_OK);
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** Undefined when another process has it. */
function takeLock(file: string): Database.Database | undefined {
  const connection = new Database(file, { timeout: 0 });
  try {
    connection.exec("begin exclusive");
    return connection;
  } catch (error) {
    connection.close();
    if (codeOf(error).startsWith("SQLITE_BUSY")) return undefined;
    throw error;
  }
}

function nameOfOwner(file: string): string {
  try {
    return `process ${readFileSync(file, "utf8").trim()}`;
  } catch {
    // The other process has taken the lock and not yet written its id.
    return "another process";
  }
}

function checkFormat(folder: string): void {
  const file = join(folder, "format.json");
  const found = readFormat(file);
  if (found === undefined) return writeDurably(file, `${JSON.stringify({ dataFolder: folderFormat })}\n`);
  if (found > folderFormat) {
    throw new DataFolderError(
      `the data folder ${folder} was written by a newer Groundwatch (format ${found}, this one knows ` +
        `${folderFormat}): start that version, or choose another folder with --data`,
    );
  }
}

function readFormat(file: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const format = /"dataFolder"\s*:\s*(\d+)/.exec(text)?.[1];
  if (format === undefined) throw new DataFolderError(`${file} is damaged: restore it from a backup`);
  return Number(format);
}

function writeDurably(file: string, text: string): void {
  const descriptor = openSync(`${file}.new`, "w");
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.new`, file);
}

const mends: Readonly<Record<string, string>> = {
  EACCES: "give this user the right to write there, or choose another folder with --data",
  EPERM: "give this user the right to write there, or choose another folder with --data",
  EROFS: "the file system is read-only; choose another folder with --data",
  SQLITE_READONLY: "the file system is read-only; choose another folder with --data",
  SQLITE_CANTOPEN: "give this user the right to write there, or choose another folder with --data",
  ENOSPC: "the disk is full; free some space, or choose another folder with --data",
  SQLITE_FULL: "the disk is full; free some space, or choose another folder with --data",
  ENOTDIR: "it, or a part of its path, is a file; choose another folder with --data",
};

function unusable(folder: string, cause: unknown): DataFolderError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const mend = mends[codeOf(cause)] ?? `${reason}; choose another folder with --data`;
  return new DataFolderError(`the data folder ${folder} cannot be used: ${mend}`, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

// The state port on SQLite: one file, writes in groups, durable before they are acknowledged.
import { fdatasync, closeSync, openSync, fsyncSync } from "node:fs";
import { basename, dirname } from "node:path";
import { promisify } from "node:util";
import Database from "libsql";
import type { State } from "../state.ts";
import type { StateDatabase } from "./database.ts";
import { createState } from "./documents.ts";
import { stateLimits } from "./limits.ts";
import { migrationStatements } from "./schema.ts";
import { StateError, type StateProblem } from "./state-error.ts";
import type { Statement, WriteStep } from "./statements.ts";

const sync = promisify(fdatasync);

interface WaitingWrite {
  readonly steps: readonly WriteStep[];
  readonly resolve: (rows: readonly unknown[] | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens (and makes or migrates) the file. Writes that arrive together share one transaction.
 *
 * SQLite itself runs with `synchronous=NORMAL`, which writes a commit to the log file without waiting for the
 * disk; we then sync the log on a thread of libuv's pool and acknowledge only after that. It is as durable as
 * `synchronous=FULL`, but the event loop does not stand still meanwhile, and what arrives during a sync
 * shares the next one. Outcomes of conditions wait for the same sync, so that no answer rests on a write that
 * a power loss could still undo. The log must keep its name on disk, hence the sync of the folder at the
 * start.
 */
export async function openSqliteState(file: string): Promise<State> {
  const connection = connect(file);
  const log = openSync(`${file}-wal`, "r");
  syncFolder(dirname(file));
  const run = statementRunner(connection);
  const waiting: WaitingWrite[] = [];
  let committing: Promise<void> | undefined;
  let broken: unknown;

  const database: StateDatabase = {
    name: "sqlite",
    isShared: false,
    async read<Row>(statement: Statement) {
      return run(statement).rows as Row[];
    },
    write(steps) {
      if (waiting.length >= stateLimits.waitingWrites) {
        return Promise.reject(
          new StateError("Unavailable", "too many state writes are waiting for the disk"),
        );
      }
      const { promise, resolve, reject } = pending<readonly unknown[] | undefined>();
      waiting.push({ steps, resolve, reject });
      committing ??= commitAll();
      return promise;
    },
    async close() {
      await committing;
      connection.close();
      closeSync(log);
    },
  };
  return createState(database);

  async function commitAll(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await commitGroup(waiting.splice(0, stateLimits.writesPerCommit));
    committing = undefined;
  }

  async function commitGroup(group: readonly WaitingWrite[]): Promise<void> {
    try {
      if (broken !== undefined) throw broken;
      const outcomes = commit(connection, run, group);
      // A failed sync may have dropped what it should have written, so nothing after it can be trusted.
      await sync(log).catch((error: unknown) => {
        broken = error;
        throw error;
      });
      group.forEach(({ resolve }, index) => resolve(outcomes[index]));
    } catch (error) {
      const failure = stateErrorOf(error, basename(file));
      for (const { reject } of group) reject(failure);
    }
  }
}

function connect(file: string): Database.Database {
  let connection: Database.Database | undefined;
  try {
    connection = new Database(file, { timeout: 5_000 });
    connection.pragma("journal_mode = WAL");
    connection.pragma("synchronous = NORMAL");
    connection.pragma(`wal_autocheckpoint = ${stateLimits.pagesPerCheckpoint}`);
    migrate(connection, file);
    return connection;
  } catch (error) {
    connection?.close();
    throw stateErrorOf(error, file);
  }
}

function migrate(connection: Database.Database, file: string): void {
  const exists = connection.prepare("select name from sqlite_master where name = 'format'").all([]);
  const [row] = exists.length === 0 ? [] : connection.prepare("select version from format").all([]);
  const found = row === undefined ? 0 : (row as { version: number }).version;
  const statements = migrationStatements("sqlite", found, file);
  if (statements.length === 0) return;
  connection.exec(["begin immediate", ...statements, "commit"].join(";\n"));
}

interface Outcome {
  readonly rows: readonly unknown[];
  readonly affected: number;
}

type Run = (statement: Statement) => Outcome;

/** Keeps prepared statements by their text: preparing one costs more than running it. */
function statementRunner(connection: Database.Database): Run {
  const prepared = new Map<string, { statement: Database.Statement; reads: boolean }>();
  return ({ text, parameters }) => {
    let entry = prepared.get(text);
    if (entry === undefined) {
      if (prepared.size >= stateLimits.preparedStatements) prepared.clear();
      const statement = connection.prepare(text);
      entry = { statement, reads: statement.reader };
      prepared.set(text, entry);
    }
    if (!entry.reads) return { rows: [], affected: entry.statement.run(parameters).changes };
    const rows = entry.statement.all(parameters);
    return { rows, affected: rows.length };
  };
}

/** Runs the group in one transaction; each write is all or nothing by itself. */
function commit(connection: Database.Database, run: Run, group: readonly WaitingWrite[]) {
  connection.exec("begin immediate");
  try {
    const outcomes = group.map(({ steps }) => {
      const [only] = steps;
      if (steps.length === 1 && only?.oneRow === true) return runSteps(run, steps);
      connection.exec("savepoint one_write");
      const rows = runSteps(run, steps);
      connection.exec(rows === undefined ? "rollback to one_write; release one_write" : "release one_write");
      return rows;
    });
    connection.exec("commit");
    return outcomes;
  } catch (error) {
    if (connection.inTransaction) connection.exec("rollback");
    throw error;
  }
}

function runSteps(run: Run, steps: readonly WriteStep[]): readonly unknown[] | undefined {
  let rows: readonly unknown[] = [];
  for (const step of steps) {
    const outcome = run(step);
    if (outcome.affected < step.leastRows) return undefined;
    rows = outcome.rows;
  }
  return rows;
}

function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const problems: Readonly<Record<string, StateProblem>> = {
  SQLITE_FULL: "DiskFull",
  ENOSPC: "DiskFull",
  EDQUOT: "DiskFull",
  SQLITE_READONLY: "ReadOnly",
  EROFS: "ReadOnly",
};

function stateErrorOf(cause: unknown, file: string): StateError {
  if (cause instanceof StateError) return cause;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const name = Object.keys(problems).find((known) => code.startsWith(known));
  const problem = name === undefined ? "Unavailable" : (problems[name] ?? "Unavailable");
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StateError(problem, `state store ${file}: ${reason}`, { cause });
}

function pending<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

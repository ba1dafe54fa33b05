// The driver of the embedded engine: batches go through a journal and a file beside it, statements through
// its socket.
import { mkdir, open, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderSql, sql } from "../../core/sql.ts";
import { TelemetryError } from "../telemetry.ts";
import { diskErrorOf, telemetryErrorOf } from "./clickhouse-errors.ts";
import type { Driver, StatementBounds } from "./driver.ts";
import { engineConfig } from "./engine/config.ts";
import { EngineLost } from "./engine/engine-connection.ts";
import { startEngine } from "./engine/engine-host.ts";
import type { EngineHost } from "./engine/engine-host.ts";
import type { Lane } from "./engine/frames.ts";
import { openJournal } from "./journal/journal.ts";
import type { Journal } from "./journal/journal.ts";
import type { JournalBatch } from "./journal/segment.ts";
import { writeBuffers } from "./journal/write-buffers.ts";
import { telemetryLimits } from "./limits.ts";
import { clause, commandText, insertSettings, selectText } from "./statements.ts";

export interface EmbeddedDriver extends Driver {
  /** The engine's process id, for tests that kill it. */
  processId(): number | undefined;
}

/**
 * What the journal hands on is written to a file that the engine reads in ClickHouse's Native format: no
 * byte of it passes through JavaScript again, and a batch that must be sent again is there still. (The
 * engine's own entry for inserted bytes stops at an empty line, so it can only take text.) Each table has one
 * batch under way at a time and so one file, which is written again and again: making and removing one for
 * each batch costs a file system more than the bytes do.
 *
 * @param folder made if it is missing; holds `engine/` (chdb's files), `journal/`, `inbox/` and `engine.xml`.
 */
export function createEmbeddedDriver(folder: string): EmbeddedDriver {
  const inbox = join(folder, "inbox");
  const hosting = prepare(folder, inbox).then((configFile) =>
    startEngine({ folder: join(folder, "engine"), configFile }),
  );
  let host: EngineHost | undefined;
  let journal: Journal | undefined;
  let lastTag = 0;
  const opening = hosting.then(async (started) => {
    host = started;
    await started.opened;
    await emptyFolder(inbox);
    journal = await openJournal(join(folder, "journal"), async (batch) => {
      const path = join(inbox, `${batch.table}.native`);
      await writeBlocks(path, batch.blocks).catch((error: unknown) => Promise.reject(diskErrorOf(error)));
      await sendUntilStored(started, batch, path, `groundwatch-insert-${++lastTag}`);
    });
    return journal;
  });
  const opened = opening.then(() => undefined);
  opened.catch(() => undefined);

  async function run(lane: Lane, text: (tag: string) => string, bounds: StatementBounds): Promise<Buffer> {
    const tag = `groundwatch-${++lastTag}`;
    const statement = text(tag);
    await (await opening).settle(statement);
    if (bounds.signal?.aborted === true) throw new TelemetryError("Cancelled", "the query was cancelled");
    const engine = await hosting;
    return withEnd(engine.run(lane, tag, statement), () => engine.cancel(tag), bounds);
  }

  return {
    opened,
    pace: undefined,
    insert: async (seal) => (await opening).append(seal),
    discard: async () => (await opening).discard(),
    query: (text, bounds) =>
      againWhenLost(() => run("query", (tag) => selectText(text, bounds, tag), bounds)),
    async execute(text, bounds) {
      await run("query", (tag) => commandText(text, bounds, tag), bounds);
    },
    statistics: () => ({
      ...(host?.statistics() ?? { engineRestarts: 0, engineResidentBytes: 0 }),
      ...(journal?.waiting() ?? { journalRows: 0, journalBytes: 0 }),
    }),
    processId: () => host?.processId(),
    async close() {
      await journal?.close();
      const engine = await hosting.catch(() => undefined);
      await engine?.close();
    },
  };
}

async function writeBlocks(path: string, blocks: readonly Buffer[]): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await writeBuffers(file, blocks);
  } finally {
    await file.close();
  }
}

async function emptyFolder(path: string): Promise<void> {
  const leftOver = await readdir(path);
  await Promise.all(leftOver.map((name) => rm(join(path, name), { force: true })));
}

async function prepare(folder: string, inbox: string): Promise<string> {
  const configFile = join(folder, "engine.xml");
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await mkdir(inbox, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await writeFile(configFile, engineConfig());
  } catch (error) {
    throw telemetryErrorOf(messageOf(error), error);
  }
  return configFile;
}

/** The token makes every further attempt safe, whatever became of the ones before. */
async function sendUntilStored(
  engine: EngineHost,
  insert: JournalBatch,
  path: string,
  tag: string,
): Promise<void> {
  const columns = insert.columns.join(", ");
  const source = `file(${renderSql(sql`${path}`)}, 'Native', ${renderSql(sql`${insert.structure}`)})`;
  const settings = insertSettings(insert, telemetryLimits.insertTimeoutMs);
  const text =
    `INSERT INTO ${insert.table} (${columns}) SELECT ${columns} FROM ${source}\n` +
    clause({ ...settings, log_comment: `'${tag}'` });
  for (let attempt = 1; ; attempt++) {
    try {
      await engine.run("insert", tag, text);
      return;
    } catch (error) {
      if (!mayHelp(error) || attempt >= telemetryLimits.insertAttempts) throw error;
      if (!(error instanceof EngineLost)) await pause(50 * 2 ** attempt);
    }
  }
}

function mayHelp(error: unknown): boolean {
  return (
    error instanceof TelemetryError &&
    (error.problem === "MemoryLimit" || error.problem === "Unavailable" || error.problem === "Overloaded")
  );
}

/** A SELECT changes nothing, so the one that was under way when the engine died is asked once more. */
async function againWhenLost<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EngineLost)) throw error;
    return work();
  }
}

/** Settles early, and cancels in the engine, when the time is over or the caller has lost interest. */
function withEnd(work: Promise<Buffer>, cancel: () => void, bounds: StatementBounds): Promise<Buffer> {
  const { signal, timeoutMs } = bounds;
  return new Promise((resolve, reject) => {
    const giveUp = (error: TelemetryError) => {
      cancel();
      reject(error);
    };
    const timer = setTimeout(() => {
      giveUp(new TelemetryError("Timeout", `the query took longer than ${timeoutMs} ms`));
    }, timeoutMs);
    const onAbort = () => giveUp(new TelemetryError("Cancelled", "the query was cancelled"));
    signal?.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    });
  });
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

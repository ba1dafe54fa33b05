// What a crash has left in the journal goes to the engine before anything else does.
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TelemetryError } from "../../telemetry.ts";
import type { BlockInsert } from "../driver.ts";
import type { StoreBatch } from "./journal.ts";
import { readFrames } from "./frames.ts";
import type { JournalBatch } from "./segment.ts";

/** @throws TelemetryError when the engine cannot take it now; everything is still there then. */
export async function recoverSegments(folder: string, store: StoreBatch): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith("segment-"));
  for (const name of names.sort()) {
    const path = join(folder, name);
    for (const batch of batchesOf(readFrames(await readFile(path)))) {
      try {
        await store(batch);
      } catch (error) {
        if (!(await setAside(folder, batch, error))) throw error;
      }
    }
    await rm(path);
  }
}

/** The batches as they were, or would have been, handed to the engine: a token is that of one batch. */
function batchesOf(frames: readonly BlockInsert[]): readonly JournalBatch[] {
  const batches = new Map<string, JournalBatch>();
  for (const { block, ...frame } of frames) {
    const { blocks, rows } = batches.get(frame.token) ?? { blocks: [], rows: 0 };
    batches.set(frame.token, { ...frame, blocks: [...blocks, block], rows: rows + frame.rows });
  }
  return [...batches.values()];
}

/**
 * Keeps aside, for people, what the engine will never take, because it finds the rows themselves wrong.
 * Resolves with whether it was that.
 */
export async function setAside(folder: string, batch: JournalBatch, error: unknown): Promise<boolean> {
  if (!(error instanceof TelemetryError) || error.problem !== "InvalidQuery") return false;
  await writeFile(join(folder, `refused-${batch.token}.native`), batch.blocks);
  await writeFile(join(folder, `refused-${batch.token}.txt`), `${error.message}\n`);
  return true;
}

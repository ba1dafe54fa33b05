// Lets new files that may be copies wait: the files that they were made of may be about to be emptied.
import type { CollectedFiles } from "../../core/log-files/collect-list.ts";
import { resembles } from "./copied-file.ts";
import type { FoundFile } from "./find-files.ts";
import type { FollowParts } from "./followed-file.ts";
import type { FilePosition } from "./positions.ts";

/** While they do not grow. */
const copyWaitMs = 5_000;

/** Gives those that are not to wait: all but those that nobody knows, and begin as a known one. */
export function createCopyWait(
  entry: CollectedFiles,
  { clock, positions }: Pick<FollowParts, "clock" | "positions">,
): (found: readonly FoundFile[]) => Promise<readonly FoundFile[]> {
  /** With their sizes, and since when they have had those. */
  const waiting = new Map<string, { readonly size: number; readonly since: number }>();
  const isKnown = ({ key }: FoundFile) => positions.get(key) !== undefined;

  async function waits(file: FoundFile, known: readonly FilePosition[]): Promise<boolean> {
    const { key, size } = file;
    const now = clock.now();
    const before = waiting.get(key);
    if (before?.size === size) return now - before.since < copyWaitMs;
    if (before === undefined && !(await resembles(file, known))) return false;
    waiting.set(key, { size, since: now });
    return true;
  }

  return async (found) => {
    const unknown = new Set(found.filter((file) => !isKnown(file)).map(({ key }) => key));
    for (const key of waiting.keys()) if (!unknown.has(key)) waiting.delete(key);
    if (unknown.size === 0) return found;
    const all = positions.entries().map(([, position]) => position);
    const known = all.filter(({ foundAs }) => entry.path.test(foundAs));
    const ready: FoundFile[] = [];
    for (const file of found) if (!unknown.has(file.key) || !(await waits(file, known))) ready.push(file);
    return ready;
  };
}

// Collects log files: finds them, follows them through rotation, and reports what goes wrong.
import { unlink } from "node:fs/promises";
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { every, type Clock } from "../../core/clock.ts";
import type { CollectedFiles } from "../../core/log-files/collect-list.ts";
import { createEventSender, type Destination } from "./event-sender.ts";
import { createCopyWait } from "./copy-wait.ts";
import { describe, findFiles, findRenamed, type FoundFile } from "./find-files.ts";
import { followFile, type FollowedFile, type FollowParts } from "./followed-file.ts";
import { openPositions, type Positions } from "./positions.ts";

export interface LogFileCollectorOptions {
  readonly clock: Clock;
  readonly client: () => Promise<CloudWatchLogs>;
  readonly entries: readonly CollectedFiles[];
  /** For the positions. */
  readonly folder: string;
  readonly onError: (error: unknown) => void;
}

export interface LogFileCollector {
  /** Reads and puts what there is, and no more after that. */
  stop(): Promise<void>;
}

const scanMs = 1_000;
/** Of one entry. */
const filesAtOnce = 16;
/** A file that has been gone for so long is forgotten. */
const rememberedMs = 30 * 86_400_000;

/** Files are looked for every second; a failure is reported and tried again the next time. */
export async function startLogFileCollector(options: LogFileCollectorOptions): Promise<LogFileCollector> {
  const { clock, entries, onError } = options;
  const positions = await openPositions(options.folder);
  await forgetGone(positions, clock.now() - rememberedMs);
  const sender = createEventSender(options.client, ({ logGroupName, logStreamName }, count) =>
    onError(`${count} lines for ${logGroupName} ${logStreamName} were refused because of their age`),
  );
  const collections = entries.map((entry) => createCollection(entry, { clock, positions, sender }, onError));
  let scanning: Promise<void> = Promise.resolve();
  const scan = () => {
    scanning = scanning.then(async () => {
      await Promise.all(collections.map((collection) => collection.scanOnce().catch(onError)));
    });
    return scanning;
  };
  const cancel = every(clock, scanMs, scan);
  return {
    async stop() {
      cancel();
      await scan();
      for (const collection of collections) await collection.close();
    },
  };
}

/** Of a file that is still there nothing is forgotten, however long it has been quiet. */
async function forgetGone(positions: Positions, seenBefore: number): Promise<void> {
  for (const [key, { path, seenAt }] of positions.entries()) {
    if (seenAt >= seenBefore || (await describe(path))?.key === key) continue;
    if ((await findRenamed(path, key)) === undefined) positions.forget(key);
  }
}

function createCollection(
  entry: CollectedFiles,
  shared: Omit<FollowParts, "onCopied">,
  onError: (error: unknown) => void,
) {
  const followed = new Map<string, FollowedFile>();
  /** Whether files that were rotated away while nobody looked are still to be found. */
  let looksForRenamed = true;
  const parts: FollowParts = { ...shared, onCopied: () => (looksForRenamed = true) };
  const withoutCopies = createCopyWait(entry, parts);
  return {
    async scanOnce(): Promise<void> {
      const found = await findFiles(entry);
      const ready = await withoutCopies(found);
      const wanted = byKey(entry.publishMultiLogs ? ready : ready.slice(0, 1));
      if (looksForRenamed) await lookForRenamed(wanted);
      const over = [...followed.values()].filter(({ key }) => !wanted.has(key));
      await eachOf(over, (file) => finish(file, found).catch(onError));
      for (const files of knownFirst([...wanted.values()], parts.positions)) {
        await eachOf(files, (file) => readOn(file).catch(onError));
      }
      // Whoever made a copy may pack it at once.
      if (looksForRenamed) await lookForRenamed(wanted);
    },
    close: () => eachOf([...followed.values()], (file) => file.close()),
  };

  async function readOn(file: FoundFile): Promise<void> {
    const foundAs = parts.positions.get(file.key)?.foundAs ?? file.path;
    const known =
      followed.get(file.key) ??
      (await followFile({ ...file, foundAs }, destinationOf(entry, foundAs), parts));
    if (known === undefined) return;
    followed.set(file.key, known);
    await known.readOn(file, false);
  }

  /** A file that was rotated away, or is no longer the newest: it is read to its end and closed. */
  async function finish(file: FollowedFile, found: readonly FoundFile[]): Promise<void> {
    const now = found.find(({ key }) => key === file.key);
    const renamed = now ?? (await findRenamed(file.path, file.key));
    // A file that is gone can still be read through its handle.
    const gone = { path: file.path, key: file.key, size: Number.POSITIVE_INFINITY, modifiedMs: 0 };
    await file.readOn(renamed ?? gone, true);
    followed.delete(file.key);
    await file.close();
    if (entry.autoRemoval && now !== undefined) await unlink(now.path);
  }

  async function lookForRenamed(wanted: ReadonlyMap<string, FoundFile>): Promise<void> {
    looksForRenamed = false;
    await followRenamed(wanted).catch((error: unknown) => {
      looksForRenamed = true;
      onError(error);
    });
  }

  /** Files that were rotated away while nobody looked have lines that were not read. */
  async function followRenamed(wanted: ReadonlyMap<string, FoundFile>): Promise<void> {
    for (const [key, { foundAs, path, offset, sending }] of parts.positions.entries()) {
      if (!entry.path.test(foundAs) || followed.has(key) || wanted.has(key)) continue;
      const there = await describe(path);
      const file = there?.key === key ? there : await findRenamed(path, key);
      if (file === undefined || (file.size === offset && sending === undefined)) continue;
      const renamed = await followFile({ ...file, foundAs }, destinationOf(entry, foundAs), parts);
      if (renamed !== undefined) followed.set(key, renamed);
    }
  }
}

const byKey = (files: readonly FoundFile[]) => new Map(files.map((file) => [file.key, file]));

/** A file that was emptied finds its copy before anybody takes that for a new file. */
function knownFirst(files: readonly FoundFile[], positions: Positions): readonly (readonly FoundFile[])[] {
  const isKnown = ({ key }: FoundFile) => positions.get(key) !== undefined;
  return [files.filter(isKnown), files.filter((file) => !isKnown(file))];
}

/** Several at once: most of the time goes by in waiting for the server and the disk. */
async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: filesAtOnce }, worker));
}

/** With `publish_multi_logs` each file has a stream of its own, named after its path. */
function destinationOf(entry: CollectedFiles, path: string): Destination {
  const { logGroupName } = entry;
  const suffix = entry.publishMultiLogs ? path.replace(/[:*]/g, "-").replaceAll("/", "_") : "";
  return { entry, logGroupName, logStreamName: entry.logStreamName + suffix };
}

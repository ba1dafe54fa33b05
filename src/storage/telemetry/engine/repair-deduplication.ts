// Mends the engine's memory of insert tokens after a crash between the note of a token and its part.
import { appendFileSync, existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * For each part that it stores, the engine first writes `1 <part> <token hash>` to the table's deduplication
 * log and then renames the part into place (seen with chdb 3.4.0). Killed between the two, it would take the
 * batch that is sent again for a repetition and store nothing: an acknowledged loss. So an addition without
 * its part, nor one that it was merged into, is taken back with `2 <part> <hash>`. It can only be among the
 * last, and taking back too much does no harm: a token that was answered is never used again.
 *
 * Only who holds the folder's lock may look, for the engine of a server that was killed may live a moment
 * longer; the engine reads the log when it opens the folder.
 *
 * @returns whether something was taken back, so that the folder must be opened again.
 */
export function repairDeduplicationLogs(folder: string): boolean {
  const store = join(folder, "store");
  const tables = entriesOf(store).flatMap((prefix) =>
    entriesOf(join(store, prefix)).map((table) => join(store, prefix, table)),
  );
  return tables.map(repairTable).includes(true);
}

/** As many additions as INSERTs of one table can be under way. */
const lastAdditions = 16;

interface Addition {
  readonly part: string;
  readonly token: string;
}

function repairTable(table: string): boolean {
  const logs = join(table, "deduplication_logs");
  const numbered = entriesOf(logs)
    .map((name) => ({ name, number: Number(/^deduplication_log_(\d+)\.txt$/.exec(name)?.[1] ?? Number.NaN) }))
    .filter(({ number }) => !Number.isNaN(number))
    .sort((a, b) => a.number - b.number);
  const last = numbered.at(-1);
  if (last === undefined) return false;
  // Opening the folder may have begun a new log.
  const texts = numbered.slice(-2).map(({ name }) => readFileSync(join(logs, name), "utf8"));
  const additions = liveAdditions(texts.join("")).slice(-lastAdditions);
  const parts = entriesOf(table).flatMap((name) => parsePart(name) ?? []);
  const lost = additions.filter(({ part }) => !isStored(part, parts));
  if (lost.length === 0) return false;
  const taken = lost.map(({ part, token }) => `2\t${part}\t${token}\n`);
  appendFileSync(join(logs, last.name), taken.join(""));
  return true;
}

function liveAdditions(text: string): readonly Addition[] {
  const additions = new Map<string, Addition>();
  for (const line of text.split("\n")) {
    const [operation, part, token] = line.split("\t");
    if (part === undefined || token === undefined) continue;
    if (operation === "1") additions.set(token, { part, token });
    else additions.delete(token);
  }
  return [...additions.values()];
}

interface PartName {
  readonly partition: string;
  readonly from: number;
  readonly to: number;
}

function parsePart(name: string): PartName | undefined {
  const match = /^([^_]+)_(\d+)_(\d+)_\d+(?:_\d+)?$/.exec(name);
  if (match === null) return undefined;
  return { partition: match[1] ?? "", from: Number(match[2]), to: Number(match[3]) };
}

function isStored(name: string, parts: readonly PartName[]): boolean {
  const part = parsePart(name);
  return (
    part === undefined ||
    parts.some(
      ({ partition, from, to }) => partition === part.partition && from <= part.from && to >= part.to,
    )
  );
}

function entriesOf(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

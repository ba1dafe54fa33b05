// Whatever is appended, read, refused and cut off by a crash: what is acknowledged reaches the engine, and a
// token is always that of the same rows.
import { fc, test } from "@fast-check/vitest";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { openJournal } from "./journal.ts";
import type { JournalBatch } from "./segment.ts";

const tables = ["daily", "registry", "spans"];

/** An engine as it is to the journal: it keeps what it is given, by token, and takes its time. */
function createStore(stored = new Map<string, string>()) {
  const conflicts: string[] = [];
  const store = async ({ blocks, token }: JournalBatch) => {
    await new Promise((resolve) => setImmediate(resolve));
    const rows = Buffer.concat([...blocks]).toString();
    if ((stored.get(token) ?? rows) !== rows) conflicts.push(token);
    stored.set(token, rows);
  };
  const rows = () => {
    expect(conflicts).toEqual([]);
    return [...stored.values()].flatMap((text) => text.split(",").slice(0, -1));
  };
  return { store, stored, rows };
}

const anyStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ append: fc.constantFrom(...tables) }) },
  { weight: 3, arbitrary: fc.record({ settle: fc.constantFrom(...tables) }) },
  { weight: 1, arbitrary: fc.constant("wait" as const) },
);

test.prop([fc.array(anyStep, { maxLength: 40 })], { numRuns: 60 })(
  "a reader sees what is acknowledged, and so does who comes after a crash, once",
  async (steps) => {
    const folder = await mkdtemp(join(tmpdir(), "groundwatch-journal-"));
    const engine = createStore();
    const journal = await openJournal(join(folder, "journal"), engine.store);
    const acknowledged: string[] = [];
    const underWay: Promise<void>[] = [];
    let count = 0;
    for (const step of steps) {
      if (step === "wait") await Promise.all(underWay.splice(0));
      else if ("append" in step) {
        const row = `${step.append}-${++count}`;
        const insert = { table: step.append, columns: ["a"], structure: "a String", rows: 1, token: "" };
        const appended = journal.append(() => ({ ...insert, block: Buffer.from(`${row},`) }));
        underWay.push(appended.then(() => void acknowledged.push(row)));
      } else {
        const expected = acknowledged.filter((row) => row.startsWith(step.settle));
        await journal.settle(`SELECT a FROM ${step.settle}`);
        expect(engine.rows()).toEqual(expect.arrayContaining(expected));
      }
    }
    await Promise.all(underWay);
    const tokensBefore = new Map(engine.stored);
    await cp(join(folder, "journal"), join(folder, "crashed"), { recursive: true });
    await journal.close();
    expect(engine.rows().toSorted()).toEqual(acknowledged.toSorted());
    expect(await readdir(join(folder, "journal"))).toEqual([]);

    const afterCrash = createStore(tokensBefore);
    const recovered = await openJournal(join(folder, "crashed"), afterCrash.store);
    expect(afterCrash.rows().toSorted()).toEqual(acknowledged.toSorted());
    await recovered.close();
    await rm(folder, { recursive: true });
  },
);

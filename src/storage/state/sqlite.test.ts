// SQLite as the state store: the contract, and what only a file can suffer.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import Database from "libsql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrationStatements } from "./schema.ts";
import { openSqliteState } from "./sqlite.ts";
import { queuesContract } from "../queues/queues.contract.ts";
import { setBackContract } from "../queues/set-back.contract.ts";
import { stateContract } from "./state.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwatch-state-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("SQLite", () => {
  stateContract(() => openSqliteState(join(folder, "contract.sqlite")));
  queuesContract(() => openSqliteState(join(folder, "queues.sqlite")));
  setBackContract(() => openSqliteState(join(folder, "set-back.sqlite")));

  test("a file of the first format is brought up to date with all that it holds", async () => {
    const file = join(folder, "first-format.sqlite");
    const connection = new Database(file);
    const whole = migrationStatements("sqlite", 0, file);
    const first = whole.slice(
      0,
      whole.findIndex((text) => text.startsWith("drop index")),
    );
    connection.exec([...first, "update format set version = 1"].join(";\n"));
    connection.exec(`insert into documents values ('things', 's', 'plain', 3, null, '"a"'),
      ('things', 's', 'ranked', 1, 7.5, '"${"b".repeat(5_000)}"');
      insert into sequences values ('numbers', 41)`);
    connection.close();
    const state = await openSqliteState(file);
    expect(await state.collection("things").list("s", { limit: 5 })).toEqual([
      { scope: "s", key: "plain", value: "a", version: 3 },
      { scope: "s", key: "ranked", value: "b".repeat(5_000), version: 1, rank: 7.5 },
    ]);
    expect(await state.collection("things").count("s", 8)).toBe(1);
    expect(await state.nextNumber("numbers")).toBe(42);
    await state.close();
  });

  test("refuses a file that a newer version wrote, and leaves it as it is", async () => {
    const file = join(folder, "newer.sqlite");
    await (await openSqliteState(file)).close();
    const connection = new Database(file);
    connection.exec("update format set version = 4711");
    connection.close();
    await expect(openSqliteState(file)).rejects.toMatchObject({
      problem: "NewerFormat",
      message: expect.stringContaining("written by a newer Groundwatch (state format 4711"),
    });
  });

  test("says which file it cannot open", async () => {
    await expect(openSqliteState(join(folder, "missing", "x.sqlite"))).rejects.toMatchObject({
      problem: "Unavailable",
      message: expect.stringContaining("x.sqlite"),
    });
  });

  test("a write that the file refuses is an error of that write, and later ones are stored", async () => {
    const file = join(folder, "locked.sqlite");
    const state = await openSqliteState(file);
    const trigger = new Database(file);
    trigger.exec(
      `create trigger no_poison before insert on documents when new.key = 'poison'
       begin select raise(abort, 'no poison'); end`,
    );
    const things = state.collection<number>("things");
    await expect(things.put("s", "poison", 1)).rejects.toMatchObject({ name: "StateError" });
    await things.put("s", "food", 2);
    expect(await things.get("s", "food")).toMatchObject({ value: 2 });
    trigger.close();
    await state.close();
  });
});

describe("SQLite killed with SIGKILL", () => {
  const writer = `
    const { openSqliteState } = await import(process.argv[1]);
    const state = await openSqliteState(process.argv[2]);
    const things = state.collection("things");
    for (let round = 0; ; round++) {
      const keys = Array.from({ length: 20 }, (_, index) => process.argv[3] + "-" + round + "-" + index);
      await Promise.all(keys.map((key) => things.create("s", key, { filler: "x".repeat(200) })));
      process.stdout.write(keys.join("\\n") + "\\n");
    }`;

  beforeAll(async () => {
    await promisify(execFile)("node_modules/.bin/tsc", ["-b", "src/storage"]);
  });

  test("has every write that it acknowledged", async () => {
    const file = join(folder, "killed.sqlite");
    const built = new URL("../../../dist/storage/state/sqlite.js", import.meta.url).href;
    const acknowledged: string[] = [];
    for (const [run, lines] of [40, 137, 400, 991].entries()) {
      const child = spawn(process.execPath, [
        "--input-type=module",
        "-e",
        writer,
        "--",
        built,
        file,
        `run${run}`,
      ]);
      const exited = once(child, "exit");
      let seen = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged.push(line);
        if (++seen === lines) child.kill("SIGKILL");
      }
      await exited;
      expect(child.signalCode).toBe("SIGKILL");
    }
    const state = await openSqliteState(file);
    const found = await state.collection("things").getMany("s", acknowledged);
    expect(found.map(({ key }) => key)).toEqual(acknowledged);
    await state.close();
  });
});

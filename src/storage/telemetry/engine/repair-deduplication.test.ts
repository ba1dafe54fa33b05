// A crash between the note of a token and its part, made by hand, for the moment is too short to hit.
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { engineConfig } from "./config.ts";
import { startEngine } from "./engine-host.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-repair-"));
  await writeFile(join(folder, "engine.xml"), engineConfig());
});
afterEach(() => rm(folder, { recursive: true }));

async function withEngine(work: (run: (text: string) => Promise<Buffer>) => Promise<unknown>) {
  const engine = startEngine({ folder: join(folder, "engine"), configFile: join(folder, "engine.xml") });
  await work((text) => engine.run("query", "test", text));
  await engine.close();
}

const insert = (value: number) =>
  `INSERT INTO numbers SELECT toUInt64(${value}) SETTINGS insert_deduplication_token = 'token-${value}'`;

async function only(pattern: RegExp): Promise<string> {
  const found = (await readdir(folder, { recursive: true })).filter((path) => pattern.test(path));
  expect(found).toHaveLength(1);
  return join(folder, found[0] ?? "");
}

test("a batch whose part never came into place is stored when it is sent again", async () => {
  await withEngine(async (run) => {
    await run(
      "CREATE TABLE numbers (value UInt64) ENGINE = MergeTree ORDER BY value " +
        "SETTINGS non_replicated_deduplication_window = 100, old_parts_lifetime = 1",
    );
    for (const value of [1, 2, 3]) await run(insert(value));
    await run("OPTIMIZE TABLE numbers FINAL");
    await run(insert(4));
    await run(insert(5));
  });
  const part = await only(/store.*\/all_5_5_0$/);
  await rm(part, { recursive: true });
  await withEngine(async (run) => {
    for (const value of [1, 2, 3, 4, 5, 5]) await run(insert(value));
    const rows = await run("SELECT arraySort(groupArray(toUInt8(value))) AS numbers FROM numbers");
    expect(JSON.parse(rows.toString())).toEqual({ numbers: [1, 2, 3, 4, 5] });
  });
  const log = await only(/store.*deduplication_log_1\.txt$/);
  expect((await readFile(log, "utf8")).split("\n").filter((line) => line.startsWith("2"))).toHaveLength(1);
});

// What only the embedded engine has: a folder, a process, a disk that can be full, and a crash at any moment.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { rawSql, sql } from "../../core/sql.ts";
import { createTelemetry } from "./create-telemetry.ts";
import { createEmbeddedDriver } from "./embedded-driver.ts";
import { engineConfig } from "./engine/config.ts";
import { startEngine } from "./engine/engine-host.ts";
import { encodeFrame } from "./journal/frames.ts";
import { openTelemetry } from "./open.ts";
import type { ColumnType } from "./table.ts";
import { tables } from "./tables.ts";
import { contractTables } from "./testing/contract-tables.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-engine-"));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));

const open = (at = folder) => {
  const driver = createEmbeddedDriver(at);
  const telemetry = createTelemetry(driver, contractTables, { kind: "embedded", expiry: "caller" });
  const append = (name: string) =>
    telemetry.append("registry" as never, { name: [name], seen_at: [0] } as never);
  const names = async () => {
    const rows = await telemetry.query<{ name: string }>(sql`SELECT name FROM registry ORDER BY name`);
    return rows.map(({ name }) => name);
  };
  return { driver, telemetry, append, names };
};

test("a query takes more than one thread, though the engine has little memory", async () => {
  const { telemetry } = open();
  const steps = await telemetry.query<{ explain: string }>(
    sql`EXPLAIN PIPELINE SELECT sum(number) FROM numbers_mt(100000000) SETTINGS max_threads = 2`,
  );
  expect(steps.map(({ explain }) => explain.trim())).toContain("NumbersRange × 2 0 → 1");
  await telemetry.close();
});

describe("the engine's folder", () => {
  test("is made, and calls wait until it is open", async () => {
    const { telemetry, append, names } = open(join(folder, "deep", "er"));
    await Promise.all([append("a"), append("b")]);
    expect(await names()).toEqual(["a", "b"]);
    await telemetry.close();
  });

  test("is refused to a second process while the first has it, and free after it", async () => {
    const first = open();
    await first.telemetry.ready();
    const second = open();
    await expect(second.telemetry.ready()).rejects.toThrow(/another process has .* open/);
    await expect(second.append("b")).rejects.toMatchObject({ problem: "Unavailable" });
    await second.telemetry.close();
    await first.append("a");
    await first.telemetry.close();
    const third = open();
    expect(await third.names()).toEqual(["a"]);
    await third.telemetry.close();
  });

  test("is free again at once when the server is killed: its engine ends with it", async () => {
    const compiled = new URL("../../../dist/storage/telemetry/embedded-driver.js", import.meta.url).href;
    const program = `import { createEmbeddedDriver } from ${JSON.stringify(compiled)};
      const driver = createEmbeddedDriver(${JSON.stringify(folder)});
      await driver.opened;
      console.log("open");`;
    const server = spawn(process.execPath, ["--input-type=module", "--eval", program]);
    await once(server.stdout, "data");
    server.kill("SIGKILL");
    const { telemetry, append, names } = open();
    await append("a");
    expect(await names()).toEqual(["a"]);
    await telemetry.close();
  });

  test("stores once what is acknowledged, through a crash before the engine had it", async () => {
    const dayMs = 86_400_000;
    const sequences = ({ telemetry }: ReturnType<typeof open>) => ({
      append: (sequence: bigint) =>
        telemetry.append(
          "daily" as never,
          { writer: [1, 2], timestamp: [10 * dayMs, 11 * dayMs], sequence: [sequence, sequence] } as never,
        ),
      counted: () => telemetry.query(sql`SELECT sequence, count() AS rows FROM daily GROUP BY 1 ORDER BY 1`),
    });
    const twice = (...names: readonly string[]) => names.map((sequence) => ({ sequence, rows: "2" }));
    const first = open();
    const { append, counted } = sequences(first);
    await first.telemetry.ready();
    await Promise.all([append(1n), append(2n)]);
    await append(3n);
    expect(first.telemetry.statistics()).toMatchObject({ waitingRows: 0, journalRows: 6 });
    const segment = "segment-4";
    const crashed = await readFile(join(folder, "journal", segment));
    expect(await counted()).toEqual(twice("1", "2", "3"));
    await expect.poll(() => first.telemetry.statistics().journalRows).toBe(0);
    await first.telemetry.close();
    expect(await readdir(join(folder, "journal"))).toEqual([]);

    const elsewhere = await mkdtemp(join(tmpdir(), "groundwatch-engine-"));
    for (const at of [folder, elsewhere]) {
      const { telemetry } = open(at); // makes the tables where there are none
      await telemetry.ready();
      await telemetry.close();
      const torn = Buffer.concat([crashed, crashed.subarray(0, 100)]);
      await writeFile(join(at, "journal", segment), torn);
      const again = open(at);
      await sequences(again).append(4n);
      expect(await sequences(again).counted()).toEqual(twice("1", "2", "3", "4"));
      await again.telemetry.close();
    }
    await rm(elsewhere, { recursive: true });
  });

  test("forgets what it was told to forget, and what the engine would have been given later", async () => {
    const { telemetry, append, names } = open();
    await append("a");
    expect(await names()).toEqual(["a"]);
    await Promise.all([append("b"), append("c")]);
    const first = names();
    await append("d");
    await telemetry.truncate();
    await first;
    expect(await names()).toEqual([]);
    await expect.poll(() => telemetry.statistics().journalRows).toBe(0);
    await append("e");
    expect(await names()).toEqual(["e"]);
    await telemetry.close();
  });

  test("keeps aside what the engine refuses for ever, and goes on", async () => {
    const { telemetry } = open();
    await telemetry.ready();
    await telemetry.close();
    const frame = {
      token: "s-not_there",
      table: "not_there",
      columns: ["a"],
      structure: "a String",
      rows: 1,
      block: Buffer.from("?"),
    };
    await writeFile(join(folder, "journal", "segment-0"), encodeFrame(frame));
    const again = open();
    await again.append("a");
    expect(await again.names()).toEqual(["a"]);
    expect(await readdir(join(folder, "journal"))).toEqual(
      expect.arrayContaining(["refused-s-not_there.native", "refused-s-not_there.txt"]),
    );
    await again.telemetry.close();
  });

  test("that cannot be made is a clear error", async () => {
    await writeFile(join(folder, "file"), "");
    const { telemetry } = open(join(folder, "file", "below"));
    await expect(telemetry.ready()).rejects.toThrow(/ENOTDIR/);
    await telemetry.close();
  });
});

function neutral(type: ColumnType): unknown {
  if (type === "Map(Int16, Float64)") return new Map();
  if (type.startsWith("Map")) return {};
  if (type.startsWith("Array")) return [];
  if (type.endsWith("String") || type.endsWith("String)")) return "";
  if (type === "UInt64") return 0n;
  return type.startsWith("DateTime") ? Math.floor(Date.now() / 1000) * 1000 : 1;
}

describe("the tables of the services", () => {
  test("each take a row", async () => {
    const telemetry = openTelemetry({ folder });
    for (const [name, { columns }] of Object.entries(tables)) {
      const row = Object.entries(columns).map(([column, { type }]) => [column, [neutral(type)]]);
      await telemetry.append(name as never, Object.fromEntries(row) as never);
      expect(await telemetry.query(sql`SELECT count() AS count FROM ${rawSql(name)}`)).toEqual([
        { count: "1" },
      ]);
    }
    await telemetry.close();
  });
});

describe("an engine that hangs", () => {
  test("is killed after its silence and replaced", async () => {
    const configFile = join(folder, "engine.xml");
    await writeFile(configFile, engineConfig());
    const engine = startEngine({ folder: join(folder, "engine"), configFile, heartbeatMs: 20 });
    await engine.opened;
    const hung = engine.processId();
    process.kill(hung ?? 0, "SIGSTOP");
    await expect(engine.run("query", "a", "SELECT 1")).rejects.toMatchObject({ problem: "Unavailable" });
    expect(String(await engine.run("query", "b", "SELECT 1 AS one FORMAT JSONEachRow"))).toBe('{"one":1}\n');
    expect(engine.processId()).not.toBe(hung);
    expect(engine.statistics().engineRestarts).toBe(1);
    await engine.close();
  });
});

/** A tiny file system of its own needs the right to mount one. */
const mayMount = (() => {
  try {
    const probe = "/tmp/groundwatch-mount-probe";
    execFileSync("mkdir", ["-p", probe]);
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", probe], { stdio: "ignore" });
    execFileSync("/bin/umount", [probe]);
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!mayMount)("a file system of its own (skipped where mounting is not allowed)", () => {
  const mount = (...options: readonly string[]) =>
    execFileSync("/bin/mount", [...options, "tmpfs", folder], { stdio: "ignore" });
  afterEach(() => {
    execFileSync("/bin/umount", ["-l", folder]);
  });
  /** Resolves when no segment is open: one that is has room for a small row whatever the disk says. */
  const segmentEmptied = async () => {
    const journal = join(folder, "journal");
    const bytes = async () => {
      const files = (await readdir(journal)).map((name) => stat(join(journal, name)));
      return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
    };
    await expect.poll(bytes, { timeout: 5_000 }).toBe(0);
  };

  test("that is full refuses appends, and takes them when there is room again", async () => {
    mount("-t", "tmpfs", "-o", "size=24m");
    const { telemetry, append, names } = open();
    await append("before");
    expect(await names()).toEqual(["before"]);
    await segmentEmptied();
    const ballast = join(folder, "ballast");
    execFileSync("sh", ["-c", `cat /dev/zero > ${ballast} || true`], { stdio: "ignore" });
    await expect(append("refused")).rejects.toMatchObject({ problem: "DiskFull" });
    expect(await names()).toEqual(["before"]);
    await rm(ballast);
    await append("later");
    expect(await names()).toEqual(["before", "later"]);
    await telemetry.close();
  });

  test("that becomes full later keeps what is acknowledged, and reads go on", async () => {
    mount("-t", "tmpfs", "-o", "size=24m");
    const { telemetry, append, names } = open();
    await append("before");
    expect(await names()).toEqual(["before"]);
    await append("acknowledged");
    const ballast = join(folder, "ballast");
    execFileSync("sh", ["-c", `cat /dev/zero > ${ballast} || true`], { stdio: "ignore" });
    expect(await names()).toEqual(["before"]);
    await expect(append("refused")).rejects.toMatchObject({ problem: "DiskFull" });
    await rm(ballast);
    await expect.poll(names, { timeout: 10_000 }).toEqual(["acknowledged", "before"]);
    await append("later");
    expect(await names()).toEqual(["acknowledged", "before", "later"]);
    await telemetry.close();
  });

  test("that becomes read-only refuses appends, and reads go on", async () => {
    mount("-t", "tmpfs", "-o", "size=64m");
    const { telemetry, append, names } = open();
    await append("before");
    expect(await names()).toEqual(["before"]);
    await segmentEmptied();
    const journal = join(folder, "journal"); // the whole is busy, so only this part can change
    execFileSync("/bin/mount", ["--bind", journal, journal]);
    execFileSync("/bin/mount", ["-o", "remount,bind,ro", journal]);
    await expect(append("refused")).rejects.toMatchObject({ problem: "ReadOnly" });
    expect(await names()).toEqual(["before"]);
    execFileSync("/bin/umount", [journal]);
    await append("later");
    expect(await names()).toEqual(["before", "later"]);
    await telemetry.close();
  });

  test("that is read-only from the start is refused", async () => {
    mount("-t", "tmpfs", "-o", "size=24m,ro");
    const { telemetry } = open();
    await expect(telemetry.ready()).rejects.toMatchObject({ problem: "ReadOnly" });
    await telemetry.close();
  });
});

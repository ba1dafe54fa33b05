// What only the embedded engine has: a folder, a process, a disk that can be full, and a crash at any moment.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { rawSql, sql } from "../../core/sql.ts";
import { createTelemetry } from "./create-telemetry.ts";
import { createEmbeddedDriver } from "./embedded-driver.ts";
import { engineConfig } from "./engine/config.ts";
import { startEngine } from "./engine/engine-host.ts";
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

  test("is cleared of a batch that a crash has left behind", async () => {
    await mkdir(join(folder, "inbox"), { recursive: true });
    await writeFile(join(folder, "inbox", "left-behind.native"), "x");
    const { telemetry } = open();
    await telemetry.ready();
    expect(await readdir(join(folder, "inbox"))).toEqual([]);
    await telemetry.close();
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

  test("that is full refuses appends, and takes them when there is room again", async () => {
    mount("-t", "tmpfs", "-o", "size=24m");
    const { telemetry, append, names } = open();
    await append("before");
    const ballast = join(folder, "ballast");
    execFileSync("sh", ["-c", `cat /dev/zero > ${ballast} || true`], { stdio: "ignore" });
    await expect(append("refused")).rejects.toMatchObject({ problem: "DiskFull" });
    expect(await names()).toEqual(["before"]);
    await rm(ballast);
    await append("later");
    expect(await names()).toEqual(["before", "later"]);
    await telemetry.close();
  });

  test("that becomes read-only refuses appends, and reads go on", async () => {
    mount("-t", "tmpfs", "-o", "size=64m");
    const { telemetry, append, names } = open();
    await append("before");
    const inbox = join(folder, "inbox"); // the whole is busy, so only this part can change
    execFileSync("/bin/mount", ["--bind", inbox, inbox]);
    execFileSync("/bin/mount", ["-o", "remount,bind,ro", inbox]);
    await expect(append("refused")).rejects.toMatchObject({ problem: "ReadOnly" });
    expect(await names()).toEqual(["before"]);
    execFileSync("/bin/umount", [inbox]);
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

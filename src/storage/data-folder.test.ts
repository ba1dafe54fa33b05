// The data folder: one process at a time, never a newer one, and errors that say what to do.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DataFolderError, openDataFolder } from "./data-folder.ts";

const root = mkdtempSync(join(tmpdir(), "groundwatch-folder-"));
afterAll(() => rmSync(root, { recursive: true }));
beforeAll(async () => {
  await promisify(execFile)("node_modules/.bin/tsc", ["-b", "src/storage"]);
});

test("is made with its sub folders, and opens again after a release", () => {
  const path = join(root, "a/b");
  const folder = openDataFolder(path);
  expect(folder.stateFile).toBe(join(path, "state/state.sqlite"));
  writeFileSync(join(folder.telemetryFolder, "x"), "");
  writeFileSync(join(folder.blobsFolder, "x"), "");
  folder.release();
  openDataFolder(path).release();
});

test("belongs to one process: the second is told which, and gets it when the first is killed", async () => {
  const path = join(root, "shared");
  const built = new URL("../../dist/storage/data-folder.js", import.meta.url).href;
  const program = `const { openDataFolder } = await import(process.argv[1]);
    globalThis.kept = openDataFolder(process.argv[2]); console.log("open"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, "--", built, path]);
  await once(child.stdout, "data");
  expect(() => openDataFolder(path)).toThrow(
    `the data folder ${path} is in use by process ${child.pid}: stop it, or choose another with --data`,
  );
  child.kill("SIGKILL");
  await once(child, "exit");
  openDataFolder(path).release();
});

test("cannot be opened twice in one process either", () => {
  const path = join(root, "twice");
  const folder = openDataFolder(path);
  expect(() => openDataFolder(path)).toThrow(/in use by process/);
  expect(() => openDataFolder(path)).toThrow(DataFolderError);
  folder.release();
  openDataFolder(path).release();
});

test("of a newer version is refused and left alone", () => {
  const path = join(root, "newer");
  openDataFolder(path).release();
  const newer = '{"dataFolder":99}';
  writeFileSync(join(path, "format.json"), newer);
  expect(() => openDataFolder(path)).toThrow(
    /written by a newer Groundwatch \(format 99, this one knows 1\)/,
  );
  expect(readFileSync(join(path, "format.json"), "utf8")).toBe(newer);
  writeFileSync(join(path, "format.json"), "zzz");
  expect(() => openDataFolder(path)).toThrow(/format.json is damaged/);
});

test("that is a file, or below one, is an error in one line", () => {
  writeFileSync(join(root, "file"), "");
  expect(() => openDataFolder(join(root, "file"))).toThrow(
    /cannot be used: it, or a part of its path, is a file/,
  );
  expect(() => openDataFolder(join(root, "file/below"))).toThrow(
    /cannot be used: it, or a part of its path, is a file/,
  );
  expect(() => openDataFolder("/proc/nowhere")).toThrow(
    /cannot be used: .*choose another folder with --data$/,
  );
});

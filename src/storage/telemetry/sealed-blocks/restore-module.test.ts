// What a power cut may leave of the function in the engine's folder, made by hand.
import { mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rawSql } from "../../../core/sql.ts";
import { openTelemetry } from "../open.ts";
import { installUnpacking } from "./install-unpacking.ts";
import { unpackFunction } from "./unpack-module.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-module-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function unpackNothing() {
  const telemetry = openTelemetry({ folder, expiry: "caller" });
  try {
    await installUnpacking(telemetry);
    await installUnpacking(telemetry);
    return await telemetry.query(rawSql(`SELECT length(tupleElement(${unpackFunction}(''), 1)) AS texts`));
  } finally {
    await telemetry.close();
  }
}

test("the function is there again, whatever is left of its files", async () => {
  const files = {
    module: join(folder, "engine", "user_scripts", "wasm", `${unpackFunction}.wasm`),
    definition: join(folder, "engine", "user_defined", `function_${unpackFunction}.sql`),
  };
  const left = [
    () => Promise.resolve(),
    () => truncate(files.module, 0),
    () => truncate(files.module, 100),
    () => rm(files.module),
    () => truncate(files.definition, 0),
    () => truncate(files.definition, 40),
    () => Promise.all([truncate(files.definition, 0), rm(files.module)]),
  ];
  expect(await unpackNothing()).toEqual([{ texts: "0" }]);
  for (const leave of left) {
    await leave();
    expect(await unpackNothing()).toEqual([{ texts: "0" }]);
  }
});

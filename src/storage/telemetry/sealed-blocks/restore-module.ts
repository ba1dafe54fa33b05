// Mends what the engine keeps of its function for blocks, before it opens its folder.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unpackFunction, unpackModule } from "./unpack-module.ts";

/**
 * The engine does not wait until the file of a module is on the disk, and a folder with half of one cannot be
 * opened any more (seen with chdb 3.4.0). So after a power cut the file is written again, if the folder has
 * the function. Half of a function's own file is no harm: the function is missing then, and is made again.
 */
export function restoreModule(folder: string): void {
  const path = join(folder, "user_scripts", "wasm", `${unpackFunction}.wasm`);
  const isThere = existsSync(path);
  if (!isThere && !existsSync(join(folder, "user_defined", `function_${unpackFunction}.sql`))) return;
  const module = unpackModule();
  if (isThere && readFileSync(path).equals(module)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, module);
}

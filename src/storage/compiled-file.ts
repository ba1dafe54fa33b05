// Where the files are that are started by themselves, as a process or a thread.
import { fileURLToPath } from "node:url";

/**
 * The path of a compiled file: beside the module that asks, or in `dist` when the sources run under a test.
 *
 * @param here `import.meta.url` of that module
 */
export function compiledFile(here: string, name: string): string {
  const compiled = here.endsWith(".ts") ? here.replace(/\/src\/(?!.*\/src\/)/, "/dist/") : here;
  return fileURLToPath(new URL(name, compiled));
}

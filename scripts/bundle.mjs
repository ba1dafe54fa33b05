// Joins the compiled files and the packages they need into a few, dist/program: a start reads a dozen files
// instead of thousands. THIRD_PARTY.txt beside them has the licences of the packages.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const folder = "dist/program";

/** Packages with files of their own that are read or loaded by path, and one that few ever use. */
const apart = ["chdb", "libsql", "@resvg/resvg-wasm", "@expo-google-fonts/inter", "pg"];

/**
 * Services take schemas, exceptions and enumerations from the SDK's packages, by `import * as sdk`, which
 * would carry the clients along. Whoever is a client itself imports the package whole.
 */
const contractsOnly = {
  name: "contracts-only",
  resolveId(source, importer) {
    const isContract = /^@aws-sdk\/client-[a-z-]+$/.test(source) && importer?.includes("/dist/services/");
    return isContract ? { id: `\0${source}`, moduleSideEffects: false } : undefined;
  },
  load(id) {
    if (!id.startsWith("\0@aws-sdk/")) return undefined;
    const parts = join(process.cwd(), "node_modules", id.slice(1), "dist-es");
    const exported = readFileSync(join(parts, "index.js"), "utf8").split("\n");
    const contract = exported.filter((line) => /"\.\/(?:schemas|models)\//.test(line));
    if (!contract.some((line) => line.startsWith("export * from")))
      throw new Error(`${parts} has no schemas`);
    return contract.map((line) => line.replace('"./', `"${parts}/`)).join("\n");
  },
};

const bundle = await rolldown({
  input: {
    groundwatch: "dist/bin/groundwatch.js",
    // Started as a process and as threads, by their names beside the rest.
    main: "dist/storage/telemetry/engine/main.js",
    "png-worker": "dist/services/cloudwatch/png-worker.js",
    "compress-worker": "dist/delivery/log-subscriptions/compress-worker.js",
  },
  platform: "node",
  external: (id) => apart.some((name) => id === name || id.startsWith(`${name}/`)),
  resolve: { mainFields: ["module", "main"], conditionNames: ["module", "node", "import"] },
  plugins: [contractsOnly],
});
const { output } = await bundle.write({ dir: folder, format: "esm", cleanDir: true });
await bundle.close();
for (const { fileName } of output) keepNarrow(join(folder, fileName));
writeFileSync(join(folder, "THIRD_PARTY.txt"), licencesOf(output.flatMap(({ moduleIds = [] }) => moduleIds)));

/**
 * One character beyond Latin-1 would have Node.js keep the whole text of a file with two bytes for each
 * character, and read it more slowly.
 */
function keepNarrow(path) {
  const code = readFileSync(path, "utf8");
  const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  writeFileSync(path, code.replaceAll(/[\u0100-\uffff]/g, escape));
}

/** Each text once, after the packages that it is for. */
function licencesOf(modules) {
  const roots = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
  const titles = new Map();
  for (const root of new Set(roots.toSorted((one, other) => (one < other ? -1 : 1)))) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const files = readdirSync(root).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file));
    if (license === undefined && files.length === 0) throw new Error(`${name} has no licence`);
    const text = files.map((file) => readFileSync(join(root, file), "utf8").trim()).join("\n\n");
    titles.set(text, [...(titles.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...titles].map(([text, names]) => `${names.join("\n")}\n\n${text}`.trim());
  return `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

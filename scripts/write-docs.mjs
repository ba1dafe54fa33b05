// Writes what follows from the code: docs/operations.md and the README's table of settings.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../dist/bin/compose.js";
import { renderOperationsPage } from "../dist/bin/operations-page.js";
import { readConfig } from "../dist/server/config.js";
import { renderSettingsTable } from "../dist/server/config-settings.js";

const data = mkdtempSync(join(tmpdir(), "groundwatch-docs-"));
const words = ["--port", "0", "--data", data, "--no-agent", "--xray-udp-port", "0", "--emf-port", "0"];
const { config } = readConfig({ words, environment: {}, readFile: () => undefined });
const running = await start(config);
writeFileSync("docs/operations.md", renderOperationsPage(running.operations));
await running.stop();
rmSync(data, { recursive: true });

const readme = readFileSync("README.md", "utf8");
const between = /(?<=<!-- settings -->\n)[^]*?(?=<!-- \/settings -->)/;
writeFileSync(
  "README.md",
  readme.replace(between, () => `\n${renderSettingsTable()}\n\n`),
);

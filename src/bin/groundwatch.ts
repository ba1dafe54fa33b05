#!/usr/bin/env node
// The command line: finds the command, and turns whatever it throws into one line and an exit code.
import { unknown, UsageError } from "../server/options.ts";
import { exitCodeOf, lineOf } from "./command-errors.ts";
import { commands, renderHelp } from "./commands.ts";

const [name, ...words] = process.argv.slice(2);
const isJson =
  words.includes("--json") || ["1", "true", "on", "yes"].includes(process.env["GROUNDWATCH_JSON"] ?? "");

// The SDK's packages are pinned to versions that work with Node 20, so its announcement is nothing to act on.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

try {
  await runCommand();
} catch (error) {
  const line = lineOf(error);
  process.stderr.write(`${isJson ? JSON.stringify({ error: line }) : `groundwatch: ${line}`}\n`);
  process.exitCode = exitCodeOf(error);
}

async function runCommand(): Promise<void> {
  if (name === undefined || name === "--help" || name === "-h") {
    process.stdout.write(renderHelp());
    return;
  }
  const command = commands.find((known) => known.name === name || known.aliases.includes(name));
  if (command === undefined) {
    throw new UsageError(
      unknown(
        "command",
        name,
        commands.map((known) => known.name),
      ),
    );
  }
  await command.run(words);
}

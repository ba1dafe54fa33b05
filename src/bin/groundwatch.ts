#!/usr/bin/env node
// The command line: finds the command, and turns whatever it throws into one line and an exit code.
import { exitCodeOf, lineOf } from "./command-errors.ts";
import { findCommand } from "./commands.ts";

const [first = "help", ...words] = process.argv.slice(2);
const isJson =
  words.includes("--json") || ["1", "true", "on", "yes"].includes(process.env["GROUNDWATCH_JSON"] ?? "");

// The SDK's packages are pinned to versions that work with Node 20, so its announcement is nothing to act on.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

try {
  const isHelp = first === "--help" || first === "-h";
  await findCommand(isHelp ? "help" : first).run(words);
} catch (error) {
  const line = lineOf(error);
  process.stderr.write(`${isJson ? JSON.stringify({ error: line }) : `groundwatch: ${line}`}\n`);
  process.exitCode = exitCodeOf(error);
}

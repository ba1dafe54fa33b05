// The commands: name, what `help` says of them, and where their code is, loaded when it is needed.
import { readFileSync } from "node:fs";
import { unknown, UsageError } from "../server/options.ts";

export interface Command {
  readonly name: string;
  readonly aliases: readonly string[];
  /** What stands behind the name in the usage line. */
  readonly takes: string;
  readonly summary: string;
  run(words: readonly string[]): Promise<void>;
}

const commands: readonly Command[] = [
  {
    name: "serve",
    aliases: [],
    takes: "[flags]",
    summary: "run the server: every service, the host's own metrics, one port",
    run: async (words) => (await import("./serve.ts")).serve(words),
  },
  {
    name: "tail",
    aliases: [],
    takes: "GROUP [PATTERN] [flags]",
    summary: "print the log events of a group as they come",
    run: async (words) => (await import("./tail.ts")).tail(words),
  },
  {
    name: "query",
    aliases: [],
    takes: "GROUP [PATTERN] [flags]",
    summary: "print the log events of a time range that match a filter pattern",
    run: async (words) => (await import("./query.ts")).query(words),
  },
  {
    name: "explain",
    aliases: [],
    takes: "ALARM [flags]",
    summary: "print why an alarm is, or was, in its state: each datapoint, the rule, the actions",
    run: async (words) => (await import("./explain.ts")).explain(words),
  },
  {
    name: "backtest",
    aliases: [],
    takes: "[ALARM] [flags]",
    summary: "print when an alarm, or a definition in a file, would have changed its state",
    run: async (words) => (await import("./backtest.ts")).backtest(words),
  },
  {
    name: "doctor",
    aliases: [],
    takes: "[flags of serve]",
    summary: "check port, data folder, disk, versions, and whether a server answers",
    run: async (words) => (await import("./doctor.ts")).doctor(words),
  },
  {
    name: "help",
    aliases: [],
    takes: "[COMMAND]",
    summary: "print this, or the help of a command",
    run: help,
  },
  {
    name: "version",
    aliases: ["--version", "-v"],
    takes: "",
    summary: "print the version",
    run: (words) => Promise.resolve(printVersion(words)),
  },
];

async function help(words: readonly string[]): Promise<void> {
  const topics = words.filter((word) => word !== "--json" && word !== "--help");
  const [topic] = topics;
  if (topic === undefined) return printHelp(words.includes("--json"));
  if (topics.length > 1) throw new UsageError(`help takes one command, not "${topics[1] ?? ""}" as well`);
  const command = findCommand(topic);
  if (command.name === "help") printHelp(words.includes("--json"));
  else await command.run(["--help"]);
}

function printHelp(isJson: boolean): void {
  const lines = commands.map(({ name, takes, summary }) => JSON.stringify({ command: name, takes, summary }));
  process.stdout.write(isJson ? `${lines.join("\n")}\n` : renderHelp());
}

function printVersion(words: readonly string[]): void {
  const flags = ["--json", "--help"];
  const other = words.find((word) => !flags.includes(word));
  if (other !== undefined) throw new UsageError(unknown("flag", other, flags));
  const version = readVersion();
  const line = words.includes("--json") ? JSON.stringify({ version }) : version;
  const usage = renderCommandHelp("version", "  --json  print it as a JSON object");
  process.stdout.write(words.includes("--help") ? usage : `${line}\n`);
}

/** @throws UsageError for a name that no command has. */
export function findCommand(name: string): Command {
  const command = commands.find((known) => known.name === name || known.aliases.includes(name));
  if (command !== undefined) return command;
  const names = commands.map((known) => known.name);
  throw new UsageError(unknown("command", name, names));
}

function renderHelp(): string {
  const rows = commands.map(({ name, takes, summary }) => ({ left: `${name} ${takes}`.trim(), summary }));
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2;
  return [
    "Groundwatch: CloudWatch, Logs, EventBridge, X-Ray and CloudTrail on your own ground.",
    "",
    "usage: groundwatch COMMAND",
    "",
    ...rows.map(({ left, summary }) => `  ${left.padEnd(width)}${summary}`),
    "",
    "Every command takes --help and --json.",
    "",
  ].join("\n");
}

/** The usage line and the flags of one command, as its `--help` prints them. */
export function renderCommandHelp(name: string, flags: string, notes: readonly string[] = []): string {
  const command = commands.find((known) => known.name === name);
  const usage = `usage: groundwatch ${name} ${command?.takes ?? ""}`.trim();
  const rest = notes.flatMap((note) => ["", note]);
  return [usage, "", `  ${command?.summary ?? ""}`, "", flags, ...rest, ""].join("\n");
}

export function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

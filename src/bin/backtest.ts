// `groundwatch backtest`: when an alarm, or a definition in a file, would have changed its state.
import { readFileSync } from "node:fs";
import { parseWords, renderOptions, text, UsageError, valuesOf, type Options } from "../server/options.ts";
import type { OperationInput, OperationOutput } from "../services/groundwatch/schema-types.ts";
import { CommandError } from "./command-errors.ts";
import { renderCommandHelp } from "./commands.ts";
import { clientOptions, parseTime, serverNow } from "./logs-client.ts";
import { askingServer } from "./own-client.ts";

const options = {
  definition: text("FILE", {
    default: undefined,
    help: "try this definition instead: JSON as put-metric-alarm takes it with --cli-input-json",
  }),
  since: text("TIME", {
    default: undefined,
    help: "same as --start, for a time ago: 30m, 2h, 7d (default 1d)",
  }),
  start: text("TIME", { default: undefined, help: "begin as a new alarm at, like 2026-11-02T12:00:00Z" }),
  end: text("TIME", { default: undefined, help: "end there (default now)" }),
  ...clientOptions,
} satisfies Options;

type Definition = OperationInput<"BacktestAlarm">["Definition"];

export async function backtest(words: readonly string[]): Promise<void> {
  const { given, rest, help } = parseWords(options, words);
  if (help) {
    process.stdout.write(renderCommandHelp("backtest", renderOptions(options)));
    return;
  }
  const values = valuesOf(options, given);
  const [name, surplus] = rest;
  if ((name === undefined) === (values.definition === undefined) || surplus !== undefined) {
    throw new UsageError(
      "backtest needs the name of one alarm, or --definition: see groundwatch backtest --help",
    );
  }
  const subject =
    name === undefined ? { Definition: readDefinition(values.definition ?? "") } : { AlarmName: name };
  const now = await serverNow(values.endpoint);
  const range = {
    From: parseTime("--start", values.start ?? values.since ?? "1d", now),
    ...(values.end === undefined ? {} : { To: parseTime("--end", values.end, now) }),
  };
  const found = await askingServer(values, (client) => client.backtestAlarm({ ...subject, ...range }));
  process.stdout.write(values.json ? `${JSON.stringify(found)}\n` : renderBacktest(found));
}

/** The server checks it; here it only has to be an object. */
function readDefinition(path: string): Definition {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new CommandError(`${path} cannot be read as JSON: ${String(cause)}`, { cause });
  }
  if (typeof value !== "object" || value === null) throw new CommandError(`${path} holds no JSON object`);
  return value as Definition;
}

export function renderBacktest({
  From,
  To,
  Evaluations,
  StateAtEnd,
  Transitions,
  IsTruncated,
}: OperationOutput<"BacktestAlarm">): string {
  return [
    ...Transitions.map(
      ({ At, StateBefore, State, Reason }) => `${timeOf(At)}  ${StateBefore} -> ${State}  ${Reason}`,
    ),
    ...(IsTruncated ? ["... and further changes: choose a shorter range"] : []),
    `${Evaluations} evaluations from ${timeOf(From)} to ${timeOf(To)}: in ${StateAtEnd} at the end`,
    "",
  ].join("\n");
}

const timeOf = (instant: number) => new Date(instant).toISOString().replace(/\.\d{3}Z$/, "Z");

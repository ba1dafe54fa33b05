// `groundwatch query`: the log events of a time range that match a filter pattern.
import { parseWords, renderOptions, text, valuesOf, whole, type Options } from "../server/options.ts";
import { renderCommandHelp } from "./commands.ts";
import {
  clientOptions,
  createLogsClient,
  explainingAbsence,
  groupAndPattern,
  parseTime,
  printEvents,
  serverNow,
} from "./logs-client.ts";

const options = {
  since: text("TIME", {
    default: undefined,
    help: "same as --start, for a time ago: 30s, 10m, 2h, 7d (default 1h)",
  }),
  start: text("TIME", { default: undefined, help: "first instant, like 2026-11-02T12:00:00Z" }),
  end: text("TIME", { default: undefined, help: "last instant (default now)" }),
  stream: text("NAME", { default: undefined, help: "only this log stream" }),
  limit: whole("N", [1, 1_000_000], { default: 1_000, help: "print at most so many events" }),
  ...clientOptions,
} satisfies Options;

/** The most events that one FilterLogEvents gives: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const pageEvents = 10_000;

export async function query(words: readonly string[]): Promise<void> {
  const { given, rest, help } = parseWords(options, words);
  if (help) {
    process.stdout.write(renderCommandHelp("query", renderOptions(options)));
    return;
  }
  const values = valuesOf(options, given);
  const groupAndFilter = groupAndPattern("query", rest);
  const now = await serverNow(values.endpoint);
  const startTime = parseTime("--start", values.start ?? values.since ?? "1h", now);
  const endTime = parseTime("--end", values.end ?? "0s", now);
  const client = createLogsClient(values);
  await explainingAbsence(values.endpoint, async () => {
    let remaining = values.limit;
    let nextToken: string | undefined;
    do {
      const page = await client.filterLogEvents({
        ...groupAndFilter,
        startTime,
        endTime,
        limit: Math.min(remaining, pageEvents),
        ...(values.stream === undefined ? {} : { logStreamNames: [values.stream] }),
        ...(nextToken === undefined ? {} : { nextToken }),
      });
      const events = page.events ?? [];
      await printEvents(events, values.json);
      remaining -= events.length;
      nextToken = page.nextToken;
    } while (nextToken !== undefined && remaining > 0);
    if (nextToken !== undefined) sayMore(values.limit);
  });
}

/** The oldest events are printed, so that whoever sees them may take them for all. */
function sayMore(limit: number): void {
  const printed = limit === 1 ? "1 event" : `${limit} events`;
  process.stderr.write(
    `groundwatch: stopped behind ${printed}: ask for more with --limit, or a later --start\n`,
  );
}

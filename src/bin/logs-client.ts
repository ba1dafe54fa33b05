// What `tail` and `query` share: flags that name a server, times as people write them, events as lines.
import { CloudWatchLogs, type FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { matching, toggle, UsageError, type Options, type ValuesOf } from "../server/options.ts";
import { CommandError } from "./command-errors.ts";

export const clientOptions = {
  endpoint: matching("URL", /^https?:\/\/[^/]/, "an address, like http://127.0.0.1:4600", {
    default: variable("AWS_ENDPOINT_URL") ?? "http://127.0.0.1:4600",
    help: "the server; also from AWS_ENDPOINT_URL",
  }),
  region: matching("REGION", /^[a-z]{2}(-[a-z]+)+-\d+$/, "a region's name, like us-east-1", {
    default: variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION") ?? "us-east-1",
    help: "also from AWS_REGION",
  }),
  json: toggle({ default: false, help: "print each event as a JSON object on its line" }),
} satisfies Options;

export function createLogsClient({ endpoint, region }: ValuesOf<typeof clientOptions>): CloudWatchLogs {
  return new CloudWatchLogs({ endpoint, region, credentials: credentialsOf(), maxAttempts: 2 });
}

/** Keys come from the environment, as for every AWS tool; without any, those of the default account. */
export function credentialsOf() {
  const accessKeyId = variable("AWS_ACCESS_KEY_ID") ?? "000000000000";
  const secretAccessKey = variable("AWS_SECRET_ACCESS_KEY") ?? "any";
  const sessionToken = variable("AWS_SESSION_TOKEN");
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** What is set to nothing is not set, as for every AWS tool. */
function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

/** Names the server in what an SDK throws when nobody answers. */
export async function explainingAbsence<Result>(
  endpoint: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isNobodyThere(error)) throw error;
    throw noServer(endpoint, error);
  }
}

function noServer(endpoint: string, cause: unknown): CommandError {
  const mend = "start one with `groundwatch serve`, or name it with --endpoint";
  return new CommandError(`no server answers at ${endpoint}: ${mend}`, { cause });
}

const absenceCodes = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ETIMEDOUT", "EAI_AGAIN"]);

function isNobodyThere(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && absenceCodes.has(String(error.code))) return true;
  return isNobodyThere(error.cause);
}

/**
 * What the server takes for now, in epoch milliseconds: its `Date` header, since its clock may be moved by
 * hand and this machine's may differ. A header knows whole seconds, so the end of that second is meant.
 */
export async function serverNow(endpoint: string): Promise<number> {
  const response = await fetch(new URL("/_groundwatch/health", endpoint)).catch((cause: unknown) => {
    throw noServer(endpoint, cause);
  });
  const at = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(at))
    throw new CommandError(`${endpoint} does not tell the time: is it a Groundwatch server?`);
  return at + 999;
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `30s`, `10m`, `2h`, `7d`, `1w` before `now`; an ISO 8601 time; or epoch milliseconds. */
export function parseTime(flag: string, given: string, now: number): number {
  const [, count, unit = ""] = /^(\d{1,9})([smhdw])$/.exec(given) ?? [];
  if (count !== undefined) return now - Number(count) * (unitMs[unit] ?? 0);
  if (/^\d{12,14}$/.test(given)) return Number(given);
  const at = /^\d{4}-\d\d-\d\d/.test(given) ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new UsageError(
    `${flag} must be a time ago like 10m, a time like 2026-11-02T12:00:00Z, or milliseconds, not "${given}"`,
  );
}

/** The group and the pattern; `[ { $.status = 500 } ]` needs no quotes of its own beyond the shell's. */
export function groupAndPattern(command: string, rest: readonly string[]) {
  const [logGroupName, filterPattern, surplus] = rest;
  if (logGroupName === undefined) {
    throw new UsageError(`${command} needs a log group: see groundwatch ${command} --help`);
  }
  if (surplus !== undefined) {
    throw new UsageError(`${command} takes one pattern, not "${surplus}" as well: put the pattern in quotes`);
  }
  return filterPattern === undefined ? { logGroupName } : { logGroupName, filterPattern };
}

/** Resolves once the reader has taken it, so that a slow pipe slows us down instead of filling the memory. */
export async function printEvents(events: readonly FilteredLogEvent[], isJson: boolean): Promise<void> {
  if (events.length === 0) return;
  const text = events.map((event) => `${isJson ? JSON.stringify(event) : lineOf(event)}\n`).join("");
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

function lineOf({ timestamp = 0, logStreamName = "", message = "" }: FilteredLogEvent): string {
  return `${new Date(timestamp).toISOString()} ${logStreamName} ${message.replace(/\n$/, "")}`;
}

// The part of the CloudWatch agent's configuration that says which log files are collected.
import { compileGlob } from "./glob.ts";
import { compileTimestampFormat, type TimestampFormat } from "./timestamp-format.ts";

/** One entry of `logs.logs_collected.files.collect_list`. */
export interface CollectedFiles {
  readonly glob: string;
  readonly path: RegExp;
  /** Files whose names match are left out. */
  readonly blacklist: RegExp | undefined;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly logGroupClass: string | undefined;
  readonly retentionDays: number | undefined;
  /** All files that match, each in a stream of its own, instead of the newest. */
  readonly publishMultiLogs: boolean;
  /** A label that `TextDecoder` knows. */
  readonly encoding: string;
  readonly timestamp: TimestampFormat | undefined;
  readonly trimTimestamp: boolean;
  readonly eventStart: RegExp;
  readonly filters: readonly Filter[];
  /** Files are removed when they have been read to their end and another one has taken their place. */
  readonly autoRemoval: boolean;
}

export interface Filter {
  readonly type: "include" | "exclude";
  readonly expression: RegExp;
}

/** What stands for `{hostname}` and the like; unknown ones stay as they are. */
export type Placeholders = Readonly<Record<string, string>>;

export class AgentConfigurationError extends Error {
  override readonly name = "AgentConfigurationError";
}

/**
 * `timezone` is that of the machine, for entries with `"timezone": "Local"`, which is the default.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
 *
 * @throws AgentConfigurationError for what is malformed, unknown or not supported.
 */
export function readCollectList(
  text: string,
  placeholders: Placeholders,
  timezone: string,
): readonly CollectedFiles[] {
  const root = members(parse(text), "the configuration", ["logs"]);
  const logs = members(root["logs"] ?? {}, "logs", ["logs_collected", "log_stream_name"]);
  const collected = members(logs["logs_collected"] ?? {}, "logs.logs_collected", ["files"]);
  const files = members(collected["files"] ?? {}, "logs.logs_collected.files", ["collect_list"]);
  const list = files["collect_list"] ?? [];
  if (!Array.isArray(list)) throw wrong("collect_list must be an array");
  const defaultStream = optional(logs, "log_stream_name", isText) ?? "{instance_id}";
  return list.map((entry: unknown) => readEntry(entry, { placeholders, timezone, defaultStream }));
}

const known = [
  "file_path",
  "log_group_name",
  "log_stream_name",
  "log_group_class",
  "retention_in_days",
  "timestamp_format",
  "timezone",
  "multi_line_start_pattern",
  "encoding",
  "filters",
  "blacklist",
  "publish_multi_logs",
  "auto_removal",
  "trim_timestamp",
];

interface Surroundings {
  readonly placeholders: Placeholders;
  readonly timezone: string;
  readonly defaultStream: string;
}

function readEntry(given: unknown, { placeholders, timezone, defaultStream }: Surroundings): CollectedFiles {
  const entry = members(given, "an entry of collect_list", known);
  const glob = optional(entry, "file_path", isText);
  if (glob === undefined || !glob.startsWith("/")) throw wrong("file_path must be an absolute path");
  const format = optional(entry, "timestamp_format", isText);
  const zone = optional(entry, "timezone", isOneOf("UTC", "Local", "LOCAL"));
  const timestamp =
    format === undefined ? undefined : timestampFormat(format, zone === "UTC" ? "UTC" : timezone);
  const blacklist = optional(entry, "blacklist", isText);
  const days = optional(entry, "retention_in_days", isNumber);
  const fill = (name: string) =>
    name.replace(/\{(\w+)\}/g, (whole, key: string) => placeholders[key] ?? whole);
  return {
    glob,
    path: compileGlob(glob),
    blacklist: blacklist === undefined ? undefined : expression("blacklist", blacklist),
    logGroupName: fill(optional(entry, "log_group_name", isText) ?? glob.replace(/[^.\-_/#A-Za-z0-9]/g, "_")),
    logStreamName: fill(optional(entry, "log_stream_name", isText) ?? defaultStream),
    logGroupClass: optional(entry, "log_group_class", isText),
    retentionDays: days === -1 ? undefined : days,
    publishMultiLogs: optional(entry, "publish_multi_logs", isFlag) ?? false,
    encoding: optional(entry, "encoding", isText) ?? "utf-8",
    timestamp,
    trimTimestamp: optional(entry, "trim_timestamp", isFlag) ?? false,
    eventStart: eventStart(optional(entry, "multi_line_start_pattern", isText), timestamp),
    filters: readFilters(entry["filters"]),
    autoRemoval: optional(entry, "auto_removal", isFlag) ?? false,
  };
}

/** Without a pattern a line that does not begin with white space begins an event. */
function eventStart(pattern: string | undefined, timestamp: TimestampFormat | undefined): RegExp {
  if (pattern === undefined) return /^\S/;
  if (pattern !== "{timestamp_format}") return expression("multi_line_start_pattern", pattern);
  if (timestamp === undefined) throw wrong("multi_line_start_pattern needs a timestamp_format");
  return new RegExp(timestamp.source);
}

function timestampFormat(format: string, timezone: string): TimestampFormat {
  try {
    return compileTimestampFormat(format, timezone);
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

function readFilters(given: unknown): readonly Filter[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw wrong("filters must be an array");
  return given.map((one: unknown) => {
    const filter = members(one, "a filter", ["type", "expression"]);
    const type = optional(filter, "type", isOneOf("include", "exclude"));
    const text = optional(filter, "expression", isText);
    if (type === undefined || text === undefined) throw wrong("a filter needs type and expression");
    return { type, expression: expression("expression", text) };
  });
}

/** The agent has them in Go's syntax: flags stand in front, and names of groups behind a P. */
function expression(name: string, text: string): RegExp {
  const [prefix = "", flags = ""] = /^\(\?([ims]+)\)/.exec(text) ?? [];
  try {
    return new RegExp(text.slice(prefix.length).replaceAll("(?P<", "(?<"), flags);
  } catch {
    throw wrong(`${name} is no regular expression: ${text}`);
  }
}

type Members = Readonly<Record<string, unknown>>;

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw wrong("it is no JSON");
  }
}

function members(value: unknown, what: string, names: readonly string[]): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(`${what} must be an object`);
  }
  const strange = Object.keys(value).filter((name) => !names.includes(name));
  if (strange.length > 0) throw wrong(`${what} has what is not supported: ${strange.join(", ")}`);
  return value as Members;
}

function optional<Value>(
  holder: Members,
  name: string,
  is: (value: unknown) => value is Value,
): Value | undefined {
  const value = holder[name];
  if (value === undefined || is(value)) return value;
  throw wrong(`${name} is not as it should be: ${JSON.stringify(value)}`);
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isNumber = (value: unknown): value is number => Number.isInteger(value);
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isOneOf =
  <Text extends string>(...texts: readonly Text[]) =>
  (value: unknown): value is Text =>
    texts.some((text) => text === value);

const wrong = (message: string) => new AgentConfigurationError(message);

// The server's own log: structured lines on stderr, and to whoever listens.
import type { Clock } from "../core/clock.ts";

const levels = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof levels)[number];

/** What is said besides the message; never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, error?: unknown, fields?: LogFields): void;
  /** Calls back with each line, a JSON object, and with those from before that are still kept. */
  listen(listener: (at: number, line: string) => void): void;
}

export interface LogOptions {
  readonly clock: Pick<Clock, "now">;
  /** The least level that is said. */
  readonly level: LogLevel;
  /** Takes a line with its newline, for people: stderr. */
  readonly write: (line: string) => void;
}

/** Lines that are kept for a listener that comes later. */
const keptLines = 1_000;

export function createLog({ clock, level: least, write }: LogOptions): Log {
  const listeners: ((at: number, line: string) => void)[] = [];
  const kept: { readonly at: number; readonly line: string }[] = [];
  return {
    debug: (message, fields) => say("debug", message, fields),
    info: (message, fields) => say("info", message, fields),
    warn: (message, fields) => say("warn", message, fields),
    error: (message, error, fields) => say("error", message, { ...fields, error: textOf(error) }),
    listen(listener) {
      listeners.push(listener);
      for (const { at, line } of kept.splice(0)) listener(at, line);
    },
  };

  function say(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (levels.indexOf(level) < levels.indexOf(least)) return;
    const at = clock.now();
    const line = JSON.stringify({ time: new Date(at).toISOString(), level, message, ...fields });
    write(`${line}\n`);
    if (listeners.length === 0) {
      kept.push({ at, line });
      if (kept.length > keptLines) kept.shift();
    }
    for (const listener of listeners) listener(at, line);
  }
}

function textOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (error instanceof Error) return error.stack ?? error.message;
  return typeof error === "string" ? error : JSON.stringify(error);
}

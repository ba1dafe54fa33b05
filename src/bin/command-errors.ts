// What a person is told of an error, in one line with the mend, and the exit code that a script sees.
import { UsageError } from "../server/options.ts";

/** 2 for a mistake in the words, as most programs have it; 1 for whatever went wrong after that. */
export function exitCodeOf(error: unknown): number {
  return error instanceof UsageError ? 2 : 1;
}

/** A problem that the program has found itself and can explain. */
export class CommandError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "CommandError";
  }
}

const explained = new Set([
  "UsageError",
  "AgentConfigurationError",
  "CommandError",
  "DataFolderError",
  "StateError",
  "TelemetryError",
  "ListenError",
]);

export function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  if (explained.has(error.name)) return oneLine(error.message);
  if ("$metadata" in error) return oneLine(`${error.name}: ${error.message}`);
  const where = error.stack?.split("\n")[1]?.trim() ?? "";
  return oneLine(`unexpected error: ${error.message} (${where})`);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}

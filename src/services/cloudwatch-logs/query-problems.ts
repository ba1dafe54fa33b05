// How a query has ended that the engine did not answer, and why, in words for who asked it.
import { TelemetryError, type TelemetryProblem } from "../../storage/telemetry.ts";
import { queryLimits } from "./query-limits.ts";
import type { RunStatus } from "./query-runs.ts";

export function statusOf(error: unknown): RunStatus {
  if (!(error instanceof TelemetryError)) return "Failed";
  if (error.problem === "Cancelled") return "Cancelled";
  return error.problem === "Timeout" ? "Timeout" : "Failed";
}

/** Where the engine's own words would be of its statement, which nobody has seen. */
const tooLarge: Readonly<Partial<Record<TelemetryProblem, string>>> = {
  MemoryLimit:
    "The query needs more memory than the engine has for it: look at less time, filter earlier, keep fewer " +
    "or shorter fields, or group by fewer values.",
  ResultTooLarge:
    `The rows of the query are longer together than ${queryLimits.resultBytes / 1_048_576} MiB: ask for ` +
    "fewer rows, or for fewer or shorter fields.",
};

/** AWS's status alone does not tell: the own service's stream of results does, and a schedule's history. */
export function problemOf(error: unknown): string {
  if (error instanceof TelemetryError) return tooLarge[error.problem] ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

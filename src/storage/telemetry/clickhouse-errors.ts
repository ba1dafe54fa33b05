// ClickHouse's error codes as problems of the telemetry port.
import { TelemetryError } from "../telemetry.ts";
import type { TelemetryProblem } from "../telemetry.ts";

/** Names and numbers: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
const problemOfCode: Readonly<Record<number, TelemetryProblem>> = {
  158: "ResultTooLarge", // TOO_MANY_ROWS
  159: "Timeout", // TIMEOUT_EXCEEDED
  160: "Timeout", // TOO_SLOW
  164: "ReadOnly", // READONLY
  202: "Overloaded", // TOO_MANY_SIMULTANEOUS_QUERIES
  209: "Unavailable", // SOCKET_TIMEOUT
  210: "Unavailable", // NETWORK_ERROR
  236: "Unavailable", // ABORTED
  241: "MemoryLimit", // MEMORY_LIMIT_EXCEEDED
  242: "ReadOnly", // TABLE_IS_READ_ONLY
  243: "DiskFull", // NOT_ENOUGH_SPACE
  252: "Overloaded", // TOO_MANY_PARTS
  279: "Unavailable", // ALL_CONNECTION_TRIES_FAILED
  307: "ResultTooLarge", // TOO_MANY_BYTES
  394: "Cancelled", // QUERY_WAS_CANCELLED
  396: "ResultTooLarge", // TOO_MANY_ROWS_OR_BYTES
  999: "Unavailable", // KEEPER_EXCEPTION
};

const messageSigns: readonly (readonly [RegExp, TelemetryProblem])[] = [
  [/No space left on device|errno: 28\b|ENOSPC|EDQUOT/, "DiskFull"],
  [/Read-only file system|errno: 30\b|EROFS|EACCES|EPERM|Permission denied/, "ReadOnly"],
];

/**
 * What an engine's message means; its stack and version are cut off. A message without a code and without a
 * known sign is the caller's `InvalidQuery`, as nearly every other code is.
 */
export function telemetryErrorOf(message: string, cause?: unknown): TelemetryError {
  const code = Number(/Code: (\d+)/.exec(message)?.[1] ?? Number.NaN);
  const sign = messageSigns.find(([pattern]) => pattern.test(message));
  const problem = sign?.[1] ?? problemOfCode[code] ?? "InvalidQuery";
  const text = message.replace(/^(Code: \d+\. )?DB::Exception: /, "").slice(0, 2000);
  return new TelemetryError(problem, text.trim(), { cause: cause ?? new Error(message) });
}

/** What a failed write of our own means. */
export function diskErrorOf(cause: unknown): TelemetryError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const { problem } = telemetryErrorOf(message, cause);
  return new TelemetryError(problem === "InvalidQuery" ? "Unavailable" : problem, message, { cause });
}

// What a client is told when the stores cannot do what it asks for.
import { KeyUnavailableError, MasterKeyError } from "../storage/encryption/key-errors.ts";
import { StateError, type StateProblem } from "../storage/state/state-error.ts";
import { TelemetryError, type TelemetryProblem } from "../storage/telemetry.ts";
import { WireError } from "../wire/errors.ts";

interface Told {
  readonly name: string;
  readonly status: number;
  readonly message: (folder: string) => string;
}

const busy = (message: string): Told => ({
  name: "ThrottlingException",
  status: 400,
  message: () => message,
});
const unavailable = (message: (folder: string) => string): Told => {
  return { name: "ServiceUnavailableException", status: 503, message };
};

/**
 * Clients repeat what is throttled or unavailable, and nothing else; an invalid query is an error of ours.
 */
const answers: Readonly<Record<TelemetryProblem, Told | undefined>> = {
  Overloaded: busy("Rate exceeded: the store has too much waiting. Please try again."),
  Timeout: busy("The request took more time than it may. Ask for less, such as a shorter time range."),
  MemoryLimit: busy("The request needs more memory than it may. Ask for less, such as a shorter time range."),
  ResultTooLarge: busy("The result is larger than it may be. Ask for less, such as a shorter time range."),
  Cancelled: unavailable(() => "The request was cancelled. Please try again."),
  DiskFull: unavailable((folder) => `The disk of the data folder ${folder} is full. Free some space on it.`),
  ReadOnly: unavailable((folder) => `The data folder ${folder} cannot be written to.`),
  Unavailable: unavailable(() => "The store is not available at the moment. Please try again."),
  InvalidQuery: undefined,
};

const stateAnswers: Readonly<Record<StateProblem, Told | undefined>> = {
  DiskFull: answers.DiskFull,
  ReadOnly: answers.ReadOnly,
  Unavailable: answers.Unavailable,
  NewerFormat: undefined,
};

/** Undefined for an error that is not the store's, and for one that nobody should ever see. */
export function translateStorageError(error: unknown, folder: string): WireError | undefined {
  if (error instanceof TelemetryError) return told(answers[error.problem], folder, error);
  if (error instanceof StateError) return told(stateAnswers[error.problem], folder, error);
  if (error instanceof KeyUnavailableError || error instanceof MasterKeyError) {
    return new WireError("AccessDeniedException", error.message, { status: 400, cause: error });
  }
  return undefined;
}

function told(answer: Told | undefined, folder: string, cause: unknown): WireError | undefined {
  return answer && new WireError(answer.name, answer.message(folder), { status: answer.status, cause });
}

// One entry of PutEvents: its size, what is wrong with it, and the event that it becomes.
import { eventLimits } from "./limits.ts";

/** An entry as the client sent it; `timeAt` in epoch milliseconds. */
export interface EventEntry {
  readonly timeAt: number | undefined;
  readonly source: string | undefined;
  readonly detailType: string | undefined;
  readonly detail: string | undefined;
  readonly resources: readonly string[];
}

/** An entry that was found to be whole. */
export interface CheckedEntry extends EventEntry {
  readonly source: string;
  readonly detailType: string;
  readonly detail: string;
}

/** The error of one entry: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
export interface EntryProblem {
  readonly errorCode: string;
  readonly errorMessage: string;
}

/**
 * The bytes that AWS counts, of UTF-8, with 14 for a time:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size
 */
export function entryBytes(entry: EventEntry, bytesOf: (text: string) => number): number {
  let bytes = entry.timeAt === undefined ? 0 : 14;
  for (const text of [entry.source, entry.detailType, entry.detail, ...entry.resources]) {
    if (text !== undefined) bytes += bytesOf(text);
  }
  return bytes;
}

/** Checks in AWS's order, and with its words as far as they are known. */
export function problemOfEntry(entry: EventEntry): EntryProblem | undefined {
  const { source, detailType, detail } = entry;
  if (isEmpty(source)) return requiredArgument("Source");
  if (isEmpty(detailType)) return requiredArgument("DetailType");
  if (isEmpty(detail)) return requiredArgument("Detail");
  if (source.startsWith("aws.")) {
    return {
      errorCode: "NotAuthorizedForSourceException",
      errorMessage: "Not authorized for the source.",
    };
  }
  if (source.length > eventLimits.sourceCharacters) {
    return invalidArgument("Source", tooLong("Source", eventLimits.sourceCharacters));
  }
  if (detailType.length > eventLimits.detailTypeCharacters) {
    return invalidArgument("DetailType", tooLong("DetailType", eventLimits.detailTypeCharacters));
  }
  if (isJsonObject(detail)) return undefined;
  return { errorCode: "MalformedDetail", errorMessage: "Detail is malformed." };
}

/** Whether the problem-free entry is typed as such; use it after `problemOfEntry` gave undefined. */
export function isChecked(entry: EventEntry): entry is CheckedEntry {
  return entry.source !== undefined && entry.detailType !== undefined && entry.detail !== undefined;
}

/** An argument of PutEvents that is not valid, in AWS's words. */
export function invalidArgument(parameter: string, reason: string): EntryProblem {
  return {
    errorCode: "InvalidArgument",
    errorMessage: `Parameter ${parameter} is not valid. Reason: ${reason}`,
  };
}

function requiredArgument(parameter: string): EntryProblem {
  return invalidArgument(parameter, `${parameter} is a required argument.`);
}

function tooLong(parameter: string, characters: number): string {
  return `${parameter} must have at most ${characters} characters.`;
}

function isEmpty(text: string | undefined): text is undefined | "" {
  return text === undefined || text === "";
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

export interface EventOrigin {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** When the entry arrived: the time of an event whose entry names none. Epoch milliseconds. */
  readonly receivedAt: number;
}

/**
 * The event as rules and targets see it
 * (https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html). The detail is spliced in as
 * it came, so that numbers keep all their digits; times have whole seconds.
 */
export function eventJson(entry: CheckedEntry, origin: EventOrigin): string {
  const { id, account, region } = origin;
  const time = isoSeconds(entry.timeAt ?? origin.receivedAt);
  return (
    `{"version":"0","id":${JSON.stringify(id)},"detail-type":${JSON.stringify(entry.detailType)},` +
    `"source":${JSON.stringify(entry.source)},"account":${JSON.stringify(account)},"time":"${time}",` +
    `"region":${JSON.stringify(region)},"resources":${JSON.stringify(entry.resources)},` +
    `"detail":${entry.detail.trim()}}`
  );
}

function isoSeconds(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, -5)}Z`;
}

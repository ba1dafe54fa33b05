// Log events out of the bodies that the HTTP endpoints for JSON take.
import type { InputLogEvent } from "../log-batch.ts";
import { consecutiveValues, elementsOf, parse, type WrittenValue } from "./json-values.ts";

export interface IngestedEvents {
  readonly events: readonly InputLogEvent[];
  /** How many were left out, as the endpoint's page has it. */
  readonly skipped: number;
  /** There is text and no JSON in it; AWS does not say what becomes of such a body. */
  readonly isNoJson: boolean;
}

/** `now` in epoch milliseconds, for events that say no time. */
export type ReadEvents = (text: string, now: number) => IngestedEvents;

/**
 * One object, an array of them, or objects one behind another; those without a member `event` are skipped.
 * The event is the whole object, so that its `host`, `source`, `sourcetype` and `index` are kept.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_HLC_Endpoint.html
 */
export const readCollectorEvents: ReadEvents = (text, now) =>
  collect(consecutiveValues(text), (written) => {
    if (!isObject(written.value) || written.value["event"] === undefined) return undefined;
    return { message: written.text, timestamp: collectorTime(written.value["time"]) ?? now };
  });

/**
 * A value on each line, of any kind; arrays are their elements, and empty lines nothing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_HTTP_Endpoints_NDJSON.html
 */
export const readLines: ReadEvents = (text, now) => {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return collect(
    lines.map((line) => ({ text: line, value: parse(line) })),
    (written) => eventOf(written, now),
  );
};

/**
 * An object, or an array of them; whatever else there is is skipped, and what follows the first value
 * ignored.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_HTTP_Endpoints_StructuredJSON.html
 */
export const readStructured: ReadEvents = (text, now) =>
  collect(consecutiveValues(text).slice(0, 1), (written) =>
    isObject(written.value) ? eventOf(written, now) : undefined,
  );

function collect(
  read: readonly WrittenValue[],
  toEvent: (written: WrittenValue) => InputLogEvent | undefined,
): IngestedEvents {
  const values = read.flatMap(flatten);
  const events = values.flatMap((written) => toEvent(written) ?? []);
  const isNoJson = read.length > 0 && read.every(({ value }) => value === undefined);
  return { events, skipped: values.length - events.length, isNoJson };
}

const flatten = (written: WrittenValue): readonly WrittenValue[] =>
  Array.isArray(written.value) ? elementsOf(written) : [written];

/**
 * Text is the message itself, everything else its JSON; `timestamp` counts in epoch milliseconds. An empty
 * text is no event: PutLogEvents would refuse all others with it.
 */
function eventOf({ text, value }: WrittenValue, now: number): InputLogEvent | undefined {
  if (value === undefined || value === "") return undefined;
  const timestamp = isObject(value) ? value["timestamp"] : undefined;
  return {
    message: typeof value === "string" ? value : text,
    timestamp: isInstant(timestamp) ? Math.trunc(timestamp) : now,
  };
}

/** Epoch seconds, perhaps with a fraction, as a number or as text. */
function collectorTime(time: unknown): number | undefined {
  const seconds = typeof time === "string" && time.trim() !== "" ? Number(time) : time;
  return isInstant(seconds) ? Math.round(seconds * 1_000) : undefined;
}

const isInstant = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

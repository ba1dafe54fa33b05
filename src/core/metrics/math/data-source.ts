// What a function that connects a data source is sent, and how its answer becomes time series.
import type { SeriesNeed } from "./needs.ts";
import { seriesStatusCodes, type Series, type SeriesStatus, type TimeRange } from "./series.ts";

export type FunctionNeed = Extract<SeriesNeed, { readonly kind: "function" }>;

/** Series that one answer has at most, as many as a query of GetMetricData may give. */
const maximumSeries = 500;
const maximumMessages = 20;
const maximumTextCharacters = 1_024;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_MultiDataSources-Connect-Custom.html */
export function dataSourceEvent(need: FunctionNeed, { from, to }: TimeRange): string {
  return JSON.stringify({
    EventType: "GetMetricData",
    GetMetricDataRequest: {
      StartTime: Math.floor(from / 1_000),
      EndTime: Math.ceil(to / 1_000),
      Period: need.periodSeconds,
      Arguments: need.arguments,
    },
  });
}

/**
 * The series of an answer; `invalid` when the function says that what it is asked for is not valid.
 * Datapoints that are not at the start of a period of the range are left out. What is no answer is an
 * internal error.
 */
export function readDataSourceAnswer(
  answer: string,
  need: FunctionNeed,
  range: TimeRange,
): readonly Series[] | { readonly invalid: string } {
  const parsed = parse(answer);
  if (!isObject(parsed))
    return [failedSeries(need, "InvalidResponse", "The function answered no JSON object.")];
  const { MetricDataResults: results, Error: error } = parsed;
  if (isObject(error)) {
    const [code, value] = [textOf(error["Code"], "InternalError"), textOf(error["Value"], "")];
    if (code === "Validation") return { invalid: value };
    return [failedSeries(need, code, value)];
  }
  if (!Array.isArray(results)) {
    const { errorType, errorMessage } = parsed;
    const said =
      typeof errorMessage === "string" ? textOf(errorMessage, "") : "The function answered no results.";
    return [failedSeries(need, textOf(errorType, "InvalidResponse"), said)];
  }
  if (results.length > maximumSeries) {
    return [
      failedSeries(need, "InvalidResponse", `The function answered more than ${maximumSeries} series.`),
    ];
  }
  return results.map((result: unknown) => seriesOf(result, need, range));
}

/** A series without datapoints that says why. Only `Forbidden` is no internal error. */
export function failedSeries({ periodSeconds }: FunctionNeed, code: string, value: string): Series {
  const status: SeriesStatus = {
    code: code === "Forbidden" ? "Forbidden" : "InternalError",
    messages: [{ code, value: textOf(value, "") }],
  };
  return { label: "", periodSeconds, timestamps: [], values: [], status };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function seriesOf(result: unknown, need: FunctionNeed, range: TimeRange): Series {
  const invalid = (problem: string) => failedSeries(need, "InvalidResponse", problem);
  if (!isObject(result)) return invalid("A result of the function is no JSON object.");
  const { StatusCode: code = "Complete", Label: label, Timestamps: times = [], Values: values = [] } = result;
  const known = seriesStatusCodes.find((one) => one === code);
  if (known === undefined) return invalid("A result of the function has an unknown StatusCode.");
  if (!isNumbers(times) || !isNumbers(values) || times.length !== values.length) {
    return invalid("A result of the function must have as many Timestamps as Values, all of them numbers.");
  }
  const messages = messagesOf(result["Messages"]);
  const status = known === "Complete" && messages.length === 0 ? {} : { status: { code: known, messages } };
  const { periodSeconds } = need;
  return { label: textOf(label, ""), periodSeconds, ...fittingPoints(times, values, need, range), ...status };
}

/** In the order of time; of several at one instant the first counts. */
function fittingPoints(
  times: readonly number[],
  values: readonly number[],
  { periodSeconds }: FunctionNeed,
  { from, to }: TimeRange,
): Pick<Series, "timestamps" | "values"> {
  const points = new Map<number, number>();
  for (const [index, seconds] of times.entries()) {
    const [at, value] = [seconds * 1_000, values[index]];
    const fits = at >= from && at < to && (at - from) % (periodSeconds * 1_000) === 0;
    if (fits && value !== undefined && !points.has(at)) points.set(at, value);
  }
  const timestamps = [...points.keys()].sort((one, other) => one - other);
  return { timestamps, values: timestamps.map((at) => points.get(at) ?? 0) };
}

function messagesOf(given: unknown): SeriesStatus["messages"] {
  if (!Array.isArray(given)) return [];
  return given.slice(0, maximumMessages).flatMap((message: unknown) => {
    if (!isObject(message)) return [];
    return [{ code: textOf(message["Code"], ""), value: textOf(message["Value"], "") }];
  });
}

const textOf = (given: unknown, otherwise: string) =>
  (typeof given === "string" ? given : otherwise).slice(0, maximumTextCharacters);

const isNumbers = (given: unknown): given is readonly number[] =>
  Array.isArray(given) && given.every((one) => Number.isFinite(one));

const isObject = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === "object" && given !== null && !Array.isArray(given);

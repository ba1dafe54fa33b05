// Labels with `${...}` in them, which say something of the series that they stand beside.
import type { Series } from "./math/series.ts";

export interface LabelContext {
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** In which times are written: minutes east of UTC. */
  readonly offsetMinutes: number;
}

/**
 * At most so many values of the datapoints, and the default label once.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html
 */
const maximumStatistics = 5;

const placeholder = /\$\{\s*([A-Z_]+)\s*(?:\(\s*(?:'([^']*)'|"([^"]*)")\s*\))?\s*\}/g;

export const isDynamicLabel = (label: string): boolean => label.includes("${");

/** What is wrong with a label; undefined when it can be rendered. */
export function labelProblem(label: string): string | undefined {
  let [statistics, labels] = [0, 0];
  for (const [whole, name = "", single, double] of label.matchAll(placeholder)) {
    const property = single ?? double;
    if (name === "PROP") {
      if (property === undefined || !isProperty(property)) return `Unsupported dynamic label ${whole}`;
    } else if (name === "LABEL") {
      labels++;
    } else if (describers[name] === undefined || property !== undefined) {
      return `Unsupported dynamic label ${whole}`;
    } else {
      statistics++;
    }
  }
  if (label.replace(placeholder, "").includes("${")) return `Invalid dynamic label ${label}`;
  if (statistics > maximumStatistics)
    return `A label can have at most ${maximumStatistics} dynamic statistics`;
  return labels > 1 ? "A label can have ${LABEL} only once" : undefined;
}

const properties: ReadonlySet<string> = new Set([
  "AccountId",
  "AccountLabel",
  "MetricName",
  "Namespace",
  "Period",
  "Region",
  "Stat",
]);

const isProperty = (name: string) => properties.has(name) || /^Dim\../.test(name);

/**
 * Fills in a label; what cannot be known of the series, such as a dimension that it does not have, is left
 * empty.
 */
export function renderLabel(label: string, series: Series, context: LabelContext): string {
  return label.replace(placeholder, (_whole, name: string, single?: string, double?: string) => {
    if (name === "LABEL") return series.label;
    if (name === "PROP") return propertyOf(single ?? double ?? "", series, context);
    return describers[name]?.(series, context) ?? "";
  });
}

function propertyOf(name: string, { metric, periodSeconds }: Series, context: LabelContext): string {
  switch (name) {
    case "AccountId":
    case "AccountLabel":
      return metric?.account ?? context.account;
    case "Region":
      return context.region;
    case "Period":
      return String(periodSeconds);
    case "MetricName":
      return metric?.name ?? "";
    case "Namespace":
      return metric?.namespace ?? "";
    case "Stat":
      return metric?.statistic ?? "";
    default:
      return metric?.dimensions.find((dimension) => `Dim.${dimension.name}` === name)?.value ?? "";
  }
}

interface Datapoint {
  readonly at: number;
  readonly value: number;
}

const datapoints = ({ timestamps, values }: Series): readonly Datapoint[] =>
  timestamps.map((at, index) => ({ at, value: values[index] ?? Number.NaN }));

const first = (series: Series) => datapoints(series)[0];
const last = (series: Series) => datapoints(series).at(-1);
const least = (series: Series) => extreme(series, (one, best) => one < best);
const most = (series: Series) => extreme(series, (one, best) => one > best);

function extreme(series: Series, isBetter: (one: number, best: number) => boolean): Datapoint | undefined {
  const [start, ...rest] = datapoints(series);
  if (start === undefined) return undefined;
  return rest.reduce((best, one) => (isBetter(one.value, best.value) ? one : best), start);
}

type Choice = (series: Series) => Datapoint | undefined;
type Describe = (series: Series, context: LabelContext) => string | undefined;

const value =
  (choose: Choice): Describe =>
  (series) =>
    number(choose(series)?.value);

const time =
  (choose: Choice): Describe =>
  (series, context) => {
    const at = choose(series)?.at;
    return at === undefined ? undefined : timestamp(at, context.offsetMinutes);
  };

const age =
  (choose: Choice): Describe =>
  (series, { now }) => {
    const at = choose(series)?.at;
    return at === undefined ? undefined : duration(Math.abs(now - at));
  };

const between =
  (from: Choice, to: Choice, describe: (one: Datapoint, other: Datapoint) => string | undefined): Describe =>
  (series) => {
    const [one, other] = [from(series), to(series)];
    return one === undefined || other === undefined ? undefined : describe(one, other);
  };

const rise = (one: Datapoint, other: Datapoint) => number(other.value - one.value);
const distance = (one: Datapoint, other: Datapoint) => duration(Math.abs(other.at - one.at));
const sum = ({ values }: Series) => values.reduce((total, one) => total + one, 0);

const describers: Readonly<Record<string, Describe>> = {
  AVG: (series) => number(sum(series) / series.values.length),
  SUM: (series) => number(sum(series)),
  DATAPOINT_COUNT: ({ values }) => String(values.length),
  MAX: value(most),
  MAX_TIME: time(most),
  MAX_TIME_RELATIVE: age(most),
  MIN: value(least),
  MIN_TIME: time(least),
  MIN_TIME_RELATIVE: age(least),
  MIN_MAX_RANGE: between(least, most, rise),
  MIN_MAX_TIME_RANGE: between(least, most, distance),
  FIRST: value(first),
  FIRST_TIME: time(first),
  FIRST_TIME_RELATIVE: age(first),
  FIRST_LAST_RANGE: between(first, last, rise),
  FIRST_LAST_TIME_RANGE: between(first, last, distance),
  LAST: value(last),
  LAST_TIME: time(last),
  LAST_TIME_RELATIVE: age(last),
};

/** Six digits are more than a legend has room for. */
function number(given: number | undefined): string | undefined {
  return given === undefined || !Number.isFinite(given) ? undefined : String(Number(given.toPrecision(6)));
}

/** `2026-11-02 13:05 +0100`, `2026-11-02 12:05 UTC`. */
function timestamp(at: number, offsetMinutes: number): string {
  const [date, clock] = new Date(at + offsetMinutes * 60_000).toISOString().split("T");
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  const digits = (part: number) => String(part).padStart(2, "0");
  const zone = `${offsetMinutes < 0 ? "-" : "+"}${digits(hours)}${digits(minutes)}`;
  return `${date} ${clock?.slice(0, 5)} ${offsetMinutes === 0 ? "UTC" : zone}`;
}

/** `2d 3h 4m 5s` without the parts that are zero. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return shown.length === 0 ? "0s" : shown.join(" ");
}

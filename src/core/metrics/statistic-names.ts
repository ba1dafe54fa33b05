// The names of statistics: `Average`, `p99.9`, `tm90`, `TM(10%:90%)`, `PR(:300)`, `IQM`.

/** A bound of a trimmed statistic: a share of the samples (0 to 1), or a value; open when undefined. */
export interface Bounds {
  readonly unit: "share" | "value";
  readonly low: number | undefined;
  readonly high: number | undefined;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
export type Statistic =
  | { readonly kind: "SampleCount" | "Sum" | "Average" | "Minimum" | "Maximum" }
  | { readonly kind: "percentile"; readonly share: number }
  | { readonly kind: TrimmedKind; readonly bounds: Bounds };

export type TrimmedKind = "trimmedMean" | "winsorizedMean" | "trimmedCount" | "trimmedSum" | "percentileRank";

const plain = ["SampleCount", "Sum", "Average", "Minimum", "Maximum"] as const;

const trimmedKinds: Readonly<Record<string, TrimmedKind>> = {
  tm: "trimmedMean",
  wm: "winsorizedMean",
  tc: "trimmedCount",
  ts: "trimmedSum",
  pr: "percentileRank",
};

const shortForm = /^(p|tm|wm|tc|ts)(\d{1,2}(?:\.\d{0,10})?|100)$/;
const longForm = /^(TM|WM|TC|TS|PR)\(([^:()]*):([^:()]*)\)$/;
const number = /^\d+(\.\d{0,10})?([Ee][+-]?\d+)?$/;

/** Undefined for a text that is no statistic. */
export function parseStatistic(name: string): Statistic | undefined {
  const kind = plain.find((candidate) => candidate === name);
  if (kind !== undefined) return { kind };
  if (name === "IQM") return { kind: "trimmedMean", bounds: { unit: "share", low: 0.25, high: 0.75 } };
  const [, letters = "", digits = ""] = shortForm.exec(name) ?? [];
  if (letters === "p") return { kind: "percentile", share: Number(digits) / 100 };
  const short = trimmedKinds[letters];
  if (short !== undefined) {
    return { kind: short, bounds: { unit: "share", low: undefined, high: Number(digits) / 100 } };
  }
  const [, capitals = "", low = "", high = ""] = longForm.exec(name) ?? [];
  const long = trimmedKinds[capitals.toLowerCase()];
  const bounds = boundsOf(low, high);
  if (long === undefined || bounds === undefined) return undefined;
  if (long === "percentileRank" && bounds.unit === "share") return undefined;
  return { kind: long, bounds };
}

/** Both ends are percentages or both are values; one of them may be missing. */
function boundsOf(low: string, high: string): Bounds | undefined {
  const given = [low, high].filter((text) => text !== "");
  if (given.length === 0) return undefined;
  const shares = given.every((text) => text.endsWith("%"));
  if (!shares && given.some((text) => text.endsWith("%"))) return undefined;
  const read = (text: string) => {
    if (text === "") return undefined;
    const digits = shares ? text.slice(0, -1) : text;
    return number.test(digits) ? Number(digits) / (shares ? 100 : 1) : Number.NaN;
  };
  const bounds = { unit: shares ? "share" : "value", low: read(low), high: read(high) } as const;
  if (Number.isNaN(bounds.low) || Number.isNaN(bounds.high)) return undefined;
  if (bounds.low !== undefined && bounds.high !== undefined && bounds.low >= bounds.high) return undefined;
  if (shares && Math.max(bounds.low ?? 0, bounds.high ?? 0) > 1) return undefined;
  return bounds;
}

/** Whether the statistic is computed from the distribution of the values. */
export function needsHistogram(statistic: Statistic): boolean {
  return statistic.kind === "percentile" || "bounds" in statistic;
}

// An anomaly of a log group: what was seen of it, how grave it is, and how it is told.
import type { Template } from "../templates/template-miner.ts";
import { exactTokens, inferTokenName, wildcard } from "../templates/tokens.ts";
import type { Deviation } from "./baseline.ts";

/** Instants are epoch milliseconds. */
export interface Anomaly {
  readonly id: string;
  readonly patternId: string;
  readonly tokens: readonly string[];
  readonly kind: Deviation["kind"];
  readonly expected?: number;
  readonly priority: "HIGH" | "MEDIUM" | "LOW";
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly isActive: boolean;
  /** When each evaluation with it began, and how many messages it found. */
  readonly histogram: Readonly<Record<string, number>>;
  readonly samples: readonly { readonly timestamp: number; readonly message: string }[];
  /** It is normal now: it was told to be, or it was there for so long. */
  readonly isBaseline?: boolean;
  readonly suppression?: {
    readonly at: number;
    /** Absent without an end. */
    readonly until?: number;
    readonly isOfPattern: boolean;
  };
}

/** Not AWS's. */
export const anomalyLimits = { samples: 10, sampleCharacters: 1_000, histogram: 500 } as const;

const grave = /^(?:fatal|panic|critical|crit|emerg|emergency|alert|error|err|severe|exception|traceback)$/i;
const graveInside = /(?:Error|Exception)$/;
const worrying = /^(?:warn|warning|fail|failed|failure|timeout|denied|refused|retry|retrying)$/i;

/**
 * By the words of severity in the pattern and by how far it is from what was expected.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/LogsAnomalyDetection.html
 */
export function priorityOf({ tokens }: Template, deviation: Deviation): Anomaly["priority"] {
  if (tokens.some((text) => grave.test(text) || graveInside.test(text))) return "HIGH";
  const isFar = deviation.kind === "more" && deviation.count > deviation.expected * 10;
  return isFar || tokens.some((text) => worrying.test(text)) ? "MEDIUM" : "LOW";
}

/** The anomaly with one more evaluation in it. */
export function sawAgain(
  anomaly: Anomaly,
  window: { readonly startAt: number; readonly endAt: number },
  count: number,
  samples: Anomaly["samples"],
): Anomaly {
  const histogram = { ...anomaly.histogram, [String(window.startAt)]: count };
  const kept = Object.entries(histogram).slice(-anomalyLimits.histogram);
  return {
    ...anomaly,
    lastSeenAt: window.endAt,
    isActive: true,
    histogram: Object.fromEntries(kept),
    samples: [...anomaly.samples, ...samples].slice(0, anomalyLimits.samples),
  };
}

export function isSuppressed({ suppression }: Anomaly, now: number): boolean {
  return suppression !== undefined && (suppression.until === undefined || suppression.until > now);
}

export function describeAnomaly({ kind, tokens, histogram, expected = 0 }: Anomaly): string {
  const counts = Object.values(histogram);
  const count = counts.at(-1) ?? 0;
  const shown = tokens.join("").slice(0, 200);
  switch (kind) {
    case "new":
      return `A pattern that was not seen before: ${shown}`;
    case "more":
      return `${count} messages of a pattern of which ${rounded(expected)} were expected: ${shown}`;
    case "fewer":
      return `Only ${count} messages of a pattern of which ${rounded(expected)} were expected: ${shown}`;
  }
}

const rounded = (value: number) => String(Math.round(value * 10) / 10);

/** An expression that matches the messages of the pattern. */
export function patternRegex(tokens: readonly string[]): string {
  return tokens
    .map((text) => (text === wildcard ? ".*" : text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)))
    .join("");
}

export interface PatternToken {
  readonly isDynamic: boolean;
  readonly tokenString: string;
  readonly dynamicTokenPosition?: number;
  readonly inferredTokenName?: string;
  /** The values of a dynamic token in the samples, and how often each was there. */
  readonly enumerations?: Readonly<Record<string, number>>;
}

export function patternTokens({ tokens, samples }: Anomaly): readonly PatternToken[] {
  const sampled = samples.map(({ message }) => exactTokens(message));
  const fitting = sampled.filter(({ length }) => length === tokens.length);
  let position = 0;
  return tokens.map((tokenString, index) => {
    if (tokenString !== wildcard) return { isDynamic: false, tokenString };
    position += 1;
    const values = fitting.flatMap((texts) => texts[index] ?? []);
    const enumerations = new Map<string, number>();
    for (const value of values) enumerations.set(value, (enumerations.get(value) ?? 0) + 1);
    return {
      isDynamic: true,
      tokenString,
      dynamicTokenPosition: position,
      inferredTokenName: `${inferTokenName(values)}-${position}`,
      enumerations: Object.fromEntries(enumerations),
    };
  });
}

// What the server counts of the calls that it answers, between one report and the next.

/** A measurement for CloudWatch: one value, or a histogram of values with their counts. */
export interface SelfDatum {
  readonly name: string;
  readonly unit: "Bytes" | "Count" | "Milliseconds";
  readonly values: readonly number[];
  readonly counts: readonly number[];
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface MeasuredCall {
  /** The SDK package's suffix and the operation's name; "unknown" for what was routed nowhere. */
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  readonly durationMs: number;
  readonly requestBytes: number;
  /** Log events, datums, segments or entries; 0 for an operation that takes in nothing. */
  readonly items: number;
}

export interface CallMetrics {
  measure(call: MeasuredCall): void;
  /** What was counted since the last time, and begins anew. */
  take(): readonly SelfDatum[];
}

/** The number of (service, operation) pairs is that of the models, plus the unknown. */
const maxOperations = 500;

interface Tally {
  readonly service: string;
  readonly operation: string;
  requests: number;
  clientErrors: number;
  serverErrors: number;
  requestBytes: number;
  items: number;
  readonly latencies: Map<number, number>;
}

export function createCallMetrics(): CallMetrics {
  let tallies = new Map<string, Tally>();
  return {
    measure(call) {
      const tally = tallyOf(call);
      if (tally === undefined) return;
      tally.requests++;
      if (call.status >= 500) tally.serverErrors++;
      else if (call.status >= 400) tally.clientErrors++;
      tally.requestBytes += call.requestBytes;
      if (call.status < 400) tally.items += call.items;
      const latency = histogramValue(call.durationMs);
      tally.latencies.set(latency, (tally.latencies.get(latency) ?? 0) + 1);
    },
    take() {
      const taken = tallies;
      tallies = new Map();
      return [...taken.values()].flatMap(datumsOf);
    },
  };

  function tallyOf({ service, operation }: MeasuredCall): Tally | undefined {
    const name = `${service}:${operation}`;
    const known = tallies.get(name);
    if (known !== undefined || tallies.size >= maxOperations) return known;
    const made = {
      service,
      operation,
      requests: 0,
      clientErrors: 0,
      serverErrors: 0,
      requestBytes: 0,
      items: 0,
      latencies: new Map<number, number>(),
    };
    tallies.set(name, made);
    return made;
  }
}

/**
 * Rounds to two significant digits, so that a histogram has at most 90 values for each power of ten and is
 * exact to
 * five per cent: from a microsecond to an hour it stays below 900.
 */
export function histogramValue(durationMs: number): number {
  if (durationMs < 0.001) return 0.001;
  return Number(Math.min(durationMs, 3_600_000).toPrecision(2));
}

/** PutMetricData takes this many values in one datum. */
const maxValues = 150;

function datumsOf(tally: Tally): readonly SelfDatum[] {
  const dimensions = { Service: tally.service, Operation: tally.operation };
  const one = (name: string, unit: SelfDatum["unit"], value: number): SelfDatum => {
    return { name, unit, values: [value], counts: [1], dimensions };
  };
  const latencies = [...tally.latencies].sort(([left], [right]) => left - right);
  const histograms: SelfDatum[] = [];
  for (let start = 0; start < latencies.length; start += maxValues) {
    const page = latencies.slice(start, start + maxValues);
    histograms.push({
      name: "Latency",
      unit: "Milliseconds",
      values: page.map(([value]) => value),
      counts: page.map(([, count]) => count),
      dimensions,
    });
  }
  const ingest =
    tally.items === 0
      ? []
      : [one("IngestedItems", "Count", tally.items), one("IngestedBytes", "Bytes", tally.requestBytes)];
  return [
    one("Requests", "Count", tally.requests),
    one("ClientErrors", "Count", tally.clientErrors),
    one("ServerErrors", "Count", tally.serverErrors),
    ...ingest,
    ...histograms,
  ];
}

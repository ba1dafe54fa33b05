// The registry of the series that came as OTLP: notes which have samples, and finds them by their labels.
import { hash64 } from "../../core/metrics/metric-identity.ts";
import { anchoredRegex } from "../../core/promql/regex.ts";
import { metricNameLabel, type PromqlMatcher } from "../../core/promql/expression.ts";
import type { PromqlLabels } from "../../core/promql/series.ts";
import { joinSql, sql, type Sql } from "../../core/sql.ts";
import type { Telemetry } from "../telemetry.ts";
import { storableInstant } from "./instants.ts";

/** How often a series that goes on receiving samples is written down again, and how many are remembered. */
const renewMs = 5 * 60_000;
const maximumKnown = 200_000;

interface KnownSeries {
  seenAt: number;
  /** Set while the row is on its way to the store. */
  storing: Promise<void> | undefined;
}

interface FreshSeries {
  readonly known: KnownSeries;
  readonly labels: PromqlLabels;
}

/** Series have the same number whichever server computes it; after a reset a world has another. */
export class OtlpSeriesRegistry {
  readonly #telemetry: Telemetry;
  /** By their numbers: the labels of all would be gigabytes. */
  #known = new Map<bigint, KnownSeries>();

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
  }

  /** The numbers of the series in their order, and when all of them can be found. */
  note(
    world: number,
    series: readonly PromqlLabels[],
    now: number,
  ): { readonly ids: readonly bigint[]; readonly stored: Promise<unknown> } {
    const waiting = new Set<Promise<void>>();
    const fresh = new Map<bigint, FreshSeries>();
    const ids = series.map((labels) => {
      const id = hash64(`${world}\u0000${keyOf(labels)}`);
      const known = this.#known.get(id) ?? this.#remember(id);
      if (known.seenAt < now - renewMs || known.seenAt > now) {
        known.seenAt = now;
        fresh.set(id, { known, labels });
      } else if (known.storing !== undefined) waiting.add(known.storing);
      return id;
    });
    if (fresh.size > 0) waiting.add(this.#store(world, fresh, now));
    return { ids, stored: Promise.all(waiting) };
  }

  forget(): void {
    this.#known = new Map();
  }

  #remember(id: bigint): KnownSeries {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= maximumKnown && oldest !== undefined) this.#known.delete(oldest);
    const known = { seenAt: Number.NEGATIVE_INFINITY, storing: undefined };
    this.#known.set(id, known);
    return known;
  }

  #store(world: number, fresh: ReadonlyMap<bigint, FreshSeries>, now: number): Promise<void> {
    const rows = [...fresh.values()];
    const storing = this.#telemetry
      .append("otlp_series", {
        world: rows.map(() => world),
        name: rows.map(({ labels }) => labels[metricNameLabel] ?? ""),
        series_id: [...fresh.keys()],
        labels: rows.map(({ labels }) => labels),
        last_seen_at: rows.map(() => now),
      })
      .then(
        () => {
          for (const { known } of rows) known.storing = undefined;
        },
        (error: unknown) => {
          for (const id of fresh.keys()) this.#known.delete(id);
          throw error;
        },
      );
    for (const { known } of rows) known.storing = storing;
    return storing;
  }
}

/** The same for the same labels in any order. */
const keyOf = (labels: PromqlLabels): string =>
  JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));

export interface FoundSeries {
  readonly id: string;
  readonly labels: PromqlLabels;
}

/** Which series somebody asks for. */
export interface SeriesQuestion {
  readonly world: number;
  /** Series that fulfil every matcher of one of these; all of the world when there is none. */
  readonly selectors: readonly (readonly PromqlMatcher[])[];
  /** Only those with samples in `[from, to]`; epoch milliseconds. */
  readonly window?: { readonly from: number; readonly to: number };
  readonly limit: number;
}

export async function findOtlpSeries(
  telemetry: Telemetry,
  question: SeriesQuestion,
): Promise<readonly FoundSeries[]> {
  return telemetry.query<FoundSeries>(sql`
    SELECT series_id AS id, labels FROM otlp_series
    WHERE ${askedFor(question)}
    ORDER BY world, name, series_id LIMIT 1 BY series_id LIMIT ${question.limit}`);
}

/** In the order of the alphabet. */
export async function otlpLabelNames(
  telemetry: Telemetry,
  question: SeriesQuestion,
): Promise<readonly string[]> {
  const rows = await telemetry.query<{ label: string }>(sql`
    SELECT DISTINCT arrayJoin(mapKeys(labels)) AS label FROM otlp_series
    WHERE ${askedFor(question)}
    ORDER BY label LIMIT ${question.limit}`);
  return rows.map(({ label }) => label);
}

/** In the order of the alphabet. */
export async function otlpLabelValues(
  telemetry: Telemetry,
  question: SeriesQuestion,
  label: string,
): Promise<readonly string[]> {
  const rows = await telemetry.query<{ found: string }>(sql`
    SELECT DISTINCT ${columnOf(label)} AS found FROM otlp_series
    WHERE ${askedFor(question)} AND found != ''
    ORDER BY found LIMIT ${question.limit}`);
  return rows.map(({ found }) => found);
}

function askedFor({ world, selectors, window }: SeriesQuestion): Sql {
  const either = selectors.map(
    (matchers) => sql`(${joinSql([sql`1`, ...matchers.map(conditionOf)], " AND ")})`,
  );
  const conditions = [
    sql`world = ${world}`,
    ...(either.length === 0 ? [] : [sql`(${joinSql(either, " OR ")})`]),
  ];
  const all = joinSql(conditions, " AND ");
  if (window === undefined) return all;
  // Global, because a cluster would ask every shard for the tables of every shard.
  return sql`${all} AND series_id GLOBAL IN (SELECT series_id FROM otlp_samples
    WHERE series_id GLOBAL IN (SELECT series_id FROM otlp_series WHERE ${all})
      AND timestamp >= fromUnixTimestamp64Milli(${BigInt(storableInstant(window.from))})
      AND timestamp <= fromUnixTimestamp64Milli(${BigInt(storableInstant(window.to))}))`;
}

const columnOf = (label: string): Sql => (label === metricNameLabel ? sql`name` : sql`labels[${label}]`);

/** A label that is not there is the empty text, in the engine's maps as in PromQL; both speak RE2. */
function conditionOf({ label, operator, value }: PromqlMatcher): Sql {
  const found = columnOf(label);
  switch (operator) {
    case "=":
      return sql`${found} = ${value}`;
    case "!=":
      return sql`${found} != ${value}`;
    case "=~":
      return sql`match(${found}, ${anchoredRegex(value)})`;
    case "!~":
      return sql`NOT match(${found}, ${anchoredRegex(value)})`;
  }
}

// The registry of the series that came as OTLP: notes which have samples, and finds them by their labels.
import { hash64 } from "../../core/metrics/metric-identity.ts";
import { anchoredRegex } from "../../core/promql/regex.ts";
import { metricNameLabel, type PromqlMatcher } from "../../core/promql/expression.ts";
import type { PromqlLabels } from "../../core/promql/series.ts";
import { joinSql, sql, type Sql } from "../../core/sql.ts";
import type { Telemetry } from "../telemetry.ts";

/** How often a series that goes on receiving samples is written down again, and how many are remembered. */
const renewMs = 5 * 60_000;
const maximumKnown = 200_000;

interface KnownSeries {
  readonly id: bigint;
  seenAt: number;
  /** Set while the row is on its way to the store. */
  storing: Promise<void> | undefined;
}

/** Series have the same number whichever server computes it; after a reset a world has another. */
export class OtlpSeriesRegistry {
  readonly #telemetry: Telemetry;
  #known = new Map<string, KnownSeries>();

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
    const fresh = new Map<string, { readonly known: KnownSeries; readonly labels: PromqlLabels }>();
    const ids = series.map((labels) => {
      const key = `${world}\u0000${keyOf(labels)}`;
      const known = this.#known.get(key) ?? this.#remember(key);
      if (known.seenAt < now - renewMs || known.seenAt > now) {
        known.seenAt = now;
        fresh.set(key, { known, labels });
      } else if (known.storing !== undefined) waiting.add(known.storing);
      return known.id;
    });
    if (fresh.size > 0) waiting.add(this.#store(world, fresh, now));
    return { ids, stored: Promise.all(waiting) };
  }

  forget(): void {
    this.#known = new Map();
  }

  #remember(key: string): KnownSeries {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= maximumKnown && oldest !== undefined) this.#known.delete(oldest);
    const known = { id: hash64(key), seenAt: Number.NEGATIVE_INFINITY, storing: undefined };
    this.#known.set(key, known);
    return known;
  }

  #store(
    world: number,
    fresh: ReadonlyMap<string, { readonly known: KnownSeries; readonly labels: PromqlLabels }>,
    now: number,
  ): Promise<void> {
    const rows = [...fresh.values()];
    const storing = this.#telemetry
      .append("otlp_series", {
        world: rows.map(() => world),
        name: rows.map(({ labels }) => labels[metricNameLabel] ?? ""),
        series_id: rows.map(({ known }) => known.id),
        labels: rows.map(({ labels }) => labels),
        last_seen_at: rows.map(() => now),
      })
      .then(
        () => {
          for (const { known } of rows) known.storing = undefined;
        },
        (error: unknown) => {
          for (const key of fresh.keys()) this.#known.delete(key);
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

/** The series of a world that fulfil every matcher, at most `limit`. */
export async function findOtlpSeries(
  telemetry: Telemetry,
  world: number,
  matchers: readonly PromqlMatcher[],
  limit: number,
): Promise<readonly FoundSeries[]> {
  const conditions = [sql`world = ${world}`, ...matchers.map(conditionOf)];
  return telemetry.query<FoundSeries>(sql`
    SELECT series_id AS id, labels FROM otlp_series
    WHERE ${joinSql(conditions, " AND ")}
    ORDER BY world, name, series_id LIMIT 1 BY series_id LIMIT ${limit}`);
}

/** A label that is not there is the empty text, in the engine's maps as in PromQL; both speak RE2. */
function conditionOf({ label, operator, value }: PromqlMatcher): Sql {
  const found = label === metricNameLabel ? sql`name` : sql`labels[${label}]`;
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

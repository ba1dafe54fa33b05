// The metric registry: notes which metrics have data, and lists them.
import {
  metricIdOf,
  type Dimension,
  type MetricIdentity,
  type MetricUnit,
} from "../../core/metrics/metric-identity.ts";
import { joinSql, sql, type Sql } from "../../core/sql.ts";
import type { Telemetry } from "../telemetry.ts";

/** How often a metric that goes on receiving data is written down again, and how many are kept in memory. */
const renewMs = 5 * 60_000;
const maximumKnown = 400_000;

interface KnownSeries {
  readonly metricId: bigint;
  seenAt: number;
  /** Set while the row is on its way to the store. */
  storing: Promise<void> | undefined;
}

/** Data that is put under a series. */
export interface SeriesData {
  /** `identityKey` of the metric. */
  readonly key: string;
  readonly unit: MetricUnit;
}

interface FreshSeries {
  readonly identity: MetricIdentity;
  readonly key: string;
  readonly unit: MetricUnit;
  readonly known: KnownSeries;
  readonly cacheKey: string;
}

/**
 * Tells the numbers of series and writes down, a few minutes apart, that they had data. Whoever puts data
 * waits for `stored`, so that a metric is listed as soon as its first datum is acknowledged.
 */
export class MetricRegistry {
  readonly #telemetry: Telemetry;
  #known = new Map<string, KnownSeries>();

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
  }

  /**
   * The numbers of the data's series in their order; `now` in epoch milliseconds. The identity is asked for
   * only when a series is to be written down.
   */
  note<Data extends SeriesData>(
    world: number,
    data: readonly Data[],
    identityOf: (data: Data) => MetricIdentity,
    now: number,
  ): { ids: readonly bigint[]; stored: Promise<unknown> } {
    const waiting = new Set<Promise<void>>();
    const fresh: FreshSeries[] = [];
    const ids = data.map((one) => {
      const { key, unit } = one;
      const cacheKey = `${world}\u0000${unit}\u0000${key}`;
      let known = this.#known.get(cacheKey);
      if (known === undefined) {
        const metricId = metricIdOf(world, key, unit);
        known = { metricId, seenAt: Number.NEGATIVE_INFINITY, storing: undefined };
        this.#keep(cacheKey, known);
      }
      if (known.seenAt < now - renewMs) {
        known.seenAt = now;
        fresh.push({ identity: identityOf(one), key, unit, known, cacheKey });
      } else if (known.storing !== undefined) {
        waiting.add(known.storing);
      }
      return known.metricId;
    });
    if (fresh.length > 0) waiting.add(this.#store(world, fresh, now));
    return { ids, stored: waiting.size === 0 ? Promise.resolve() : Promise.all(waiting) };
  }

  forget(): void {
    this.#known = new Map();
  }

  #keep(cacheKey: string, known: KnownSeries): void {
    if (this.#known.size >= maximumKnown) {
      const oldest = this.#known.keys().next();
      if (oldest.done !== true) this.#known.delete(oldest.value);
    }
    this.#known.set(cacheKey, known);
  }

  #store(world: number, fresh: readonly FreshSeries[], now: number): Promise<void> {
    const storing = this.#telemetry
      .append("metrics", {
        world: fresh.map(() => world),
        namespace: fresh.map(({ identity }) => identity.namespace),
        name: fresh.map(({ identity }) => identity.name),
        identity: fresh.map(({ key }) => metricIdOf(world, key, "None")),
        metric_id: fresh.map(({ known }) => known.metricId),
        unit: fresh.map(({ unit }) => unit),
        dimensions: fresh.map(({ identity }) =>
          Object.fromEntries(identity.dimensions.map(({ name, value }) => [name, value])),
        ),
        last_seen_at: fresh.map(() => now),
      })
      .then(
        () => {
          for (const { known } of fresh) known.storing = undefined;
        },
        (error: unknown) => {
          for (const { cacheKey } of fresh) this.#known.delete(cacheKey);
          throw error;
        },
      );
    for (const { known } of fresh) known.storing = storing;
    return storing;
  }
}

/** The units under which each of these metrics has data, by identity key; one without data is not there. */
export async function seriesOf(
  telemetry: Telemetry,
  world: number,
  identities: readonly { readonly identity: MetricIdentity; readonly key: string }[],
): Promise<ReadonlyMap<string, readonly MetricUnit[]>> {
  if (identities.length === 0) return new Map();
  const keys = new Map(identities.map(({ key }) => [String(metricIdOf(world, key, "None")), key]));
  const names = new Map(
    identities.map(({ identity }) => [`${identity.namespace}\u0000${identity.name}`, identity]),
  );
  const pairs = [...names.values()].map(({ namespace, name }) => sql`(${namespace}, ${name})`);
  const found = await telemetry.query<{ identity: string; units: MetricUnit[] }>(sql`
    SELECT identity, groupUniqArray(unit) AS units FROM metrics
    WHERE world = ${world} AND (namespace, name) IN (${joinSql(pairs, ", ")})
      AND identity IN (${joinSql(
        [...keys.keys()].map((id) => sql`${BigInt(id)}`),
        ", ",
      )})
    GROUP BY identity`);
  return new Map(
    found.flatMap(({ identity, units }) => {
      const key = keys.get(identity);
      return key === undefined ? [] : [[key, units.toSorted()] as const];
    }),
  );
}

export interface MetricListing {
  readonly world: number;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** A filter without a value wants the dimension, whatever its value. */
  readonly dimensions: readonly { readonly name: string; readonly value: string | undefined }[];
  /** Only metrics that had data at or after this instant (epoch milliseconds). */
  readonly seenSince: number;
  readonly after: MetricPosition | undefined;
  readonly limit: number;
}

/** A place in the listing; `identity` is a 64-bit number as text. */
export interface MetricPosition {
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
}

export interface ListedMetric extends MetricPosition {
  readonly dimensions: readonly Dimension[];
}

/**
 * Metrics by namespace, name and number. A metric has a row for each unit and, until the engine merges them,
 * for each time it was noted. They stand beside each other in the order of the table, so reading in that
 * order and passing over the repeated ones ends as soon as the page is full; aggregation reads all that
 * match.
 */
export async function listMetrics(
  telemetry: Telemetry,
  listing: MetricListing,
): Promise<readonly ListedMetric[]> {
  const listed: ListedMetric[] = [];
  const rowsPerQuery = listing.limit * 2;
  let { after } = listing;
  for (;;) {
    const rows = await metricRows(telemetry, { ...listing, after, limit: rowsPerQuery });
    for (const { pairs, ...position } of rows) {
      if (position.identity === listed.at(-1)?.identity) continue;
      if (listed.length === listing.limit) return listed;
      listed.push({ ...position, dimensions: pairs.map(([name, value]) => ({ name, value })) });
    }
    if (rows.length < rowsPerQuery) return listed;
    after = listed.at(-1);
  }
}

interface MetricRow extends MetricPosition {
  readonly pairs: readonly (readonly [string, string])[];
}

function metricRows(telemetry: Telemetry, listing: MetricListing): Promise<readonly MetricRow[]> {
  const { world, namespace, name, after, dimensions } = listing;
  const seenSince = BigInt(Math.trunc(Math.max(0, listing.seenSince)));
  const conditions: Sql[] = [
    sql`world = ${world}`,
    sql`last_seen_at >= fromUnixTimestamp64Milli(${seenSince})`,
    ...(namespace === undefined ? [] : [sql`namespace = ${namespace}`]),
    ...(name === undefined ? [] : [sql`name = ${name}`]),
    ...dimensions.map((filter) =>
      filter.value === undefined
        ? sql`mapContains(dimensions, ${filter.name})`
        : sql`dimensions[${filter.name}] = ${filter.value}`,
    ),
    ...(after === undefined
      ? []
      : [sql`(namespace, name, identity) > (${after.namespace}, ${after.name}, ${BigInt(after.identity)})`]),
  ];
  return telemetry.query<MetricRow>(sql`
    SELECT namespace, name, identity,
      arraySort(arrayZip(mapKeys(dimensions), mapValues(dimensions))) AS pairs
    FROM metrics
    WHERE ${joinSql(conditions, " AND ")}
    ORDER BY world, namespace, name, identity
    LIMIT ${listing.limit}`);
}

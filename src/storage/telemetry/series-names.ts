// Which metrics and units the numbers of series stand for.
import type { Dimension, MetricUnit } from "../../core/metrics/metric-identity.ts";
import { joinSql, sql } from "../../core/sql.ts";
import type { Telemetry } from "../telemetry.ts";

export interface SeriesName {
  readonly namespace: string;
  readonly name: string;
  /** In the order of their names. */
  readonly dimensions: readonly Dimension[];
  readonly unit: MetricUnit;
}

interface Row {
  readonly metricId: string;
  readonly namespace: string;
  readonly name: string;
  readonly unit: MetricUnit;
  readonly pairs: readonly (readonly [string, string])[];
}

/** By the number of the series; one that is not known is not there. */
export async function seriesNames(
  telemetry: Telemetry,
  world: number,
  metricIds: readonly bigint[],
): Promise<ReadonlyMap<bigint, SeriesName>> {
  if (metricIds.length === 0) return new Map();
  const ids = joinSql(
    metricIds.map((id) => sql`${id}`),
    ", ",
  );
  const rows = await telemetry.query<Row>(sql`
    SELECT metric_id AS metricId, any(namespace) AS namespace, any(name) AS name, any(unit) AS unit,
      any(arraySort(arrayZip(mapKeys(dimensions), mapValues(dimensions)))) AS pairs
    FROM metrics
    WHERE world = ${world} AND metric_id IN (${ids})
    GROUP BY metric_id`);
  return new Map(
    rows.map(({ metricId, namespace, name, unit, pairs }) => [
      BigInt(metricId),
      { namespace, name, unit, dimensions: pairs.map(([key, value]) => ({ name: key, value })) },
    ]),
  );
}

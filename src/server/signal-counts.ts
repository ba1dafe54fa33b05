// How much of each signal is stored, for the status page.
import { sql } from "../core/sql.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import type { StatusPage } from "./status-page.ts";

/** The engine knows the counts without a scan; a page may not wait for an engine that is busy. */
const countTimeoutMs = 1_000;

const queries = [
  ["metrics", sql`SELECT toFloat64(count()) AS total FROM metrics`],
  [
    "log events",
    sql`SELECT toFloat64(sum(events)) AS total FROM (
      SELECT count() AS events FROM log_events UNION ALL SELECT count() AS events FROM log_events_sealed
      UNION ALL SELECT sum(length(offsets)) AS events FROM log_events_sealed_blocks
    )`,
  ],
  ["trace segments", sql`SELECT toFloat64(count()) AS total FROM segments`],
  ["bus events", sql`SELECT toFloat64(count()) AS total FROM bus_events`],
  ["API calls", sql`SELECT toFloat64(count()) AS total FROM api_calls`],
] as const;

/** Of a store that is not open yet: nobody waits for it to see a page. */
export const uncounted: StatusPage["counts"] = queries.map(([signal]) => [signal, undefined]);

export function countSignals(telemetry: Telemetry): Promise<StatusPage["counts"]> {
  return Promise.all(
    queries.map(async ([signal, query]) => {
      const rows = await telemetry
        .query<{ total: number }>(query, { timeoutMs: countTimeoutMs })
        .catch(() => []); // the page says "unknown"
      return [signal, rows[0]?.total] as const;
    }),
  );
}

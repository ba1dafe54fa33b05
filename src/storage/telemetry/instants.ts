// Instants within the years that the telemetry tables can hold.

/** 1970 to 2299 is what a DateTime64 has room for: https://clickhouse.com/docs/sql-reference/data-types/datetime64 */
const latest = Date.UTC(2299, 0, 1);

/** The instant, or the nearest one that can be stored and compared; epoch milliseconds. */
export function storableInstant(instant: number): number {
  return Math.min(Math.max(Math.trunc(instant), 0), latest);
}

// Opens the telemetry store: the embedded engine in a folder, or a ClickHouse server or cluster by its
// address.
import type { Telemetry } from "../telemetry.ts";
import { createClickHouseDriver } from "./clickhouse-driver.ts";
import { createEmbeddedDriver } from "./embedded-driver.ts";
import { createTelemetry } from "./create-telemetry.ts";
import { keepRecentArrivals } from "./recent-arrivals.ts";
import type { Deployment } from "./render-schema.ts";
import { tables } from "./tables.ts";

export type TelemetryOptions = {
  /** `caller` when time is moved by hand: nothing expires but through `expire(now)`. Default `engine`. */
  readonly expiry?: Deployment["expiry"];
} & (
  | {
      /** The embedded engine's own folder, made if it is missing; one process may have it open. */
      readonly folder: string;
    }
  | {
      /** `http(s)://user:password@host:8123/database`; the database must exist. */
      readonly url: string;
      /** Replicated and distributed tables; the servers' macros name `cluster`, `shard` and `replica`. */
      readonly cluster?: boolean;
    }
);

/** Returns at once: calls wait until the store is open, and `ready()` tells whether it is. */
export function openTelemetry(options: TelemetryOptions): Telemetry {
  const { expiry = "engine" } = options;
  if ("folder" in options) {
    const driver = createEmbeddedDriver(options.folder);
    return keepRecentArrivals(createTelemetry(driver, tables, { kind: "embedded", expiry }));
  }
  const kind = options.cluster === true ? "cluster" : "server";
  return createTelemetry(createClickHouseDriver(options.url), tables, { kind, expiry });
}

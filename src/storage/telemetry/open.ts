// Opens the telemetry store: the embedded engine in a folder, or a ClickHouse server or cluster by its address.
import type { Telemetry } from "../telemetry.ts";
import { createEmbeddedDriver } from "./embedded-driver.ts";
import { createTelemetry } from "./create-telemetry.ts";
import type { Deployment } from "./render-schema.ts";
import { tables } from "./tables.ts";

export interface TelemetryOptions {
  /** The engine's own folder, made if it is missing. */
  readonly folder: string;
  /** `caller` when time is moved by hand: nothing expires but through `expire(now)`. Default `engine`. */
  readonly expiry?: Deployment["expiry"];
}

/** Returns at once: calls wait until the store is open, and `ready()` tells whether it is. */
export function openTelemetry({ folder, expiry = "engine" }: TelemetryOptions): Telemetry {
  return createTelemetry(createEmbeddedDriver(folder), tables, { kind: "embedded", expiry });
}

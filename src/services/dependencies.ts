// What every service is built from; the composition root passes it in.
import type { Clock } from "../core/clock.ts";
import type { FactBoard } from "../core/facts.ts";
import type { Blobs } from "../storage/blobs.ts";
import type { RollupLedger } from "../storage/metric-rollups.ts";
import type { State } from "../storage/state.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import type { Worlds } from "../storage/worlds.ts";

export interface Dependencies {
  readonly clock: Clock;
  readonly facts: FactBoard;
  readonly state: State;
  readonly telemetry: Telemetry;
  readonly blobs: Blobs;
  readonly worlds: Worlds;
  /** Shared by those who put metric data and the worker that rolls it up. */
  readonly rollups: RollupLedger;
}

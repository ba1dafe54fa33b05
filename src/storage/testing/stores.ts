// The stores in a temporary folder, for tests of what works on them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { State } from "../state.ts";
import { openSqliteState } from "../state/sqlite.ts";
import type { Telemetry } from "../telemetry.ts";
import { openTelemetry } from "../telemetry/open.ts";

export interface TestStores {
  readonly telemetry: Telemetry;
  readonly state: State;
  /** Closes both and removes the folder. */
  close(): Promise<void>;
}

/** Nothing expires by itself. */
export async function openTestStores(name: string): Promise<TestStores> {
  const folder = await mkdtemp(join(tmpdir(), `groundwatch-${name}-`));
  const telemetry = openTelemetry({ folder: join(folder, "telemetry"), expiry: "caller" });
  const state = await openSqliteState(join(folder, "state.db"));
  return {
    telemetry,
    state,
    async close() {
      await telemetry.close();
      await state.close();
      await rm(folder, { recursive: true });
    },
  };
}

// A store whose queries may take little memory, for tests of what must do with it.
import { createEmbeddedDriver } from "../embedded-driver.ts";
import { createTelemetry } from "../create-telemetry.ts";
import type { Telemetry } from "../../telemetry.ts";
import { tables } from "../tables.ts";

const maxMemoryBytes = 64 * 1024 * 1024;

/** Nothing expires by itself. */
export function openWithLittleMemory(folder: string): Telemetry {
  const driver = createEmbeddedDriver(folder);
  return createTelemetry(
    { ...driver, query: (text, bounds) => driver.query(text, { ...bounds, maxMemoryBytes }) },
    tables,
    { kind: "embedded", expiry: "caller" },
  );
}

// The embedded engine keeps the telemetry contract.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTelemetry } from "./create-telemetry.ts";
import { createEmbeddedDriver } from "./embedded-driver.ts";
import type { EmbeddedDriver } from "./embedded-driver.ts";
import { describeTelemetry } from "./telemetry.contract.ts";
import { contractTables } from "./testing/contract-tables.ts";

describeTelemetry("the embedded engine", async () => {
  const folder = await mkdtemp(join(tmpdir(), "groundwatch-telemetry-"));
  let driver: EmbeddedDriver | undefined;
  return {
    open(expiry) {
      driver = createEmbeddedDriver(folder);
      return createTelemetry(driver, contractTables, { kind: "embedded", expiry });
    },
    async kill() {
      const processId = driver?.processId();
      if (processId === undefined) throw new Error("no engine runs");
      process.kill(processId, "SIGKILL");
    },
    dispose: () => rm(folder, { recursive: true }),
  };
});

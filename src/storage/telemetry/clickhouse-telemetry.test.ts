// The HTTP driver keeps the telemetry contract, over a loopback shim and over a server that the environment
// names.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@clickhouse/client";
import { expect, onTestFinished, test } from "vitest";
import { sql } from "../../core/sql.ts";
import { createClickHouseDriver } from "./clickhouse-driver.ts";
import { createTelemetry } from "./create-telemetry.ts";
import { describeTelemetry } from "./telemetry.contract.ts";
import { contractTables } from "./testing/contract-tables.ts";
import { startClickHouseHttp } from "./testing/clickhouse-http.ts";

describeTelemetry("ClickHouse over HTTP", async () => {
  const folder = await mkdtemp(join(tmpdir(), "groundwatch-http-"));
  const server = await startClickHouseHttp(folder);
  return {
    open: (expiry) =>
      createTelemetry(createClickHouseDriver(server.url), contractTables, { kind: "server", expiry }),
    async kill() {
      const processId = server.engine.processId();
      if (processId === undefined) throw new Error("no engine runs");
      process.kill(processId, "SIGKILL");
    },
    async dispose() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
});

test("a query may take longer than an insert", async () => {
  const folder = await mkdtemp(join(tmpdir(), "groundwatch-http-"));
  const server = await startClickHouseHttp(folder);
  const driver = createClickHouseDriver(server.url, { insertTimeoutMs: 300 });
  const telemetry = createTelemetry(driver, contractTables, { kind: "server", expiry: "caller" });
  onTestFinished(async () => {
    await telemetry.close();
    await server.close();
    await rm(folder, { recursive: true });
  });
  await telemetry.ready();
  expect(await telemetry.query(sql`SELECT sleep(1) AS slept`)).toEqual([{ slept: 0 }]);
});

const serverUrl = process.env["GROUNDWATCH_TEST_CLICKHOUSE_URL"];
if (serverUrl !== undefined) {
  describeTelemetry("a ClickHouse server", async () => {
    const database = "groundwatch_contract";
    const administrator = createClient({ url: serverUrl });
    await administrator.command({ query: `DROP DATABASE IF EXISTS ${database}` });
    await administrator.command({ query: `CREATE DATABASE ${database}` });
    const url = new URL(serverUrl);
    url.pathname = `/${database}`;
    return {
      open: (expiry) =>
        createTelemetry(createClickHouseDriver(url.href), contractTables, { kind: "server", expiry }),
      kill: () => Promise.resolve(), // not ours to kill
      async dispose() {
        await administrator.command({ query: `DROP DATABASE ${database}` });
        await administrator.close();
      },
    };
  });
}

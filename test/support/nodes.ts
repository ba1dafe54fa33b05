// Two server processes that share a PostgreSQL and a ClickHouse, on clocks that go together.
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startPostgres } from "../../src/storage/state/testing/postgres-server.ts";
import { startClickHouseHttp } from "../../src/storage/telemetry/testing/clickhouse-http.ts";
import { startProcess, type ServerProcess } from "./process.ts";

const region = "us-east-1";

/** Of the clients of a node. */
export const optionsOf = ({ endpoint }: ServerProcess) => ({
  endpoint,
  region,
  credentials: { accessKeyId: "123456789012", secretAccessKey: "any" },
  maxAttempts: 1,
});

/** They, and what they share, end with the test. */
export async function startNodes(folder: string, flags: readonly string[] = []) {
  const postgres = startPostgres();
  onTestFinished(() => postgres.stop());
  const clickhouse = await startClickHouseHttp(join(folder, "clickhouse"));
  onTestFinished(() => clickhouse.close());
  const stores = ["--postgres-url", postgres.url, "--clickhouse-url", clickhouse.url];
  const start = (name: string) =>
    startProcess(join(folder, name), ["--clock", "manual", ...flags, ...stores]);
  // One after the other: tables are made by the first.
  const nodes = [await start("one"), await start("other")];
  onTestFinished(async () => {
    for (const node of nodes) if (node.child.exitCode === null) await node.end("SIGKILL");
  });
  const clocks = nodes.map((node) => new GroundwatchClient(optionsOf(node)));
  const times = await Promise.all(clocks.map(async (clock) => (await clock.getClock()).Now));
  const latest = Math.max(...times);
  for (const [index, clock] of clocks.entries()) {
    await clock.advanceClock({ Milliseconds: latest - (times[index] ?? latest) });
  }
  return {
    nodes,
    advance: async (seconds: number, among = nodes) => {
      for (const node of among) {
        await new GroundwatchClient(optionsOf(node)).advanceClock({ Milliseconds: seconds * 1_000 });
      }
    },
  };
}

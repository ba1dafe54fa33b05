// `npm run bench:soak [-- --minutes N]`: every ingest path at half its budget at once, memory printed as it
// goes.
import { parseArgs } from "node:util";
import { Agent } from "node:http";
import { load, send } from "./load.ts";
import { useOf } from "./process-tree.ts";
import { scenarios } from "./scenarios.ts";
import { startServer, startSink } from "./server.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    /** The share of each path's budgeted rate; two cores carry a quarter of each beside the load client. */
    share: { type: "string", default: "0.25" },
    only: { type: "string" },
  },
});

const durationMs = Number(values.minutes) * 60_000;
const server = await startServer(".");
const agent = new Agent({ keepAlive: true });
const chosen = scenarios.filter(
  (scenario) => values.only === undefined || scenario.name.includes(values.only),
);
const sink = await startSink();
for (const { prepare } of chosen) {
  for (const call of prepare(sink.address)) await send(server.endpoint, agent, call);
}
agent.destroy();

const startedAt = performance.now();
const timer = setInterval(() => {
  const use = useOf(server.pid);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const [resident, anonymous] = [use.residentBytes, use.anonymousBytes].map((bytes) =>
    (bytes / 1e6).toFixed(0),
  );
  console.log(
    `${String(seconds).padStart(5)} s  resident ${resident} MB  anonymous ${anonymous} MB  ` +
      `CPU ${use.cpuMs} ms`,
  );
}, 15_000);

const results = await Promise.all(
  chosen.map((scenario) => {
    const rate = (scenario.budgetRate * Number(values.share)) / scenario.itemsPerCall;
    return load(server.endpoint, scenario.call, { durationMs, connections: 8, rate });
  }),
);
clearInterval(timer);
chosen.forEach((scenario, index) => {
  const result = results[index];
  if (result === undefined) return;
  const rate = Math.round((result.calls * scenario.itemsPerCall * 1000) / result.elapsedMs);
  console.log(
    `${scenario.name}: ${rate} items/s, p50 ${result.p50Ms.toFixed(1)} ms, ` +
      `p99 ${result.p99Ms.toFixed(1)} ms, ${result.failures} failures`,
  );
});
await server.stop();
sink.stop();

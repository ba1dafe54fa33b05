// `npm run bench:soak [-- --minutes N]`: every ingest path at once, as much as the machine takes, and the
// memory of every minute.
import { parseArgs } from "node:util";
import { Agent } from "node:http";
import { load, send } from "./load.ts";
import { occupiedBytes, type TreeUse, useOf } from "./process-tree.ts";
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

/** Bytes that no file backs, as means over a minute, and the most that was in memory. */
interface Minute {
  readonly server: number;
  readonly engine: number;
  /** Of both processes, with what they share counted once. */
  readonly highest: number;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

const minuteOf = (uses: readonly (TreeUse & { readonly occupied: number })[]): Minute => ({
  server: mean(uses.map((use) => use.anonymousBytes - use.childAnonymousBytes)),
  engine: mean(uses.map((use) => use.childAnonymousBytes)),
  highest: Math.max(...uses.map(({ occupied }) => occupied)),
});

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

const sampleMs = 2_000;
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

const minutes: Minute[] = [];
let samples: (TreeUse & { readonly occupied: number })[] = [];
const sampling = setInterval(() => {
  samples.push({ ...useOf(server.pid), occupied: occupiedBytes(server.pid) });
  if (samples.length * sampleMs < 60_000) return;
  const minute = minuteOf(samples);
  samples = [];
  minutes.push(minute);
  console.log(
    `minute ${String(minutes.length).padStart(2)}: the server's own memory ${megabytes(minute.server)}, ` +
      `the engine's ${megabytes(minute.engine)}, all memory at most ${megabytes(minute.highest)}`,
  );
}, sampleMs);

const results = await Promise.all(
  chosen.map((scenario) => {
    const rate = (scenario.budgetRate * Number(values.share)) / scenario.itemsPerCall;
    return load(server.endpoint, scenario.call, { durationMs, connections: 8, rate });
  }),
);
clearInterval(sampling);
// What fills once, as caches do, has filled after three minutes.
const steady = minutes.slice(3);
const halves = [steady.slice(0, steady.length / 2), steady.slice(steady.length / 2)];
for (const part of ["server", "engine"] as const) {
  const means = halves.map((half) => megabytes(mean(half.map((minute) => minute[part]))));
  console.log(`${part}: mean ${means.join(" in the first half of the minutes after the third, then ")}`);
}
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

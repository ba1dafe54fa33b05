// `npm run bench [-- NAME ...] [--json] [--seconds N] [--root DIR]`: runs the scenarios and prints cost, rate
// and latency.
import { parseArgs } from "node:util";
import { Agent } from "node:http";
import { load, send } from "./load.ts";
import { occupiedBytes, settled, useOf } from "./process-tree.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { startServer, startSink } from "./server.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    seconds: { type: "string", default: "20" },
    connections: { type: "string", default: "64" },
    root: { type: "string", default: "." },
  },
});

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly budget?: number;
}

const durationMs = Number(values.seconds) * 1000;
const connections = Number(values.connections);
const wanted = (name: string) => positionals.length === 0 || positionals.some((word) => name.includes(word));

if (wanted("start")) await measureStart();
for (const scenario of scenarios) if (wanted(scenario.name)) await measure(scenario);

async function measureStart(): Promise<void> {
  const startsMs: number[] = [];
  for (let run = 0; run < 5; run++) {
    const server = await startServer(values.root);
    startsMs.push(server.startMs);
    if (run === 4) {
      await sleep(10_000);
      const use = useOf(server.pid);
      const occupied = occupiedBytes(server.pid);
      print({ name: "idle memory", value: occupied / 1e6, unit: "MB", budget: 350 });
      print({ name: "idle resident memory of both processes", value: use.residentBytes / 1e6, unit: "MB" });
      print({ name: "idle anonymous memory", value: use.anonymousBytes / 1e6, unit: "MB" });
    }
    await server.stop();
  }
  startsMs.sort((a, b) => a - b);
  print({ name: "start to first answer, median of 5", value: startsMs[2] ?? 0, unit: "ms", budget: 1000 });
}

/** Full load for cost and rate, then half the budget's rate for the latency of an acknowledgement. */
async function measure(scenario: Scenario): Promise<void> {
  const server = await startServer(values.root);
  const sink = await startSink();
  try {
    const agent = new Agent({ keepAlive: true });
    for (const call of scenario.prepare(sink.address)) {
      const status = await send(server.endpoint, agent, call);
      if (status !== 200) throw new Error(`${call.target}: answered with ${status}`);
    }
    agent.destroy();
    await load(server.endpoint, scenario.call, { durationMs: 2_000, connections });
    await settled(server.pid);

    const before = useOf(server.pid);
    const full = await load(server.endpoint, scenario.call, { durationMs, connections });
    const peak = useOf(server.pid);
    await settled(server.pid);
    const after = useOf(server.pid);
    const cpuMs = after.cpuMs - before.cpuMs;
    const engineMs = after.childCpuMs - before.childCpuMs;
    const items = full.calls * scenario.itemsPerCall;
    const { name, budgetUs, budgetRate } = scenario;
    print({ name: `${name} CPU per item`, value: (cpuMs * 1000) / items, unit: "us", budget: budgetUs });
    print({ name: `${name} CPU per item, engine's part`, value: (engineMs * 1000) / items, unit: "us" });
    print({
      name: `${name} rate`,
      value: (items * 1000) / full.elapsedMs,
      unit: "items/s",
      budget: budgetRate,
    });
    print({ name: `${name} p50 at full rate`, value: full.p50Ms, unit: "ms" });
    print({ name: `${name} p99 at full rate`, value: full.p99Ms, unit: "ms" });
    print({ name: `${name} resident memory`, value: peak.residentBytes / 1e6, unit: "MB", budget: 1000 });
    print({ name: `${name} failed calls`, value: full.failures, unit: "calls", budget: 0 });

    const rate = budgetRate / 2 / scenario.itemsPerCall;
    const half = await load(server.endpoint, scenario.call, { durationMs, connections, rate });
    print({ name: `${name} acknowledge p50 at half rate`, value: half.p50Ms, unit: "ms" });
    print({ name: `${name} acknowledge p99 at half rate`, value: half.p99Ms, unit: "ms", budget: 100 });
  } finally {
    await server.stop();
    sink.stop();
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function print(figure: Figure): void {
  if (values.json) {
    console.log(JSON.stringify(figure));
    return;
  }
  const budget = figure.budget === undefined ? "" : `  (budget ${figure.budget})`;
  console.log(`${figure.name.padEnd(48)} ${figure.value.toFixed(1).padStart(12)} ${figure.unit}${budget}`);
}

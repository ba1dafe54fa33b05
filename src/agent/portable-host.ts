// Reads a machine that is not Linux through node:os, which knows only its processors and its memory.
import { cpus, freemem, totalmem } from "node:os";
import { cpuMetrics, type CpuReading } from "../core/host/cpu.ts";
import type { SampleHost } from "./linux-host.ts";

/** What this platform does not say is not reported: swap, disks, network, sockets and processes. */
export function createPortableHost(): SampleHost {
  let before = readCpu();
  return () => {
    const after = readCpu();
    const usage = cpuMetrics(before, after).filter(({ name }) => portable.has(name));
    before = after;
    const total = totalmem();
    const used = total - freemem();
    return Promise.resolve([
      ...usage,
      { name: "mem_total", unit: "Bytes", value: total, dimensions: {} },
      { name: "mem_free", unit: "Bytes", value: total - used, dimensions: {} },
      { name: "mem_used", unit: "Bytes", value: used, dimensions: {} },
      { name: "mem_used_percent", unit: "Percent", value: (100 * used) / total, dimensions: {} },
    ]);
  };
}

const portable: ReadonlySet<string> = new Set(
  ["active", "user", "nice", "system", "idle", "irq"].map((field) => `cpu_usage_${field}`),
);

function readCpu(): CpuReading {
  const all = cpus().map(({ times }) => ({
    user: times.user,
    nice: times.nice,
    system: times.sys,
    idle: times.idle,
    irq: times.irq,
    iowait: 0,
    softirq: 0,
    steal: 0,
    guest: 0,
    guest_nice: 0,
  }));
  const total = (column: "user" | "nice" | "system" | "idle" | "irq") =>
    all.reduce((sum, times) => sum + times[column], 0);
  const [first] = all;
  if (first === undefined) return new Map();
  const summed = {
    ...first,
    user: total("user"),
    nice: total("nice"),
    system: total("system"),
    idle: total("idle"),
    irq: total("irq"),
  };
  return new Map([["cpu-total", summed], ...all.map((times, index) => [`cpu${index}`, times] as const)]);
}

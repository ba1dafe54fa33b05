// CPU time from /proc/stat, as shares of the time between two readings.
import type { HostDatum } from "./datum.ts";

/** The columns of a cpu line, in jiffies: https://www.kernel.org/doc/html/latest/filesystems/proc.html#miscellaneous-kernel-statistics-in-proc-stat */
const columns = [
  "user",
  "nice",
  "system",
  "idle",
  "iowait",
  "irq",
  "softirq",
  "steal",
  "guest",
  "guest_nice",
] as const;

type CpuTimes = Readonly<Record<(typeof columns)[number], number>>;

/** By name: `cpu-total`, `cpu0`, ... */
export type CpuReading = ReadonlyMap<string, CpuTimes>;

export function parseCpu(stat: string): CpuReading {
  const reading = new Map<string, CpuTimes>();
  for (const line of stat.split("\n")) {
    const [label = "", ...numbers] = line.trim().split(/\s+/);
    if (!/^cpu\d*$/.test(label)) continue;
    const times = Object.fromEntries(columns.map((column, index) => [column, Number(numbers[index] ?? 0)]));
    reading.set(label === "cpu" ? "cpu-total" : label, times as CpuTimes);
  }
  return reading;
}

/**
 * Nothing for a processor of which no time has passed. Guest time is within user time, and not counted
 * twice.
 */
export function cpuMetrics(before: CpuReading, after: CpuReading): readonly HostDatum[] {
  return [...after].flatMap(([cpu, times]) => {
    const earlier = before.get(cpu);
    if (earlier === undefined) return [];
    const passed = (column: keyof CpuTimes) => Math.max(0, times[column] - earlier[column]);
    const total = columns.slice(0, 8).reduce((sum, column) => sum + passed(column), 0);
    if (total === 0) return [];
    const share = (field: string, jiffies: number): HostDatum => ({
      name: `cpu_usage_${field}`,
      unit: "Percent",
      value: (100 * jiffies) / total,
      dimensions: { cpu },
    });
    return [
      share("active", total - passed("idle")),
      share("user", passed("user") - passed("guest")),
      share("nice", passed("nice") - passed("guest_nice")),
      ...columns
        .filter((column) => column !== "user" && column !== "nice")
        .map((column) => share(column, passed(column))),
    ];
  });
}

// Memory and swap from /proc/meminfo.
import type { HostDatum } from "./datum.ts";

/** Bytes, by the names of the file. */
export type MemoryReading = ReadonlyMap<string, number>;

export function parseMemory(meminfo: string): MemoryReading {
  const reading = new Map<string, number>();
  for (const [, name = "", kibibytes] of meminfo.matchAll(/^(\S+):\s+(\d+) kB$/gm)) {
    reading.set(name, Number(kibibytes) * 1024);
  }
  return reading;
}

/** Used memory is what is neither free nor given back on demand, as the CloudWatch agent counts it. */
export function memoryMetrics(reading: MemoryReading): readonly HostDatum[] {
  const of = (name: string) => reading.get(name) ?? 0;
  const total = of("MemTotal");
  const cached = of("Cached") + of("SReclaimable");
  const used = Math.max(0, total - of("MemFree") - of("Buffers") - cached);
  const swapTotal = of("SwapTotal");
  const swapUsed = swapTotal - of("SwapFree");
  return [
    bytes("mem_active", of("Active")),
    bytes("mem_available", of("MemAvailable")),
    percent("mem_available_percent", of("MemAvailable"), total),
    bytes("mem_buffered", of("Buffers")),
    bytes("mem_cached", cached),
    bytes("mem_free", of("MemFree")),
    bytes("mem_inactive", of("Inactive")),
    bytes("mem_shared", of("Shmem")),
    bytes("mem_total", total),
    bytes("mem_used", used),
    percent("mem_used_percent", used, total),
    bytes("swap_free", of("SwapFree")),
    bytes("swap_used", swapUsed),
    percent("swap_used_percent", swapUsed, swapTotal),
  ];
}

function bytes(name: string, value: number): HostDatum {
  return { name, unit: "Bytes", value, dimensions: {} };
}

function percent(name: string, part: number, whole: number): HostDatum {
  return { name, unit: "Percent", value: whole === 0 ? 0 : (100 * part) / whole, dimensions: {} };
}

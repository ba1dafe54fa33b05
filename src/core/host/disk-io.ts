// What block devices did between two readings of /proc/diskstats.
import { increases, type HostDatum } from "./datum.ts";

const metrics = {
  reads: ["diskio_reads", "Count"],
  writes: ["diskio_writes", "Count"],
  readBytes: ["diskio_read_bytes", "Bytes"],
  writeBytes: ["diskio_write_bytes", "Bytes"],
  readTimeMs: ["diskio_read_time", "Milliseconds"],
  writeTimeMs: ["diskio_write_time", "Milliseconds"],
  ioTimeMs: ["diskio_io_time", "Milliseconds"],
} as const;

type DiskCounters = Readonly<Record<keyof typeof metrics | "inProgress", number>>;

export type DiskIoReading = ReadonlyMap<string, DiskCounters>;

/** The kernel counts in sectors of 512 bytes, whatever the device's own are. */
const sectorBytes = 512;

/** Devices that never did anything are left out. Columns: https://www.kernel.org/doc/html/latest/admin-guide/iostats.html */
export function parseDiskIo(diskstats: string): DiskIoReading {
  const reading = new Map<string, DiskCounters>();
  for (const line of diskstats.split("\n")) {
    const [, , name = "", ...texts] = line.trim().split(/\s+/);
    const [reads = 0, , readSectors = 0, readTimeMs = 0, ...rest] = texts.map(Number);
    const [writes = 0, , writeSectors = 0, writeTimeMs = 0, inProgress = 0, ioTimeMs = 0] = rest;
    if (name === "" || /^(loop|ram)\d/.test(name) || reads + writes === 0) continue;
    const readBytes = readSectors * sectorBytes;
    const writeBytes = writeSectors * sectorBytes;
    reading.set(name, {
      reads,
      writes,
      readBytes,
      writeBytes,
      readTimeMs,
      writeTimeMs,
      ioTimeMs,
      inProgress,
    });
  }
  return reading;
}

export function diskIoMetrics(before: DiskIoReading, after: DiskIoReading): readonly HostDatum[] {
  const inProgress = [...after].map(([name, counters]): HostDatum => {
    const dimensions = { name };
    return { name: "diskio_iops_in_progress", unit: "Count", value: counters.inProgress, dimensions };
  });
  return [...increases(before, after, metrics, "name"), ...inProgress];
}

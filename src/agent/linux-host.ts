// Reads a Linux machine through /proc and /sys, without starting any process.
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { cpuMetrics, parseCpu, type CpuReading } from "../core/host/cpu.ts";
import type { HostDatum } from "../core/host/datum.ts";
import { diskIoMetrics, parseDiskIo, type DiskIoReading } from "../core/host/disk-io.ts";
import { diskMetrics, parseMounts, type Mount } from "../core/host/disk.ts";
import { memoryMetrics, parseMemory } from "../core/host/memory.ts";
import { networkMetrics, parseNetwork, type NetworkReading } from "../core/host/network.ts";
import { processMetrics } from "../core/host/processes.ts";
import { socketMetrics } from "../core/host/sockets.ts";
import { statusCheckMetrics } from "../core/host/status-checks.ts";
import { agentLimits } from "./limits.ts";

/** Gives what is true now, and what counters gained since the call before; the first call has no gains. */
export type SampleHost = () => Promise<readonly HostDatum[]>;

interface Counters {
  readonly cpu: CpuReading;
  readonly diskIo: DiskIoReading;
  readonly network: NetworkReading;
}

export function createLinuxHost(proc = "/proc", sys = "/sys"): SampleHost {
  const read = (path: string) => readOrNothing(`${proc}/${path}`);
  let before = readCounters();
  return async () => {
    const after = readCounters();
    const gained = [
      ...cpuMetrics(before.cpu, after.cpu),
      ...diskIoMetrics(before.diskIo, after.diskIo),
      ...networkMetrics(before.network, after.network),
    ];
    before = after;
    const memory = parseMemory(read("meminfo"));
    return [
      ...gained,
      ...statusCheckMetrics({ mounts: read("mounts"), memory, ...readHardware(sys) }),
      ...memoryMetrics(memory),
      ...socketMetrics([read("net/tcp"), read("net/tcp6")], [read("net/udp"), read("net/udp6")]),
      ...processMetrics(readProcesses(proc)),
      ...(await Promise.all(parseMounts(read("mounts")).map(readDisk))).flat(),
    ];
  };

  function readCounters(): Counters {
    return {
      cpu: parseCpu(read("stat")),
      diskIo: parseDiskIo(read("diskstats")),
      network: parseNetwork(read("net/dev")),
    };
  }
}

/** One buffer for all files: `readFileSync` makes a large one for each, which takes ten times as long. */
const buffer = Buffer.alloc(256 * 1024);

/**
 * A kernel without IPv6 has no tcp6, a container may have no diskstats: what is not there is not measured.
 */
function readOrNothing(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    let text = "";
    for (let length = buffer.length; length > 0;) {
      length = readSync(file, buffer, 0, buffer.length, null);
      text += buffer.toString("latin1", 0, length);
    }
    return text;
  } catch {
    return "";
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Files of /proc never block, and reading thousands of them one by one from other threads costs more. */
function readProcesses(proc: string): readonly string[] {
  return list(proc)
    .filter((name) => /^\d+$/.test(name))
    .slice(0, agentLimits.processes)
    .map((id) => readOrNothing(`${proc}/${id}/stat`))
    .filter((stat) => stat !== ""); // it ended in between
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // hidden from us, or not mounted
  }
}

/** What the kernel says of memory controllers and of network interfaces that are devices. */
function readHardware(sys: string) {
  const controllers = list(`${sys}/devices/system/edac/mc`).filter((name) => /^mc\d+$/.test(name));
  const counts = controllers.map((name) => readOrNothing(`${sys}/devices/system/edac/mc/${name}/ue_count`));
  const interfaces = list(`${sys}/class/net`).slice(0, agentLimits.interfaces);
  const devices = interfaces.filter((name) => list(`${sys}/class/net/${name}/device`).length > 0);
  return {
    uncorrectedMemoryErrors: counts.map(Number),
    linkStates: devices.map((name) => readOrNothing(`${sys}/class/net/${name}/operstate`).trim()),
  };
}

async function readDisk(mount: Mount): Promise<readonly HostDatum[]> {
  try {
    const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(mount.path);
    return diskMetrics(mount, {
      blockBytes: bsize,
      blocks,
      freeBlocks: bfree,
      availableBlocks: bavail,
      inodes: files,
      freeInodes: ffree,
    });
  } catch {
    return []; // not ours to look at, or unmounted in between
  }
}

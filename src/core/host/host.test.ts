// The readers of /proc over recorded texts.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cpuMetrics, parseCpu } from "./cpu.ts";
import type { HostDatum } from "./datum.ts";
import { diskIoMetrics, parseDiskIo } from "./disk-io.ts";
import { diskMetrics, parseMounts } from "./disk.ts";
import { memoryMetrics, parseMemory } from "./memory.ts";
import { networkMetrics, parseNetwork } from "./network.ts";
import { processMetrics } from "./processes.ts";
import { socketMetrics } from "./sockets.ts";

const recorded = (name: string) => readFileSync(new URL(`testdata/${name}`, import.meta.url), "utf8");

/** `cpu_usage_idle{cpu=cpu0}` and its value, for each. */
function values(datums: readonly HostDatum[]): Record<string, number> {
  const label = ({ name, dimensions }: HostDatum) =>
    `${name}{${Object.entries(dimensions)
      .map((pair) => pair.join("="))
      .join(",")}}`;
  return Object.fromEntries(datums.map((datum) => [label(datum), datum.value]));
}

test("CPU time is a share of the time between two readings", () => {
  const before = parseCpu(recorded("stat.txt"));
  expect([...before.keys()]).toEqual(["cpu-total", "cpu0", "cpu1"]);
  const reading = (line: string) => parseCpu(line);
  const earlier = reading("cpu  100 0 100 800 0 0 0 0 0 0");
  const later = reading("cpu  150 0 110 830 10 0 0 0 25 0");
  expect(values(cpuMetrics(earlier, later))).toMatchObject({
    "cpu_usage_active{cpu=cpu-total}": 70,
    "cpu_usage_user{cpu=cpu-total}": 25,
    "cpu_usage_guest{cpu=cpu-total}": 25,
    "cpu_usage_system{cpu=cpu-total}": 10,
    "cpu_usage_idle{cpu=cpu-total}": 30,
    "cpu_usage_iowait{cpu=cpu-total}": 10,
  });
  expect(cpuMetrics(later, later)).toEqual([]);
});

test("memory and swap are bytes and shares", () => {
  const measured = values(memoryMetrics(parseMemory(recorded("meminfo.txt"))));
  expect(measured["mem_total{}"]).toBe(24_684_092 * 1024);
  expect(measured["swap_used_percent{}"]).toBe(0);
  const share = (measured["mem_used{}"] ?? 0) / (measured["mem_total{}"] ?? 1);
  expect(measured["mem_used_percent{}"]).toBeCloseTo(100 * share, 9);
  expect(share).toBeGreaterThan(0);
  const swapping = parseMemory("SwapTotal: 1000 kB\nSwapFree: 750 kB\n");
  expect(values(memoryMetrics(swapping))["swap_used_percent{}"]).toBe(25);
});

test("devices count sectors of 512 bytes, and those without work are left out", () => {
  const text = recorded("diskstats.txt");
  const before = parseDiskIo(text);
  expect([...before.keys()]).toEqual(["vda"]);
  const after = parseDiskIo(text.replace(" vda 104232 18109 7925338 ", " vda 104240 18109 7925348 "));
  expect(values(diskIoMetrics(before, after))).toMatchObject({
    "diskio_reads{name=vda}": 8,
    "diskio_read_bytes{name=vda}": 5120,
    "diskio_writes{name=vda}": 0,
    "diskio_iops_in_progress{name=vda}": 0,
  });
});

test("interfaces report what they gained; one whose counters began anew reports nothing", () => {
  const text = recorded("net-dev.txt");
  const before = parseNetwork(text);
  expect([...before.keys()]).toEqual(["lo", "eth0"]);
  const after = parseNetwork(
    text.replace("588074741   14334", "588075741   14336").replaceAll("121448637", "5"),
  );
  const measured = values(networkMetrics(before, after));
  expect(measured).toMatchObject({
    "net_bytes_recv{interface=eth0}": 1000,
    "net_packets_recv{interface=eth0}": 2,
    "net_bytes_sent{interface=eth0}": 0,
  });
  expect(measured).not.toHaveProperty("net_bytes_recv{interface=lo}");
});

test("sockets are counted by state, over both IP versions", () => {
  const tcp = recorded("net-tcp.txt");
  const lines = tcp.split("\n").filter((line) => /^\s*\d+:/.test(line)).length;
  const measured = values(socketMetrics([tcp, tcp], ["", ""]));
  expect(measured["netstat_tcp_listen{}"]).toBe(2);
  expect(measured["netstat_tcp_time_wait{}"]).toBe(2 * (lines - 1));
  expect(measured["netstat_udp_socket{}"]).toBe(0);
});

test("processes are counted by state, whatever their names", () => {
  const stat = (name: string, state: string, threads: number) =>
    `12 (${name}) ${state} 1 2 3 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 ${threads} 0 31 54800384`;
  const stats = [stat("node", "S", 11), stat("a) R (b", "Z", 1), stat("kworker/0:1", "I", 1)];
  expect(values(processMetrics(stats))).toMatchObject({
    "processes_sleeping{}": 1,
    "processes_zombies{}": 1,
    "processes_idle{}": 1,
    "processes_running{}": 0,
    "processes_total{}": 3,
    "processes_total_threads{}": 13,
  });
});

test("file systems are those on devices, each once", () => {
  const mounts = parseMounts(recorded("mounts.txt"));
  const [first] = mounts;
  expect(mounts.map(({ path }) => path)).toEqual(["/", "/mnt/my disk"]);
  const use = {
    blockBytes: 4096,
    blocks: 1000,
    freeBlocks: 400,
    availableBlocks: 200,
    inodes: 50,
    freeInodes: 20,
  };
  const measured = values(first === undefined ? [] : diskMetrics(first, use));
  const dimensions = "{path=/,device=vda,fstype=ext4}";
  expect(measured[`disk_used${dimensions}`]).toBe(600 * 4096);
  expect(measured[`disk_used_percent${dimensions}`]).toBe(75);
  expect(measured[`disk_inodes_used${dimensions}`]).toBe(30);
});

test("what is not there is not measured, and no reader fails on it", () => {
  expect(parseCpu("").size + parseDiskIo("").size + parseNetwork("").size).toBe(0);
  expect(memoryMetrics(parseMemory("")).every(({ value }) => value === 0)).toBe(true);
});

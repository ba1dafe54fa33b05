// Everything that the CloudWatch agent measures on a Linux machine is measured, under its names.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLinuxHost } from "./linux-host.ts";

let proc: string;

beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), "groundwatch-proc-"));
});

afterEach(() => rmSync(proc, { recursive: true }));

function write(path: string, ...lines: readonly string[]): void {
  mkdirSync(dirname(join(proc, path)), { recursive: true });
  writeFileSync(join(proc, path), `${lines.join("\n")}\n`);
}

/** A machine whose counters stand at `work`. */
function writeMachine(work: number): void {
  write("stat", `cpu  ${work} 0 ${work} 800 0 0 0 0 0 0`, `cpu0 ${work} 0 ${work} 800 0 0 0 0 0 0`);
  write("diskstats", ` 254 0 vda ${work} 1 ${work} 1 ${work} 1 ${work} 1 0 ${work} 1 0 0 0 0 0 0`);
  write("net/dev", "head", "head", `  eth0: ${work} ${work} 0 0 0 0 0 0 ${work} ${work} 0 0 0 0 0 0`);
}

const prefixed = (prefix: string, names: string) => names.split(" ").map((name) => `${prefix}_${name}`);

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-collected-by-CloudWatch-agent.html
const agentsNames = [
  ...prefixed("cpu_usage", "active guest guest_nice idle iowait irq nice softirq steal system user"),
  ...prefixed("disk", "free inodes_free inodes_total inodes_used total used used_percent"),
  ...prefixed("diskio", "io_time iops_in_progress read_bytes read_time reads write_bytes write_time writes"),
  ...prefixed("mem", "active available available_percent buffered cached free inactive shared"),
  ...prefixed("mem", "total used used_percent"),
  ...prefixed("net", "bytes_recv bytes_sent drop_in drop_out err_in err_out packets_recv packets_sent"),
  ...prefixed("netstat_tcp", "close close_wait closing established fin_wait1 fin_wait2 last_ack listen"),
  ...prefixed("netstat_tcp", "syn_recv syn_sent time_wait"),
  ...prefixed("netstat", "udp_socket"),
  ...prefixed("processes", "blocked dead idle paging running sleeping stopped total total_threads zombies"),
  ...prefixed("swap", "free used used_percent"),
];

test.runIf(process.platform === "linux")("of a whole machine", async () => {
  write("meminfo", "MemTotal: 1000 kB", "MemFree: 500 kB", "MemAvailable: 600 kB", "Buffers: 1 kB");
  write("mounts", "/dev/vda1 / ext4 rw 0 0");
  write("net/tcp", "head", "   0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 0 0 1");
  write("net/udp", "head", "   0: 0100007F:1F90 00000000:0000 07 0:0 0:0 0 0 0 1");
  write("7/stat", "7 (a (b) c) S 1 7 7 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 3 0 1 1 1");
  writeMachine(100);
  const sample = createLinuxHost(proc, join(proc, "sys"));
  writeMachine(300);

  const datums = await sample();
  const names = datums.map(({ name }) => name).filter((name) => !name.startsWith("StatusCheck"));
  expect([...new Set(names)].sort()).toEqual(agentsNames.toSorted());
  const value = (name: string) => datums.find((datum) => datum.name === name)?.value;
  expect(value("cpu_usage_active")).toBe(100);
  expect(value("diskio_reads")).toBe(200);
  expect(value("net_bytes_sent")).toBe(200);
  expect(value("mem_available_percent")).toBe(60);
  expect(value("netstat_tcp_listen")).toBe(1);
  expect(value("netstat_udp_socket")).toBe(1);
  expect(value("processes_total_threads")).toBe(3);
  expect(value("disk_total")).toBeGreaterThan(0);
});

// The states of TCP connections and the number of UDP sockets, from /proc/net/tcp, tcp6, udp and udp6.
import type { HostDatum } from "./datum.ts";

/** By the kernel's numbers: https://github.com/torvalds/linux/blob/master/include/net/tcp_states.h */
const tcpStates: Readonly<Record<string, string>> = {
  "01": "established",
  "02": "syn_sent",
  "03": "syn_recv",
  "04": "fin_wait1",
  "05": "fin_wait2",
  "06": "time_wait",
  "07": "close",
  "08": "close_wait",
  "09": "last_ack",
  "0A": "listen",
  "0B": "closing",
};

/** Takes the texts of the files of both IP versions. */
export function socketMetrics(tcp: readonly string[], udp: readonly string[]): readonly HostDatum[] {
  const counts = new Map(Object.values(tcpStates).map((state) => [state, 0]));
  for (const state of tcp.flatMap(statesIn)) {
    const name = tcpStates[state] ?? "none";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sockets = udp.flatMap(statesIn).length;
  return [
    ...[...counts].map(([state, count]) => countOf(`netstat_tcp_${state}`, count)),
    countOf("netstat_udp_socket", sockets),
  ];
}

/** The fourth column of each line but the first. */
function statesIn(table: string): readonly string[] {
  return [...table.matchAll(/^\s*\d+: \S+ \S+ ([0-9A-F]{2}) /gm)].map(([, state = ""]) => state);
}

function countOf(name: string, value: number): HostDatum {
  return { name, unit: "Count", value, dimensions: {} };
}

// How many processes are in which state, from the /proc/PID/stat of each.
import type { HostDatum } from "./datum.ts";

/** By the letters of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const states: Readonly<Record<string, string>> = {
  R: "running",
  S: "sleeping",
  D: "blocked",
  Z: "zombies",
  T: "stopped",
  t: "stopped",
  X: "dead",
  W: "paging",
  I: "idle",
};

export function processMetrics(stats: readonly string[]): readonly HostDatum[] {
  const counts = new Map(Object.values(states).map((state) => [state, 0]));
  let threads = 0;
  for (const stat of stats) {
    // The name in parentheses may itself hold parentheses and spaces.
    const [letter = "", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = states[letter];
    if (state !== undefined) counts.set(state, (counts.get(state) ?? 0) + 1);
    threads += Number(fields[16] ?? 0);
  }
  return [
    ...[...counts].map(([state, count]) => countOf(`processes_${state}`, count)),
    countOf("processes_total", stats.length),
    countOf("processes_total_threads", threads),
  ];
}

function countOf(name: string, value: number): HostDatum {
  return { name, unit: "Count", value, dimensions: {} };
}

// Durations as PromQL writes them: 1h30m.

const units = [
  ["y", 365 * 86_400_000],
  ["w", 7 * 86_400_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

const wholeDuration = new RegExp(`^${units.map(([unit]) => `(?:(\\d+)${unit})?`).join("")}$`);

/**
 * In milliseconds; undefined for what is no duration: units go from the longest to the shortest, each once.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
 */
export function readDuration(text: string): number | undefined {
  const amounts = text === "" ? null : wholeDuration.exec(text);
  if (amounts === null) return undefined;
  return units.reduce((sum, [, unitMs], index) => sum + Number(amounts[index + 1] ?? 0) * unitMs, 0);
}

export function printDuration(durationMs: number): string {
  if (durationMs === 0) return "0s";
  let rest = Math.abs(durationMs);
  let text = durationMs < 0 ? "-" : "";
  for (const [unit, unitMs] of units) {
    // Years and weeks only where nothing is left over: 8d says more than 1w1d.
    if ((unit === "y" || unit === "w") && rest % unitMs !== 0) continue;
    const amount = Math.floor(rest / unitMs);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * unitMs;
  }
  return text;
}

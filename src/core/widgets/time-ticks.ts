// Times under a graph: at round times of day or at days, in the timezone of the widget.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

const steps = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  30 * day,
  91 * day,
] as const;

export interface TimeTick {
  readonly at: number;
  readonly label: string;
}

/** At most `count` of them between the instants (epoch milliseconds). */
export function timeTicks(
  { from, to }: { readonly from: number; readonly to: number },
  count: number,
  offsetMinutes: number,
): readonly TimeTick[] {
  const offset = offsetMinutes * minute;
  const step =
    steps.find((candidate) => (to - from) / candidate <= count) ??
    Math.ceil((to - from) / count / year) * year;
  const ticks: TimeTick[] = [];
  for (let local = Math.ceil((from + offset) / step) * step; local - offset <= to; local += step) {
    ticks.push({ at: local - offset, label: labelOf(local, step) });
  }
  return ticks;
}

/** A day where a day begins, else a time of day. */
function labelOf(local: number, step: number): string {
  const iso = new Date(local).toISOString();
  return step >= day || local % day === 0 ? iso.slice(5, 10).replace("-", "/") : iso.slice(11, 16);
}
